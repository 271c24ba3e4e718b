"""`Library`: ask, reindex, status; owns the live snapshot."""

from __future__ import annotations

from index.ports import Progress
from index.types import Answer, Report, Status

__all__ = ["Library"]


class Library:
    """Thread-safe: questions are answered from any thread while a reindex runs in another."""

    def load(self, progress: Progress | None = None) -> None:
        """Load the model and the live snapshot; quick when both are there.

        Raises NoIndex, IndexMismatch.
        """
        raise SystemExit

    def ask(self, question: str) -> Answer:
        """The answer from exactly one snapshot; loads what is not loaded yet."""
        raise SystemExit

    def reindex(self, progress: Progress | None = None) -> Report:
        """Build a snapshot from the sources as they are now and make it live; questions go on meanwhile.

        Raises SourcesUnreadable (the old index keeps serving), ReindexRunning.
        """
        raise SystemExit

    def status(self) -> Status:
        """What is indexed. Loads no model; reads the sources' bytes to say what changed since."""
        raise SystemExit
