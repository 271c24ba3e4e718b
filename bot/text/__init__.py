"""The bot's texts in six languages, and escaping for Discord."""
