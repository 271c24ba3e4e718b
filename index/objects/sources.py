"""The sources of all machines as one set: what each added, changed or removed since it last looked is merged.

sources.json holds the revision, and each file's name with its sha256; the content is an object like any other.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from index.domain.errors import Damaged, ObjectsUnavailable
from index.domain.messages import Message
from index.objects.contents import download_file, upload_files
from index.objects.state import SharedState
from index.objects.store import ObjectStore, Version
from index.parsing.unread import is_leftover
from index.storage.atomic import write_atomically

__all__ = ["SOURCES", "SharedSources", "SourceTable", "merge", "read_table"]

SOURCES = "sources.json"
FETCHED = "fetched/"
FILES = "files/"
ATTEMPTS = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """The sources in the storage; `revision` is raised by each change."""

    revision: int = 0
    files: Mapping[str, str] = field(default_factory=dict)


def read_table(store: ObjectStore) -> tuple[SourceTable, Version]:
    """Return the sources in the storage and their version. Raises ObjectsUnavailable, Damaged."""
    data, version = store.read(SOURCES)
    if not data:
        return SourceTable(), version
    try:
        row = json.loads(data)
        table = SourceTable(int(row["revision"]), {str(name): str(value) for name, value in row["files"].items()})
        if not all(map(_is_safe, table.files)):
            raise ValueError
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Damaged(Message("The list of sources in the object storage is damaged.")) from error
    return table, version


def merge(base: Mapping[str, str], here: Mapping[str, str], there: Mapping[str, str]) -> dict[str, str]:
    """Return the files of two sides that both began with `base`, as name and sha256; nothing that was added is lost.

    A file that one side changed and the other removed stays. One that both changed in different ways keeps its name for
    what is there, and what is here gets a name of its own beside it. Of a fetched page only what is here stays: it can
    be fetched again.
    """
    merged: dict[str, str] = {}
    for name in sorted({*here, *there}):
        was, ours, theirs = base.get(name), here.get(name), there.get(name)
        if ours == theirs or theirs == was:
            kept = ours
        elif ours in (was, None):
            kept = theirs
        elif theirs is None or name.startswith(FETCHED):
            kept = ours
        else:
            kept = theirs
            merged[_beside(name, ours)] = ours
        if kept is not None:
            merged[name] = kept
    return merged


class SharedSources:
    """The folder of sources and the fetched pages of one machine, kept the same as those in the storage.

    With `may_be_empty` a folder without sources was emptied; else it counts as lost, as a missing one always does.
    """

    def __init__(self, store: ObjectStore, *, seeds: Path, fetched: Path, may_be_empty: bool = False) -> None:
        self._store = store
        self._may_be_empty = may_be_empty
        self._folders = {FILES: seeds, FETCHED: fetched}

    def exchange(self, state: SharedState) -> SharedState:
        """Merge both sides, here and in the storage; return the new state.

        A folder of sources that counts as lost is filled again. What cannot be read at the moment counts as it last
        was, not as removed.

        Raises
        ------
        Damaged, ObjectsUnavailable
            What was merged up to there stays, and is no loss.
        """
        for _ in range(ATTEMPTS):
            files, unread = self._files(state.files)
            here = files | unread
            table, version = read_table(self._store)
            emptied = self._may_be_empty and self._folders[FILES].is_dir()
            base = state.files if emptied or any(name.startswith(FILES) for name in here) else {}
            merged = merge(base, here, table.files)
            if merged != dict(table.files):
                by_content = {sha256: name for name, sha256 in files.items()}
                added = {sha256: self._path(by_content[sha256]) for sha256 in merged.values() if sha256 in by_content}
                upload_files(self._store, added, table.files.values())
                new = SourceTable(table.revision + 1, merged)
                data = json.dumps({"revision": new.revision, "files": merged}, indent=1, sort_keys=True).encode()
                if not self._store.replace(SOURCES, data, version):
                    continue
                table = new
            left = self._apply(merged, here)
            known = {
                name: state.files[name] if name in left else sha256
                for name, sha256 in merged.items()
                if name not in left or name in state.files
            }
            return replace(state, revision=table.revision, files=known)
        raise ObjectsUnavailable(Message("Other machines change the sources all the time: try again."))

    def _apply(self, merged: Mapping[str, str], here: Mapping[str, str]) -> set[str]:
        """Make the folders hold what was merged; return the files that changed meanwhile, and are left as they are."""
        left = set()
        for name, sha256 in merged.items():
            path = self._path(name)
            if here.get(name) == sha256:
                continue
            if _checksum(path) != here.get(name):
                left.add(name)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            staged = path.with_name(f".{sha256[:16]}.new")
            staged.unlink(missing_ok=True)
            download_file(self._store, sha256, staged)
            try:
                write_atomically(path, staged.read_bytes())
            finally:
                staged.unlink(missing_ok=True)
            if name in here:
                log.info("%s was changed on another machine", name.removeprefix(FILES))
        for name in here.keys() - merged.keys():
            if _checksum(self._path(name)) == here[name]:
                self._path(name).unlink(missing_ok=True)
        return left

    def _files(self, known: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the name of each file here with its sha256, and those of `known` that cannot be read now.

        Leftovers of editors and links that lead out are left out.
        """
        files: dict[str, str] = {}
        failed: list[Path] = []
        for prefix, folder in self._folders.items():
            for path in sorted(_walk(folder, failed)):
                name = path.relative_to(folder).as_posix()
                hidden = any(part.startswith(".") for part in PurePosixPath(name).parts)
                if hidden or is_leftover(path.name) or not _is_safe(FILES + name) or _leads_out(path, folder):
                    continue
                try:
                    if (sha256 := _read_checksum(path)) is not None:
                        files[prefix + name] = sha256
                except OSError:
                    failed.append(path)
        paths = {name: self._path(name) for name in known.keys() - files.keys()} if failed else {}
        unread = {name for name, path in paths.items() if any(path.is_relative_to(each) for each in failed)}
        return files, {name: known[name] for name in unread}

    def _path(self, name: str) -> Path:
        prefix = FETCHED if name.startswith(FETCHED) else FILES
        return self._folders[prefix] / name.removeprefix(prefix)


def _walk(folder: Path, failed: list[Path]) -> Iterator[Path]:
    """Yield the files below a folder; add to `failed` the folders that are there but cannot be listed."""

    def note(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            failed.append(Path(error.filename))

    for place, _, names in os.walk(folder, onerror=note):
        yield from (Path(place, name) for name in names)


def _checksum(path: Path) -> str | None:
    """Return the sha256 of a regular file; None if it is none, or not to be read now."""
    try:
        return _read_checksum(path)
    except OSError:
        return None


def _read_checksum(path: Path) -> str | None:
    """Return the sha256 of a regular file; None if it is none or gone. Raises OSError if it cannot be read."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _leads_out(path: Path, folder: Path) -> bool:
    return path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())


def _beside(name: str, sha256: str) -> str:
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}-{sha256[:8]}{path.suffix}"))


def _is_safe(name: str) -> bool:
    """Return whether a name stays in its folder and can be written as UTF-8."""
    path = PurePosixPath(name)
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    prefixed = name.startswith((FILES, FETCHED)) and name == path.as_posix()
    return prefixed and not any(part == ".." or part.startswith(".") or "\\" in part for part in path.parts[1:])
