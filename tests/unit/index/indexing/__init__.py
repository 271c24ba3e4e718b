"""Suites of `index/indexing`."""
