"""Fakes, fixtures and helpers that suites share."""
