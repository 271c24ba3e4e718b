"""Documents, their entries and passages as records of JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from index.domain.documents import Document, DocumentEntry, Heading, Opening, Passage, Section, TextRun
from index.domain.messages import message_from_json, message_to_json
from index.parsing.documents import is_extracted
from index.parsing.layout import make_block

__all__ = [
    "document_from_record",
    "document_record",
    "entry_from_record",
    "entry_record",
    "passage_from_record",
    "passage_record",
]


def document_record(document: Document) -> dict[str, Any]:
    """Return a document as a record; sections as [heading, start, end, path].

    A document that was extracted from another format cannot be parsed again: its sections keep their blocks, as
    [start, end, kind, lead, opening].
    """
    blocks = _kept_blocks if is_extracted(document) else _no_blocks
    return {
        "id": document.id,
        "source": document.source,
        "title": document.title,
        "url": document.url,
        "text": document.text,
        "sections": [
            [section.heading, section.start, section.end, _path_rows(section), *blocks(section)]
            for section in document.sections
        ],
        "metadata": dict(document.metadata),
        "format": document.format,
        "notes": [message_to_json(note) for note in document.notes],
    }


def document_from_record(record: Mapping[str, Any]) -> Document:
    """Return the document of a record; its sections have no blocks unless they were kept."""
    return Document(
        **{
            **record,
            "sections": tuple(_section(record["text"], *section) for section in record["sections"]),
            "notes": tuple(map(message_from_json, record["notes"])),
        }
    )


def passage_record(passage: Passage, document: int) -> dict[str, Any]:
    """Return a passage as a record, with the number of its document; its text is left out if it reads the same."""
    return {
        "id": passage.id,
        "document": document,
        "section": passage.section,
        "start": passage.start,
        "end": passage.end,
        "reading": passage.reading,
        "before": passage.before,
        "embedded": passage.embedded,
        "kind": passage.kind,
        "runs": _run_rows(passage.runs),
        "opening": passage.opening,
        **({} if passage.text == passage.reading else {"text": passage.text}),
    }


def passage_from_record(record: Mapping[str, Any], document_id: str) -> Passage:
    return Passage(
        id=record["id"],
        document_id=document_id,
        section=record["section"],
        start=record["start"],
        end=record["end"],
        text=record.get("text", record["reading"]),
        reading=record["reading"],
        before=record["before"],
        embedded=record["embedded"],
        kind=record["kind"],
        runs=_runs(record["runs"]),
        opening=Opening(record["opening"]),
    )


def entry_record(entry: DocumentEntry) -> list[Any]:
    """Return an entry as a list; its rows count from the segment's first."""
    rows = [entry.rows.start, entry.rows.stop]
    return [entry.id, entry.source, entry.title, entry.url, rows, dict(entry.dates), list(map(list, entry.dated))]


def entry_from_record(record: Sequence[Any], first: int) -> DocumentEntry:
    """Return the entry of a list; the segment's rows begin at `first`."""
    id_, source, title, url, (start, stop), dates, dated = record
    return DocumentEntry(
        id_,
        source,
        title,
        url,
        range(first + start, first + stop),
        dates,
        tuple((first + begin, first + end, date) for begin, end, date in dated),
    )


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
