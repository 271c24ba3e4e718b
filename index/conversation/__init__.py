"""Conversations: questions in the context of those before, recorded."""
