"""The console's output: nouns of the index as lines of text, in which nothing can control the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from bot.text.answer_wording import (
    bold_span,
    brief_answer,
    certainty_text,
    distinct_citations,
    fault_note,
    may_be_bold,
    own_words,
    quotation_text,
    written_by,
    written_text,
)
from bot.text.escape import LINE_BREAK, fold
from index.domain.answers import ABSTENTION, NO_QUESTION
from index.domain.messages import count
from index.domain.snapshots import SourceState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from index import Answer
    from index.domain.answers import Citation
    from index.domain.generation import GenerationStatus
    from index.domain.snapshots import ReindexReport, SkippedSource, SourceInfo, SourceNote, Status

__all__ = [
    "Line",
    "answer_lines",
    "line",
    "passage_lines",
    "report_lines",
    "source_lines",
    "staleness_lines",
    "status_lines",
]

Line = tuple[str, Text]
"""A text and its lead: the lead stands before the first row, the others are indented by its width."""

BLANK: Line = ("", Text())


def line(text: str, style: str = "", lead: str = "") -> Line:
    """Return a line to print; every text passes here, so that none is read as markup or controls the terminal."""
    return lead, Text(fold(text), style)


def answer_lines(answer: Answer) -> list[Line]:
    """Return the answer, its numbered quotations with their location, the certainty and the time it took.

    The brief answer comes first, and is bold within its quotation, or what a language model wrote. Of an abstention
    only the reason is shown.
    """
    lines = [line(f"Read as: {answer.read_as}", "dim")] if answer.read_as else []
    took = f"Took {max(1, round(answer.latency_ms)):,} ms."
    if answer.abstained:
        more = " /more shows the nearest passages." if answer.citations and answer.why != NO_QUESTION else ""
        closing = " ".join(filter(None, [fault_note(answer), f"{took}{more}"]))
        return [*lines, line(answer.text or ABSTENTION, "yellow"), BLANK, line(closing, "dim"), BLANK]
    emphasis = "bold" if may_be_bold(answer) else ""
    brief, words, written = brief_answer(answer), own_words(answer), written_text(answer)
    if written:
        lines += [line(written, "bold"), BLANK]
        brief, words = written, ""
    elif brief:
        lines += [line(brief, emphasis), BLANK]
    style = "" if brief else emphasis
    if words:
        lines += [line(words, style), BLANK]
    elif answer.conflict:
        lines += [line("The sources disagree.", "bold"), BLANK]
    for citation in distinct_citations(answer.citations):
        lines += [*_citation_lines(citation, style, bold_span(answer, citation)), BLANK]
    writer = written_by(fold(answer.generator)) if written else ""
    closing = " ".join(filter(None, [writer, fault_note(answer), certainty_text(answer), took]))
    return [*lines, line(closing, "dim"), BLANK]


def passage_lines(citations: Sequence[Citation]) -> list[Line]:
    """Return passages near a question, which may or may not be about it."""
    if not citations:
        return [line("There are no further passages near this question.")]
    passages = [entry for citation in citations for entry in (*_citation_lines(citation, "", None), BLANK)]
    return [line("Passages near the last question, which may not be about it:"), BLANK, *passages]


def _citation_lines(citation: Citation, style: str, bold: tuple[int, int] | None) -> list[Line]:
    quotation = line(f"“{quotation_text(citation)}”", style)[1]
    if bold:
        quotation.stylize("bold", bold[0] + 1, bold[1] + 1)  # after the quotation mark
    if context := fold(citation.context):
        quotation = Text.assemble((f"[{context}] ", "dim"), quotation)
    lead = f"[{citation.number}] "
    first, *others = quotation.split(f" {LINE_BREAK} ")
    location = f"{citation.source}, {citation.section}" if citation.section else citation.source
    link = [line(citation.url, "dim", lead="    ")] if citation.url else []
    return [(lead, first), *(("    ", other) for other in others), line(location, "dim", lead="    "), *link]


def source_lines(status: Status) -> list[Line]:
    """Return each source with title, size and state, then the files that are skipped, with the reason."""
    lines = [entry for source in status.sources for entry in _one_source_lines(source)]
    return [
        *(lines or [line("No sources are indexed yet: /reindex reads them.")]),
        *_skipped_lines(status.skipped),
        *_note_lines(status.notes),
    ]


def _one_source_lines(source: SourceInfo) -> list[Line]:
    indexed = source.state == SourceState.INDEXED
    state = "" if indexed else f" ({source.state} since: /reindex brings it up to date)"
    about = f"{source.title}; {count(source.passages, 'passage', ',')}, {source.size:,} characters"
    return [line(source.source + state, "bold"), line(about, lead="  "), *_older_copy_lines(source)]


def _older_copy_lines(source: SourceInfo) -> list[Line]:
    if not source.problem:
        return []
    since = f"Copy of {_local_time(source.since)}: " if source.since else ""
    return [line(f"{since}{source.problem}", "yellow", lead="  ")]


def status_lines(status: Status, generation: GenerationStatus | None = None) -> list[Line]:
    """Return what is indexed, since when, by which model, and why it is out of date if it is; then who writes."""
    lines = [line("There is no index yet: /reindex builds it.")]
    if snapshot := status.snapshot:
        sources, passages = count(len(snapshot.hashes), "source", ","), count(snapshot.passages, "passage", ",")
        lines = [
            line(f"{sources}, {passages}, indexed {_local_time(snapshot.created)}"),
            line(f"Snapshot {snapshot.id}, by {snapshot.model} ({snapshot.dimension} dimensions)"),
        ]
    lines.append(line(f"Model: {status.model} ({'loaded' if status.ready else 'not loaded yet'})"))
    lines += _generation_lines(generation) if generation else []
    for source in status.sources:
        if older_copy := _older_copy_lines(source):
            lines += [line(f"{source.source} could not be fetched anew:", "yellow"), *older_copy]
    return [*lines, *staleness_lines(status), *_skipped_lines(status.skipped), *_note_lines(status.notes)]


def _generation_lines(generation: GenerationStatus) -> list[Line]:
    day = generation.day
    left = f"{day.used:,} tokens used today"
    if day.left is not None:
        left = f"{day.left:,} of {day.limit:,} tokens left today"
    lines = [line(f"Written by: {generation.model or 'the only model of its server'}, checked; {left}")]
    if generation.paused_until:
        lines.append(
            line(f"It failed several times, and is asked again at {_local_time(generation.paused_until)}", "yellow")
        )
    return lines


def _local_time(time: datetime) -> str:
    return time.astimezone().strftime("%Y-%m-%d %H:%M %Z")


def staleness_lines(status: Status) -> list[Line]:
    """Return why the index is out of date; nothing if it is not, or there is none."""
    if not (status.snapshot and status.stale):
        return []
    if status.fallback:
        return [line(f"Answers come from an older snapshot ({status.fallback.rstrip('.')}).", "yellow")]
    return [line(f"Out of date ({status.stale.rstrip('.')}): /reindex brings it up to date.", "yellow")]


def report_lines(report: ReindexReport) -> list[Line]:
    """Return what a reindex changed and how long it took."""
    size = f"{count(report.passages_after, 'passage', ',')}, {report.passages_before:,} before"
    lines = [line(f"Indexed in {report.seconds:.1f} s: {size}.", "green")]
    changes = {"Added": report.added, "Changed": report.changed, "Removed": report.removed}
    lines += [line(f"{verb}: {', '.join(names)}", lead="  ") for verb, names in changes.items() if names]
    if not any(changes.values()):
        lines.append(line("No source changed.", lead="  "))
    lines += [line(f"Answered now: {question}", lead="  ") for question in report.answered]
    return [*lines, *_skipped_lines(report.skipped), *_note_lines(report.notes)]


def _skipped_lines(skipped: Sequence[SkippedSource]) -> list[Line]:
    return [line(f"Skipped {item.source}: {item.reason}", "yellow") for item in skipped]


def _note_lines(notes: Sequence[SourceNote]) -> list[Line]:
    return [line(f"Note on {item.source}: {item.note}", "yellow") for item in notes]
