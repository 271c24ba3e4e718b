"""Suites of `bot`."""
