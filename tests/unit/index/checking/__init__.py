"""Suites of `index/checking`."""
