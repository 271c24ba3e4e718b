"""Suites of `index/evaluation`."""
