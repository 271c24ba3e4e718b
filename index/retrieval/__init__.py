"""Windows of the sources that are worth reading for a question."""
