"""What the bot says, in six languages, and how text is made harmless."""
