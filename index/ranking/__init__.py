"""Fitted models that order candidates and estimate confidence."""
