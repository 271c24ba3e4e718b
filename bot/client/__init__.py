"""The connection to Discord: the client, its life cycle and background tasks."""
