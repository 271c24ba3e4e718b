"""Collections of servers: sources and an index of their own beside the shared library."""
