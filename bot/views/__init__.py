"""From nouns to Discord messages; nothing here talks to Discord."""
