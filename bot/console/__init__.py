"""The bot at a terminal."""
