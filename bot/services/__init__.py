"""What cogs share: threads, replies, permissions, questions, reindexing."""
