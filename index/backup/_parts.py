"""The parts that a restore replaces, each a file or folder that is put in place by one rename."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.backup.contents import JOURNAL, JOURNAL_KEY, LIVE, Contents, server_of, server_prefix
from index.backup.places import FETCHED, Places

__all__ = ["Part", "parts_of"]

PRIVATE, PUBLIC = 0o600, 0o666


@dataclass(frozen=True, slots=True)
class Part:
    """A file or folder and its members in the archive; none if it is only moved away.

    `members` maps a member's name to its path below the folder, "" for a part that is one file. `aside_end` goes after
    the name under which the old one is kept.
    """

    target: Path
    members: dict[str, str]
    mode: int = PUBLIC
    aside_end: str = ""

    @property
    def is_folder(self) -> bool:
        return "" not in self.members.values()

    def aside(self, stamp: str) -> Path:
        """Return the path beside it under which the old one is kept."""
        name = self.target.name.removesuffix(self.aside_end)
        return self.target.with_name(f"{name}.before-restore-{stamp}{self.aside_end}")

    def staged(self, token: str) -> Path:
        """Return the path beside it at which the new one is prepared."""
        return self.target.with_name(f".{self.target.name}.restoring-{token}")

    def is_occupied(self) -> bool:
        """Return whether there is anything that a restore would replace."""
        if self.target.is_dir() and not self.target.is_symlink():
            return any(self.target.iterdir())
        return self.target.is_symlink() or self.target.exists()


def parts_of(contents: Contents, places: Places) -> tuple[list[Part], list[str]]:
    """Return what is to be replaced, the pointer to the live snapshot last, and the members that have no place here."""
    names = contents.names
    parts: list[Part] = []
    if LIVE in names:
        parts.append(_folder(names, "index/snapshots/", places.index / "snapshots"))
        parts.append(_folder(names, f"index/{FETCHED}/", places.index / FETCHED))
    if sources := _folder(names, "sources/", places.sources).members:
        parts.append(Part(places.sources, sources))
    servers, lost = _server_parts(contents, places)
    parts += servers
    for room, files in (("state", places.state), ("secrets", places.secrets)):
        known = {f"{room}/{path.name}": path for path in files}
        parts += [Part(path, {name: ""}, PRIVATE) for name, path in known.items() if name in names]
        lost += [name for name in names if name.startswith(f"{room}/") and name not in known]
    if places.database:
        lost += [name for name in names if name in (JOURNAL, JOURNAL_KEY)]
    elif JOURNAL in names:
        for end in ("-wal", "-shm", "-journal"):  # of a damaged journal; a whole one has none any more
            parts.append(Part(places.journal.with_name(f"{places.journal.name}{end}"), {}, aside_end=end))
        parts.append(Part(places.journal_key, {JOURNAL_KEY: ""}, PRIVATE, ".key"))
        parts.append(Part(places.journal, {JOURNAL: ""}, PRIVATE))
    if LIVE in names:
        parts.append(Part(places.index / "LIVE", {LIVE: ""}))
    return parts, lost


def _server_parts(contents: Contents, places: Places) -> tuple[list[Part], list[str]]:
    """Return a part for each server's folder; all their files have no place if there is no such folder here."""
    files: dict[str, list[str]] = {server: [] for server in contents.servers}
    for name in sorted(contents.names):
        if server := server_of(name):
            files[server].append(name)
    folders = places.server_folders
    if folders is None:
        return [], [name for names in files.values() for name in names]
    return [_folder(names, server_prefix(server), folders.folder(int(server))) for server, names in files.items()], []


def _folder(names: Iterable[str], prefix: str, target: Path) -> Part:
    return Part(target, {name: name.removeprefix(prefix) for name in names if name.startswith(prefix)})
