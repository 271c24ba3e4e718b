"""Suites of `index/answering`."""
