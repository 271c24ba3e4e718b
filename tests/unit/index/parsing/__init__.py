"""Suites of `index/parsing`."""
