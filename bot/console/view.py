"""What the console prints: nouns of the index to lines of text. Pure; nothing in a source can act on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from bot.text.answer_wording import bold_span, brief_answer, confidence_text, repeats_quotations
from bot.text.escape import fold
from index.domain.answers import ABSTENTION
from index.domain.messages import count
from index.domain.snapshots import SourceState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from index import Answer
    from index.domain.answers import Citation
    from index.domain.snapshots import ReindexReport, SkippedSource, SourceInfo, Status

__all__ = ["Line", "answer_lines", "line", "report_lines", "source_lines", "staleness_lines", "status_lines"]

Line = tuple[str, Text]
"""What stands before the first row, its width left blank before the others; and the text."""

BLANK: Line = ("", Text())


def line(text: str, style: str = "", lead: str = "") -> Line:
    """One line to print. All text passes here, so none of it is read as markup or acts on the terminal."""
    return lead, Text(fold(text), style)


def answer_lines(answer: Answer) -> list[Line]:
    """The answer, its numbered quotations with source and section, the confidence and the time it took.

    What answers in brief comes first, and is bold within its quotation. An answer that is its quotations over again
    is shown as these alone.
    """
    lines: list[Line] = []
    if answer.abstained:
        near = " The nearest passages, which may not be about it:" if answer.citations else ""
        lines = [line(f"{answer.text or ABSTENTION}{near}", "yellow"), BLANK]
    if said := brief_answer(answer):
        lines = [line(said, "bold"), BLANK]
    if answer.read_as:
        lines.insert(0, line(f"Read as: {answer.read_as}", "dim"))
    if not answer.abstained and not repeats_quotations(answer):
        lines += [line(answer.text, "" if said else "bold"), BLANK]
    for citation in answer.citations:
        bold = bold_span(answer, citation)
        lines += [*_of_citation(citation, "" if answer.abstained or said else "bold", bold), BLANK]
    took = f"{max(1, round(answer.latency_ms)):,} ms"
    return [*lines, line(f"{confidence_text(answer)} Took {took}. Snapshot {answer.snapshot}.", "dim"), BLANK]


def _of_citation(citation: Citation, style: str, bold: tuple[int, int] | None) -> list[Line]:
    quotation = line(f"“{fold(citation.shown)}”", style, lead=f"[{citation.number}] ")
    if bold:
        quotation[1].stylize("bold", bold[0] + 1, bold[1] + 1)  # behind the quotation mark
    where = f"{citation.source}, {citation.section}" if citation.section else citation.source
    link = [line(citation.url, "dim", lead="    ")] if citation.url else []
    return [quotation, line(where, "dim", lead="    "), *link]


def source_lines(status: Status) -> list[Line]:
    """Each source with its title, size and state, then the files that could not be read, with the reason."""
    lines = [entry for source in status.sources for entry in _of_source(source)]
    return [*(lines or [line("No sources are indexed yet: /reindex reads them.")]), *_of_skipped(status.skipped)]


def _of_source(source: SourceInfo) -> list[Line]:
    state = "" if source.state == SourceState.INDEXED else f" ({source.state} since: /reindex brings it up to date)"
    about = f"{source.title}; {count(source.passages, 'passage', ',')}, {source.size:,} characters"
    return [line(source.source + state, "bold"), line(about, lead="  "), *_of_old_copy(source)]


def _of_old_copy(source: SourceInfo) -> list[Line]:
    """Since when a source is an older copy, and why; nothing where it is not."""
    if not source.problem:
        return []
    since = f"Copy of {_local(source.since)}: " if source.since else ""
    return [line(f"{since}{source.problem}", "yellow", lead="  ")]


def status_lines(status: Status) -> list[Line]:
    """What is indexed, since when, by which model, and why it is out of date if it is."""
    lines = [line("There is no index yet: /reindex builds it.")]
    if snapshot := status.snapshot:
        since = _local(snapshot.created)
        sources = count(len(snapshot.hashes), "source", ",")
        lines = [
            line(f"{sources}, {count(snapshot.passages, 'passage', ',')}, indexed {since}"),
            line(f"Snapshot {snapshot.id}, by {snapshot.model} ({snapshot.dimension} dimensions)"),
        ]
    lines.append(line(f"Model: {status.model} ({'loaded' if status.ready else 'not loaded yet'})"))
    for source in status.sources:
        if old := _of_old_copy(source):
            lines += [line(f"{source.source} could not be fetched anew:", "yellow"), *old]
    return [*lines, *staleness_lines(status), *_of_skipped(status.skipped)]


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %Z")


def staleness_lines(status: Status) -> list[Line]:
    """Why the index is out of date; nothing where it is not, or where there is none."""
    if not (status.snapshot and status.stale):
        return []
    if status.fallback:
        return [line(f"Answers come from an older snapshot ({status.fallback.rstrip('.')}).", "yellow")]
    return [line(f"Out of date ({status.stale.rstrip('.')}): /reindex brings it up to date.", "yellow")]


def report_lines(report: ReindexReport) -> list[Line]:
    """What a reindex changed and how long it took."""
    size = f"{count(report.passages_after, 'passage', ',')}, {report.passages_before:,} before"
    lines = [line(f"Indexed in {report.seconds:.1f} s: {size}.", "green")]
    changes = {"Added": report.added, "Changed": report.changed, "Removed": report.removed}
    lines += [line(f"{verb}: {', '.join(names)}", lead="  ") for verb, names in changes.items() if names]
    if not any(changes.values()):
        lines.append(line("No source changed.", lead="  "))
    lines += [line(f"Answered now: {question}", lead="  ") for question in report.answered]
    return [*lines, *_of_skipped(report.skipped)]


def _of_skipped(skipped: Sequence[SkippedSource]) -> list[Line]:
    return [line(f"Skipped {each.source}: {each.reason}", "yellow") for each in skipped]
