"""The pointer LIVE of an object storage: which snapshot all machines serve."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from index.domain.errors import Damaged
from index.domain.messages import Message
from index.objects.store import ObjectStore, Version

__all__ = ["NOWHERE", "POINTER", "Pointer", "read_pointer"]

POINTER = "LIVE"


@dataclass(frozen=True, slots=True)
class Pointer:
    """A snapshot that is live everywhere.

    `manifest` is its manifest's sha256, `sources` the revision of the sources that the machine had that published it,
    and `serial` is raised by each change of the pointer; 0 if there is none.
    """

    snapshot: str = ""
    manifest: str = ""
    sources: int = 0
    serial: int = 0

    def to_bytes(self) -> bytes:
        return f"{json.dumps(asdict(self))}\n".encode()


NOWHERE = Pointer()


def read_pointer(store: ObjectStore) -> tuple[Pointer, Version]:
    """Return the pointer and its version. Raises ObjectsUnavailable, and Damaged if it is not as it was written."""
    data, version = store.read(POINTER)
    if not data:
        return NOWHERE, version
    try:
        row = json.loads(data)
        pointer = Pointer(str(row["snapshot"]), str(row["manifest"]), int(row["sources"]), int(row["serial"]))
        if pointer.to_bytes() != data:
            raise ValueError(data)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise Damaged(Message("The pointer LIVE in the object storage is damaged: reindex on a machine.")) from error
    return pointer, version
