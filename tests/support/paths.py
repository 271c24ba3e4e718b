"""Paths of the checkout and of the data that lie beside it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["DATA", "ROOT", "SEEDS", "SHARED"]

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "seeds"
DATA = ROOT / "tests" / "data"
SHARED = ROOT.parent / "shared"
"""Reference data beside the checkout. It need not be there: tests that read it are skipped without it, and say so."""
