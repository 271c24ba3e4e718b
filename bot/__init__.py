"""Footnote's Discord bot and console: hears questions, shows answers. Scores no passage."""
