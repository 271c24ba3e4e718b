"""From bytes to documents to passages."""
