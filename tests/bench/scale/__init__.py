"""Ten million tokens on one machine: a corpus of Debian's documentation, and what is measured over it."""
