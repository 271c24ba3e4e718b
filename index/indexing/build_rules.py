"""What holds for the builds of one index beyond those of all."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

__all__ = ["NO_RULES", "BuildRules"]


class BuildRules(Protocol):
    """Asked by the reindexer before and while it builds; what it raises ends the run, and the old snapshot serves."""

    def building(self) -> AbstractContextManager[None]:
        """Return what is entered before the sources are read and left once the snapshot is whole, or is none."""

    def check(self, passages: Mapping[str, int]) -> None:
        """Raise LibraryError if a snapshot with so many passages of each source must not be built."""


class _NoRules:
    def building(self) -> AbstractContextManager[None]:
        return nullcontext()

    def check(self, passages: Mapping[str, int]) -> None:
        """Accept every snapshot."""


NO_RULES: BuildRules = _NoRules()
