"""Suites of `index/corpora`."""
