"""Files that a snapshot shares with the one before, by hard links."""

from __future__ import annotations

from pathlib import Path

from index.indexing._plan import BuildPlan
from index.snapshots.manifest import Manifest
from index.snapshots.texts import SEGMENTS
from index.storage.links import link_or_copy

__all__ = ["link_segments", "shared_checksums"]


def link_segments(folder: Path, before: Path, plan: BuildPlan, manifest: Manifest) -> None:
    """Link the segments that stay into a folder."""
    for kept in plan.kept:
        prefix = f"{SEGMENTS}/{kept.name}/"
        (folder / prefix).mkdir(parents=True, exist_ok=True)
        for name in manifest.files:
            if name.startswith(prefix):
                link_or_copy(before / name, folder / name)


def shared_checksums(folder: Path, before: Path, manifest: Manifest) -> dict[str, str]:
    """Return the checksums of the files that are the previous snapshot's, too: damage must not be sealed."""
    return {
        name: checksum
        for name, checksum in manifest.files.items()
        if (folder / name).is_file() and (before / name).is_file() and (folder / name).samefile(before / name)
    }
