"""Nouns, errors, messages and ports that all other rooms use."""
