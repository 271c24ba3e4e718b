"""Whether evidence carries a claim."""
