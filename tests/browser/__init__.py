"""Suites in chromium: from a message on Discord to the quoted words on their page."""
