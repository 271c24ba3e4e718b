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

    `serial` is that of its pointer, `revision` and `files` those of its sources: each name with its sha256.
    """

    url: str
    serial: int = 0
    revision: int = 0
    files: Mapping[str, str] = field(default_factory=dict)


def read_state(file: Path, url: str) -> SharedState:
    """Return the state; that of nothing if there is none, it is damaged, or it is about another storage."""
    try:
        row = json.loads(file.read_bytes())
        state = SharedState(
            str(row["url"]), int(row["serial"]), int(row["revision"]), {str(k): str(v) for k, v in row["files"].items()}
        )
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return SharedState(url)
    return state if state.url == url else SharedState(url)


def write_state(file: Path, state: SharedState) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, json.dumps(asdict(state)).encode())
