"""The files of a tantivy index in a folder."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import suppress
from pathlib import Path
from weakref import finalize

from index.storage.links import link_or_copy

__all__ = ["MappedFiles", "deleted_rows", "segment_files", "take_over", "tidy"]

META = "meta.json"
"""The list of the segments; tantivy replaces it and never writes to it."""

LIST_OF_FILES = ".managed.json"
WRITER_LOCK = ".tantivy-writer.lock"
READER_LOCK = ".tantivy-meta.lock"


def segment_files(folder: Path) -> list[Path]:
    """Return the files that are mapped or read when an index is opened."""
    return [path for path in folder.iterdir() if not path.name.startswith(".")]


class MappedFiles:
    """The files of an opened index, wherever their folder is moved to."""

    def __init__(self, folder: Path) -> None:
        self._sizes = {path.name: path.stat().st_size for path in segment_files(folder)}
        self._folder: int | None = None
        self._path = folder
        if os.stat in os.supports_dir_fd:
            self._folder = os.open(folder, os.O_RDONLY)
            finalize(self, os.close, self._folder)

    def check(self) -> None:
        """Raise ValueError if a file was cut short: reading a mapped page behind its end would end the process."""
        for name, size in self._sizes.items():
            with suppress(FileNotFoundError, NotADirectoryError):  # what is removed stays mapped
                place = name if self._folder is not None else self._path / name
                if os.stat(place, dir_fd=self._folder).st_size < size:
                    raise ValueError(f"the keyword index is damaged: {name} was cut short")


def take_over(previous: Path, folder: Path) -> None:
    """Link the segments of an index, which never change, and copy what is replaced."""
    for path in segment_files(previous):
        if path.name != META:
            link_or_copy(path, folder / path.name)
    for name in (META, LIST_OF_FILES):
        shutil.copyfile(previous / name, folder / name)


def tidy(folder: Path) -> None:
    """Remove the rest of a merge that found no room, and the lock of the writer, who is gone."""
    names = _segments(folder)
    for path in segment_files(folder):
        if path.name != META and path.name.partition(".")[0] not in names:
            path.unlink()
    (folder / WRITER_LOCK).unlink(missing_ok=True)
    for name in (META, LIST_OF_FILES):  # written as temporary files, for the owner alone
        shutil.copymode(folder / READER_LOCK, folder / name)


def deleted_rows(folder: Path) -> int:
    """Return how many rows are deleted but still there.

    Raises
    ------
    OSError
        The list of the segments cannot be read.
    ValueError
        It is damaged.
    """
    return sum(_segments(folder).values())


def _segments(folder: Path) -> dict[str, int]:
    """Return the names of the segments, and how many rows of each are deleted."""
    try:
        segments = json.loads((folder / META).read_bytes())["segments"]
        return {
            segment["segment_id"].replace("-", ""): int((segment["deletes"] or {}).get("num_deleted_docs", 0))
            for segment in segments
        }
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"the keyword index is damaged: {META} is not as it was written") from error
