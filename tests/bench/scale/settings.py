"""Settings of a library over the corpus: the defaults, but for what the bench puts into the environment."""

from __future__ import annotations

from pathlib import Path

from index import Settings

__all__ = ["settings"]


def settings(seeds: Path, index: Path) -> Settings:
    """Return the settings of a library with an index and a journal of its own."""
    return Settings(_env_file=None, seeds_dir=seeds, index_dir=index, journal_file=index.parent / "journal.sqlite3")
