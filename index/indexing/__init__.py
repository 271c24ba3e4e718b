"""Building snapshots from sources, one build at a time."""
