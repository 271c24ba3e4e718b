"""What holds for the builds of one index beyond those of all."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from index.snapshots.manifest import Manifest

__all__ = ["NO_RULES", "BuildRules"]


class BuildRules(Protocol):
    """Asked by the reindexer before and after it builds; what it raises ends the run, and the old snapshot serves."""

    def building(self) -> AbstractContextManager[None]:
        """Return what is entered before the sources are read and left once the snapshot is whole, or is none."""

    def check(self, manifest: Manifest) -> None:
        """Raise LibraryError if this snapshot, which is whole, must not be made live."""


class _NoRules:
    def building(self) -> AbstractContextManager[None]:
        return nullcontext()

    def check(self, manifest: Manifest) -> None:
        """Accept every snapshot."""


NO_RULES: BuildRules = _NoRules()
