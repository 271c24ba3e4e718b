"""Suites of `index/text`."""
