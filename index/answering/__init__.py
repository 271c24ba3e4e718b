"""From retrieved passages to a checked answer or an abstention."""
