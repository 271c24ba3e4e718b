"""Suites of `training`."""
