"""Suites of `index/snapshots`."""
