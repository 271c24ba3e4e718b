"""The manifest of a snapshot: what it is made of, with a checksum of itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from index.domain.messages import Message, message_from_json, message_to_json
from index.domain.served_model import ServedModel
from index.domain.snapshots import SkippedSource, Snapshot, SourceNote

__all__ = ["FORMAT", "Manifest", "ManifestDamaged", "to_sealed_json"]

FORMAT = 13
"""Raised when older snapshots can no longer be read, or their passages would differ if they were built now."""


class ManifestDamaged(ValueError):
    """A manifest of this format that is not as it was written."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot is made of.

    `files` maps each file's path in the snapshot's folder to its sha256; `titles` maps each source to its title, its
    address, and how many characters and passages it has; `notes` are remarks on sources that were read; `served` is the
    model of an embedding server of which vectors are, None if all are of the model here.
    """

    snapshot: Snapshot
    max_tokens: int
    titles: Mapping[str, tuple[str, str | None, int, int]]
    skipped: tuple[SkippedSource, ...]
    files: Mapping[str, str]
    notes: tuple[SourceNote, ...] = ()
    served: ServedModel | None = None

    def to_json(self) -> str:
        """Return the manifest as JSON, the same text for the same manifest."""
        table = asdict(self)
        table["snapshot"]["created"] = self.snapshot.created.isoformat()
        table["skipped"] = [
            {"source": skipped.source, "reason": message_to_json(skipped.reason)} for skipped in self.skipped
        ]
        table["notes"] = [{"source": item.source, "note": message_to_json(item.note)} for item in self.notes]
        if self.served is None:  # as in the manifests of programs that knew of none
            del table["served"]
        return to_sealed_json(table)

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Return the manifest of a JSON text.

        Raises
        ------
        ManifestDamaged
            A manifest of this format is not as it was written.
        KeyError, TypeError, ValueError
            It is no manifest, or of another format.
        """
        try:
            table = json.loads(text)
            format_ = table["snapshot"]["format"]
        except (ValueError, RecursionError) as error:
            raise ManifestDamaged("it is no JSON") from error
        if format_ != FORMAT:
            raise ValueError(
                Message("format {format}, this program reads {ours}", format=str(format_), ours=str(FORMAT))
            )
        if to_sealed_json(table) != text:
            raise ManifestDamaged("its checksum differs")
        table["snapshot"]["created"] = datetime.fromisoformat(table["snapshot"]["created"])
        return cls(
            snapshot=Snapshot(**table["snapshot"]),
            max_tokens=int(table["max_tokens"]),
            titles={source: (row[0], row[1], row[2], row[3]) for source, row in table["titles"].items()},
            skipped=tuple(SkippedSource(row["source"], message_from_json(row["reason"])) for row in table["skipped"]),
            files=table["files"],
            notes=tuple(SourceNote(row["source"], message_from_json(row["note"])) for row in table["notes"]),
            served=_served(table["served"]) if "served" in table else None,
        )


def _served(row: Mapping[str, Any]) -> ServedModel:
    return ServedModel(str(row["name"]), str(row["probe"]), tuple(map(float, row["vector"])))


def to_sealed_json(table: Mapping[str, Any]) -> str:
    """Return a table as JSON with its checksum."""
    unsealed = {name: value for name, value in table.items() if name != "checksum"}
    checksum = hashlib.sha256(_text(unsealed).encode()).hexdigest()
    return _text({**unsealed, "checksum": checksum})


def _text(table: Mapping[str, Any]) -> str:
    return json.dumps(table, indent=1, ensure_ascii=False, sort_keys=True)
