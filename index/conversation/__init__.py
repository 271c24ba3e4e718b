"""Follow-up questions: query rewriting from the turns before."""
