"""The texts of snapshots: written into the folder of one, read back, and found again when it is live no more."""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.domain.documents import Block, Document, Passage, Section
from index.parsing.documents import is_extracted
from index.parsing.layout import make_block
from index.snapshots.manifest import Manifest

__all__ = [
    "DOCUMENTS",
    "ID",
    "PASSAGES",
    "VECTORS",
    "DocumentCache",
    "read_suggestions",
    "read_texts",
    "write_suggestions",
    "write_texts",
]

DOCUMENTS = "documents.jsonl"
PASSAGES = "passages.jsonl"
SUGGESTIONS = "suggestions.json"
VECTORS = "vectors.faiss"

ID = re.compile(r"[0-9]{8}T[0-9]{12}Z-[0-9a-f]{8}")
"""What the id of a snapshot looks like; nothing else is ever made part of a path."""

MOST_CACHED = 4
"""Snapshots whose documents stay in memory, those that were asked for last."""


class DocumentCache:
    """The documents of the snapshots in one folder, of whatever age. Thread-safe."""

    def __init__(self, folder: Path, form: int) -> None:
        """`form` is the format of the snapshots that are read."""
        self._folder = folder
        self._form = form
        self._lock = threading.Lock()
        self._read: dict[str, dict[str, Document]] = {}

    def documents(self, snapshot: str) -> dict[str, Document] | None:
        """Documents by source; None where the snapshot is gone, damaged, of another format, or no id of one."""
        if not ID.fullmatch(snapshot):
            return None
        folder = self._folder / snapshot
        with self._lock:
            found = self._read.pop(snapshot, None)
            if found is None or not folder.is_dir():  # one that was removed is not shown any longer
                found = self._checked(folder)
            if found is None:
                return None
            self._read[snapshot] = found
            while len(self._read) > MOST_CACHED:
                del self._read[next(iter(self._read))]
            return dict(found)

    def _checked(self, folder: Path) -> dict[str, Document] | None:
        """What is read of a snapshot whose manifest and documents are as they were written."""
        try:
            manifest = Manifest.from_json((folder / "manifest.json").read_bytes().decode("utf-8"))
            data = (folder / DOCUMENTS).read_bytes()
            if (manifest.snapshot.id, manifest.snapshot.format) != (folder.name, self._form):
                return None
            if hashlib.sha256(data).hexdigest() != manifest.files[DOCUMENTS]:
                return None
            return {each.source: each for each in _documents(io.BytesIO(data))}
        except (OSError, KeyError, TypeError, ValueError, RecursionError):
            return None


def write_texts(folder: Path, documents: Mapping[str, Document], passages: list[Passage]) -> None:
    """documents.jsonl and passages.jsonl; sections are kept as [heading, start, end].

    What was taken out of a file that is no text cannot be taken apart again: its sections keep their blocks, as
    [start, end, kind, lead].
    """
    with (folder / DOCUMENTS).open("w", encoding="utf-8", newline="\n") as lines:
        for document in documents.values():
            whole = is_extracted(document)
            sections = [
                [at.heading, at.start, at.end, *([[_kept(block) for block in at.blocks]] if whole else [])]
                for at in document.sections
            ]
            row: dict[str, Any] = {
                "id": document.id,
                "source": document.source,
                "title": document.title,
                "url": document.url,
                "text": document.text,
                "sections": sections,
                "metadata": dict(document.metadata),
                "format": document.format,
            }
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    with (folder / PASSAGES).open("w", encoding="utf-8", newline="\n") as lines:
        for passage in passages:
            row = asdict(passage)
            del row["text"]
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def read_texts(folder: Path) -> tuple[dict[str, Document], list[Passage]]:
    """What `write_texts` wrote; each passage's text is cut out of its document anew."""
    with (folder / DOCUMENTS).open(encoding="utf-8", newline="\n") as lines:
        documents = {document.id: document for document in _documents(lines)}
    passages = []
    with (folder / PASSAGES).open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            row = json.loads(line)
            text = documents[row["document_id"]].text[row["start"] : row["end"]]
            passages.append(Passage(**row, text=text))
    return documents, passages


def write_suggestions(folder: Path, suggestions: Sequence[str]) -> None:
    """suggestions.json: a list of questions."""
    text = json.dumps(list(suggestions), ensure_ascii=False, indent=1)
    (folder / SUGGESTIONS).write_text(f"{text}\n", "utf-8", newline="\n")


def read_suggestions(folder: Path) -> tuple[str, ...]:
    """What `write_suggestions` wrote."""
    return tuple(json.loads((folder / SUGGESTIONS).read_text("utf-8")))


def _documents(lines: Iterable[str | bytes]) -> list[Document]:
    """A document of each line; its sections come without blocks, but for those that keep them."""
    documents = []
    for line in lines:
        row = json.loads(line)
        row["sections"] = tuple(_section(row["text"], *section) for section in row["sections"])
        documents.append(Document(**row))
    return documents


def _kept(block: Block) -> list[Any]:
    return [block.start, block.end, block.kind, block.lead]


def _section(text: str, heading: str, start: int, end: int, blocks: Sequence[Sequence[Any]] = ()) -> Section:
    return Section(heading, start, end, tuple(make_block(text, *block) for block in blocks))
