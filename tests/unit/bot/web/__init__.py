"""Suites of `bot/web`."""
