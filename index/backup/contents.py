"""The contents of an archive: its members with their checksums, and which names they may have."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from index.domain.errors import BackupUnreadable
from index.snapshots.files import ID
from index.snapshots.manifest import to_sealed_json
from index.storage.server_folders import LEFT, SERVER_ID

__all__ = [
    "CONTENTS",
    "FORMAT",
    "JOURNAL",
    "JOURNAL_KEY",
    "LIVE",
    "Contents",
    "Member",
    "is_snapshot_file",
    "name_problem",
    "server_of",
    "server_prefix",
]

FORMAT = 2
"""Raised when an older program could not restore what is written."""

CONTENTS = "contents.json"
JOURNAL = "journal/journal.sqlite3"
JOURNAL_KEY = "journal/journal.sqlite3.key"
LIVE = "index/LIVE"

SERVERS = "servers"
SERVER_FILE = re.compile(
    rf"{SERVERS}/({SERVER_ID.pattern})/(sources/.+|index/LIVE|{LEFT}|index/snapshots/{ID.pattern}/.+)"
)
SNAPSHOT_FILE = re.compile(rf"({SERVERS}/{SERVER_ID.pattern}/)?index/snapshots/{ID.pattern}/.+")
FLAT_FILE = re.compile(r"(index/fetched|state|secrets)/[^/]+")
SOURCE_FILE = re.compile(r"sources/.+")

LONGEST_PART = 255
"""Bytes of a file's or folder's name; file systems allow no more."""

DAMAGED = "The backup is damaged: {why}. Take another one."


@dataclass(frozen=True, slots=True)
class Member:
    """The checksum and size of a member."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds, written into it last.

    `left_out` says what was left out and why; `questions` counts those in the journal. `servers` are those with a
    collection of their own, each with its live snapshot, if it has one. `copies` are files of snapshots that are there
    once, under the name of a member with the same content.
    """

    program: str
    created: str
    live: str | None
    snapshots: tuple[str, ...]
    questions: int
    left_out: tuple[str, ...]
    members: Mapping[str, Member]
    servers: Mapping[str, str | None] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def names(self) -> Collection[str]:
        """The names of all files, those that are there under another name included."""
        return dict.fromkeys((*self.members, *self.copies))

    def to_json(self) -> str:
        """Return the contents as JSON with a checksum of itself."""
        return to_sealed_json({**asdict(self), "members": {name: asdict(row) for name, row in self.members.items()}})

    @classmethod
    def from_json(cls, data: bytes) -> Contents:
        """Return what `to_json` wrote. Raises BackupUnreadable."""
        try:
            text = data.decode("utf-8")
            table: dict[str, Any] = json.loads(text)
            format_ = int(table["format"])
            if format_ > FORMAT:
                raise BackupUnreadable(
                    f"The backup is of format {format_}, this program reads {FORMAT}: update the program."
                )
            if to_sealed_json(table) != text:
                raise BackupUnreadable(DAMAGED.format(why=f"{CONTENTS} is not as it was written"))
            members = {name: Member(str(row["sha256"]), int(row["bytes"])) for name, row in table["members"].items()}
            return cls(
                program=str(table["program"]),
                created=str(table["created"]),
                live=table["live"],
                snapshots=tuple(table["snapshots"]),
                questions=int(table["questions"]),
                left_out=tuple(table["left_out"]),
                members=members,
                servers={str(server): live for server, live in table.get("servers", {}).items()},
                copies={str(name): str(other) for name, other in table.get("copies", {}).items()},
                format=format_,
            )
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise BackupUnreadable(DAMAGED.format(why=f"{CONTENTS} cannot be read")) from error


def server_prefix(server: str) -> str:
    """Return what the names of a server's files begin with."""
    return f"{SERVERS}/{server}/"


def server_of(name: str) -> str:
    """Return whose file has this name; empty for one that is no server's."""
    found = SERVER_FILE.fullmatch(name)
    return found[1] if found else ""


def is_snapshot_file(name: str) -> bool:
    """Return whether this is the name of a file that is never written to again."""
    return SNAPSHOT_FILE.fullmatch(name) is not None


def name_problem(name: str) -> str:
    """Return why a member may not have this name, in words that follow it; empty if it may."""
    parts = name.split("/")
    if PurePosixPath(name).is_absolute() or any(part in ("", ".", "..") for part in parts):
        return "leads out of its folder"
    if re.search(r"[\\\x00-\x1f\x7f]", name):
        return "has characters that are no part of a file's name"
    try:
        if max(len(part.encode()) for part in parts) > LONGEST_PART:
            return "has a part that is too long"
    except UnicodeEncodeError:
        return "is not UTF-8"
    if name in (JOURNAL, JOURNAL_KEY, LIVE) or any(
        form.fullmatch(name) for form in (SNAPSHOT_FILE, FLAT_FILE, SOURCE_FILE, SERVER_FILE)
    ):
        return ""
    return "is no part of a backup"
