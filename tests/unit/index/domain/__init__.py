"""Suites of `index/domain`."""
