"""Discord messages built from nouns of the index; nothing here talks to Discord."""
