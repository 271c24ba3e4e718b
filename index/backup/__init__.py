"""Backups: journal, index, sources and state in one checked archive, and their restoration."""
