"""The text files of a snapshot: writing, reading, and a cache of the documents of older snapshots."""

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

from cachetools import LRUCache

from index.domain.documents import Document, Heading, Opening, Passage, Section, TextRun
from index.domain.messages import message_from_json, message_to_json
from index.parsing.documents import is_extracted
from index.parsing.layout import make_block
from index.snapshots.manifest import Manifest

__all__ = [
    "DOCUMENTS",
    "ID",
    "KEYWORD",
    "PASSAGES",
    "DocumentCache",
    "read_suggestions",
    "read_texts",
    "write_suggestions",
    "write_texts",
]

DOCUMENTS = "documents.jsonl"
PASSAGES = "passages.jsonl"
SUGGESTIONS = "suggestions.json"
KEYWORD = "keyword"
"""The folder of the keyword index in a snapshot's folder."""

ID = re.compile(r"[0-9]{8}T[0-9]{12}Z-[0-9a-f]{8}")
"""The form of a snapshot's id; nothing else ever becomes part of a path."""

MOST_CACHED = 4
"""Snapshots whose documents stay in memory."""


class DocumentCache:
    """The documents of the snapshots in one folder, live or not. Thread-safe."""

    def __init__(self, folder: Path, format_: int) -> None:
        self._folder = folder
        self._format = format_
        self._lock = threading.Lock()
        self._cache: LRUCache[str, dict[str, Document]] = LRUCache(MOST_CACHED)

    def documents(self, snapshot: str) -> dict[str, Document] | None:
        """Return documents by source; None if the snapshot is gone, damaged, of another format, or not an id."""
        if not ID.fullmatch(snapshot):
            return None
        folder = self._folder / snapshot
        with self._lock:
            if not folder.is_dir():  # what was removed is not shown any longer
                self._cache.pop(snapshot, None)
                return None
            documents = self._cache.get(snapshot) or self._read(folder)
            if documents is None:
                return None
            self._cache[snapshot] = documents
            return dict(documents)

    def _read(self, folder: Path) -> dict[str, Document] | None:
        """Read the documents if they and the manifest are as they were written."""
        try:
            manifest = Manifest.from_json((folder / "manifest.json").read_bytes().decode("utf-8"))
            data = (folder / DOCUMENTS).read_bytes()
            if (manifest.snapshot.id, manifest.snapshot.format) != (folder.name, self._format):
                return None
            if hashlib.sha256(data).hexdigest() != manifest.files[DOCUMENTS]:
                return None
            return {document.source: document for document in _documents(io.BytesIO(data))}
        except (OSError, KeyError, TypeError, ValueError, RecursionError):
            return None


def write_texts(folder: Path, documents: Mapping[str, Document], passages: list[Passage]) -> None:
    """Write documents.jsonl and passages.jsonl; sections as [heading, start, end, path].

    A document that was extracted from another format cannot be parsed again: its sections keep their blocks, as
    [start, end, kind, lead, opening].
    """
    with (folder / DOCUMENTS).open("w", encoding="utf-8", newline="\n") as lines:
        for document in documents.values():
            blocks = _kept_blocks if is_extracted(document) else _no_blocks
            sections = [
                [section.heading, section.start, section.end, _path_rows(section), *blocks(section)]
                for section in document.sections
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
                "notes": [message_to_json(note) for note in document.notes],
            }
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    with (folder / PASSAGES).open("w", encoding="utf-8", newline="\n") as lines:
        for passage in passages:
            row = asdict(passage)
            del row["text"]
            row["runs"] = _run_rows(passage.runs)
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def read_texts(folder: Path) -> tuple[dict[str, Document], list[Passage]]:
    """Return what `write_texts` wrote: documents by id, and passages, whose texts are cut out of the documents."""
    with (folder / DOCUMENTS).open(encoding="utf-8", newline="\n") as lines:
        documents = {document.id: document for document in _documents(lines)}
    passages = []
    with (folder / PASSAGES).open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            row = json.loads(line)
            text = documents[row["document_id"]].text[row["start"] : row["end"]]
            row["runs"] = _runs(row["runs"])
            row["opening"] = Opening(row["opening"])
            passages.append(Passage(**row, text=text))
    return documents, passages


def write_suggestions(folder: Path, suggestions: Sequence[str]) -> None:
    """Write suggestions.json, a list of questions."""
    text = json.dumps(list(suggestions), ensure_ascii=False, indent=1)
    (folder / SUGGESTIONS).write_text(f"{text}\n", "utf-8", newline="\n")


def read_suggestions(folder: Path) -> tuple[str, ...]:
    """Return what `write_suggestions` wrote."""
    return tuple(json.loads((folder / SUGGESTIONS).read_text("utf-8")))


def _documents(lines: Iterable[str | bytes]) -> list[Document]:
    """Return the document of each line; its sections have no blocks unless they were kept."""
    documents = []
    for line in lines:
        row = json.loads(line)
        row["sections"] = tuple(_section(row["text"], *section) for section in row["sections"])
        row["notes"] = tuple(map(message_from_json, row["notes"]))
        documents.append(Document(**row))
    return documents


def _kept_blocks(section: Section) -> list[list[list[Any]]]:
    return [[[block.start, block.end, block.kind, block.lead, block.opening] for block in section.blocks]]


def _no_blocks(section: Section) -> list[list[list[Any]]]:
    return []


def _path_rows(section: Section) -> list[list[Any]]:
    return [[heading.reading, _run_rows(heading.runs)] for heading in section.path]


def _run_rows(runs: Sequence[TextRun]) -> list[list[int]]:
    return [[run.begin, run.length, run.start, run.end] for run in runs]


def _runs(rows: Sequence[Sequence[int]]) -> tuple[TextRun, ...]:
    return tuple(TextRun(*row) for row in rows)


def _section(
    text: str,
    heading: str,
    start: int,
    end: int,
    path: Sequence[Sequence[Any]],
    blocks: Sequence[Sequence[Any]] = (),
) -> Section:
    made = tuple(make_block(text, *block) for block in blocks)
    return Section(heading, start, end, made, tuple(Heading(reading, _runs(runs)) for reading, runs in path))
