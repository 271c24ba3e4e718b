"""Suites of the stand-in itself."""
