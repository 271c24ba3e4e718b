"""One suite a module."""
