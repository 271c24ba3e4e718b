"""Suites of `index/journal`."""
