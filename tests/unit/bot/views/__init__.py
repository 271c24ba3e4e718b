"""Suites of `bot/views`."""
