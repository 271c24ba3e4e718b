"""Suites of `index/viewer`."""
