"""Suites of `bot/cogs`."""
