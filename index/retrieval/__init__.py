"""Candidate passages for a question, and their features."""
