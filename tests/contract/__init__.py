"""Suites that every engine, language and command must pass."""
