"""Pure rules: who may do what, and how often."""
