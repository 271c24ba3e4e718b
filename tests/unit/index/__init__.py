"""Suites of `index`."""
