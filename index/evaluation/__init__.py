"""Question sets, metrics and recorded figures."""
