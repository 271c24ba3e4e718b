"""Speed, measured against the bare model."""
