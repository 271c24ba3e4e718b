"""Composition root: the one place that names concrete engines."""

from __future__ import annotations

from index.library import Library
from index.settings import Settings

__all__ = ["open_library"]


def open_library(settings: Settings) -> Library:
    """A library ready to load; opens nothing yet."""
    return Library()
