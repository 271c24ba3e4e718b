"""Suites of `index/retrieval`."""
