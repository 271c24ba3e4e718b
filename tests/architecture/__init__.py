"""Who may import whom, and that documents say what the code does."""
