"""Immutable builds of the index on disk, and which one serves."""
