"""Suites of `bot/console`."""
