"""Answers written by a language model, every sentence of them checked."""
