"""Suites of `index/sources`."""
