"""Suites of `bot/text`."""
