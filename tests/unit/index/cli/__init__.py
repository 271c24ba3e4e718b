"""Suites of `index/cli`."""
