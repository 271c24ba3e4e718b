"""What a machine last had in common with the object storage, in the file objects.json in its folder of the index."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from index.storage.atomic import write_atomically

__all__ = ["SharedState", "read_state", "write_state"]


@dataclass(frozen=True, slots=True)
class SharedState:
    """The last agreement with the storage at `url`.

    `serial` is that of its pointer, `revision` and `files` those of its sources: each name with its sha256. `deletions`
    counts how often all of it had been deleted there, which only happens to a server's collection.
    """

    url: str
    serial: int = 0
    revision: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    deletions: int = 0

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever shared with that storage."""
        return not (self.serial or self.revision)


def read_state(file: Path, url: str) -> SharedState:
    """Return the state; that of nothing if there is none, it is damaged, or it is about another storage."""
    try:
        row = json.loads(file.read_bytes())
        files = {str(name): str(sha256) for name, sha256 in row["files"].items()}
        serial, revision, deletions = int(row["serial"]), int(row["revision"]), int(row.get("deletions", 0))
        state = SharedState(str(row["url"]), serial, revision, files, deletions)
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return SharedState(url)
    return state if state.url == url else SharedState(url)


def write_state(file: Path, state: SharedState) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, json.dumps(asdict(state)).encode())
