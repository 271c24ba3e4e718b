"""Figures that may not fall."""
