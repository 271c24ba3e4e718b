"""The pictures of messages, drawn from real payloads."""
