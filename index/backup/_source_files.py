"""Which files of the folder of sources go into a backup: all regular ones, and links to those within the folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from index.backup.contents import name_problem
from index.storage.atomic import TEMPORARY_NAME

__all__ = ["files_below"]


def files_below(folder: Path, left_out: list[str], *, prefix: str = "") -> Iterator[tuple[str, Path]]:
    """Yield the name in the archive and the path of each file below the folder of sources, in order of their names.

    The names begin with `prefix`. What is left out is added to `left_out` with its reason. Links to folders are not
    followed: they may form a loop.
    """
    root = folder.resolve()

    def report(error: OSError) -> None:
        left_out.append(f"{error.filename}: {error.strerror}")

    for where, folders, names in os.walk(folder, onerror=report):
        folders.sort()
        for name in sorted(folders):
            if (linked := Path(where, name)).is_symlink():
                left_out.append(f"{linked}: a link to a folder")
        for name in sorted(names):
            path = Path(where, name)
            if TEMPORARY_NAME.fullmatch(name):
                continue
            member = f"{prefix}sources/{path.relative_to(folder).as_posix()}"
            if problem := _problem(path, root) or name_problem(member):
                left_out.append(f"{os.fsencode(path).decode('utf-8', 'replace')}: {problem}")
            else:
                yield member, path


def _problem(path: Path, root: Path) -> str:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "a link that leads nowhere"
    if not target.is_relative_to(root):
        return "a link that leads out of the folder"
    return "" if target.is_file() else "not a regular file"
