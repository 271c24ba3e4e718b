"""Suites of `index/reading`."""
