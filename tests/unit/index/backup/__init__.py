"""Suites of `index/backup`."""
