"""Suites of `index/conversation`."""
