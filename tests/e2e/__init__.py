"""The real program as a process, against a local Discord."""
