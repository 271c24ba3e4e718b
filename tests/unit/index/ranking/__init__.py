"""Suites of `index/ranking`."""
