"""Suites of `index/embedding`."""
