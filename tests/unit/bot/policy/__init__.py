"""Suites of `bot/policy`."""
