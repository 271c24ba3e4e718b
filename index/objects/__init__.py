"""Object storage: snapshots and sources where every machine finds them, by their checksums."""
