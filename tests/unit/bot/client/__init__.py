"""Suites of `bot/client`."""
