"""Suites of `index/suggestions`."""
