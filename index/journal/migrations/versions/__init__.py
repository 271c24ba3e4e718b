"""Steps, each a revision: a released one is never changed."""
