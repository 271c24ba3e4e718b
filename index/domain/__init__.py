"""Nouns, errors, messages and ports: what every other room speaks of."""
