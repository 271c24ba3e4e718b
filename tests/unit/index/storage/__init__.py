"""Suites of `index/storage`."""
