"""Suites of `bot/services`."""
