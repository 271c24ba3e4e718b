"""What the command line says of answers, of a reindex, of snapshots: as lines, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.domain.answers import Answer
from index.domain.messages import count
from index.domain.snapshots import Diff, OwnQuestions, PassageText, ReindexReport, SnapshotInfo, Status

__all__ = ["answer_lines", "diff_lines", "report_lines", "snapshot_lines", "status_lines"]

LONGEST = 200
"""Characters shown of a passage, a question or a quotation."""


def answer_lines(answer: Answer) -> Iterator[str]:
    """What answers in short, the quotations, and how sure that is."""
    if said := answer.verdict.title() or (answer.short_answer and " ".join(answer.short_answer.text.split())):
        yield f"{said}\n"
    yield answer.text
    if answer.abstained and answer.citations:
        yield "\nThe nearest passages:"
    for at in answer.citations:
        place = " > ".join(filter(None, [at.source, at.section]))
        yield f"\n[{at.number}] {at.shown}\n    {place}, characters {at.start} to {at.end}"
    yield f"\nconfidence {answer.confidence:.2f}, snapshot {answer.snapshot}"


def report_lines(report: ReindexReport, *, live: bool) -> Iterator[str]:
    """A line a fact."""
    yield f"snapshot   {report.snapshot.id}, by {report.snapshot.model}{'' if live else ', not made live'}"
    if report.diff:
        yield from _sources(report.diff)
    for skipped in report.skipped:
        yield f"skipped    {skipped.source}: {skipped.reason}"
    yield f"passages   {report.passages_before} before, {report.passages_after} after"
    if report.diff and report.diff.before:
        yield from _texts(report.diff)
    for question in report.answered:
        yield f"answered   {_short(question)}"
    if report.questions:
        yield from _questions(report.questions)
    if report.rebuild_reason and report.embedded:
        yield f"anew       {count(report.embedded, 'passage')} embedded: {report.rebuild_reason}"
    yield f"time       {report.seconds:.1f} s"


def diff_lines(changes: Diff) -> Iterator[str]:
    """A line a fact; one that says so where there is none."""
    if changes.is_empty:
        yield "Nothing changed."
    yield from _sources(changes)
    yield from _texts(changes)


def snapshot_lines(infos: Sequence[SnapshotInfo]) -> Iterator[str]:
    """A line a snapshot."""
    for info in infos:
        mark = "live" if info.live else ""
        size = f"{count(info.passages, 'passage')} of {count(info.sources, 'source')}, {info.bytes / 1e6:.1f} MB"
        what = f"{size}, by {info.model}"
        yield f"{info.id}  {info.created:%Y-%m-%d %H:%M}  {mark:4}  {info.damage or what}"


def _sources(changes: Diff) -> Iterator[str]:
    for name in ("added", "changed", "removed"):
        if sources := getattr(changes, name):
            yield f"{name:10} {', '.join(sources)}"
    for before, after in changes.renamed:
        yield f"renamed    {before} to {after}"


def _texts(changes: Diff) -> Iterator[str]:
    yield from _some("-", changes.first_removed, changes.passages_removed)
    yield from _some("+", changes.first_added, changes.passages_added)


def _some(mark: str, first: Sequence[PassageText], count: int) -> Iterator[str]:
    for at in first:
        place = " > ".join(filter(None, [at.source, at.section]))
        yield f"{mark} {_short(at.text)}  ({place})"
    if count > len(first):
        yield f"{mark} and {count - len(first)} more"


def _questions(found: OwnQuestions) -> Iterator[str]:
    for at in found.changed:
        verdict = {True: ", as it should be", False: ", not as it should be", None: ""}[at.right]
        yield f"question   {_short(at.question)}"
        yield f"  was      {_short(at.was) or 'no answer'}"
        yield f"  now      {_short(at.now) or 'no answer'}{verdict}"
    changed = {at.question for at in found.changed}
    for question in found.wrong:
        if question not in changed:
            yield f"wrong      {_short(question)}"
    yield f"questions  {found.asked} asked, {len(found.changed)} answered otherwise, {len(found.wrong)} wrong"
    if found.problem:
        yield f"questions  {found.problem}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def status_lines(found: Status, whole: bool | None = None) -> Iterator[str]:
    """A line a fact."""
    if snapshot := found.snapshot:
        yield f"snapshot   {snapshot.id}, {count(snapshot.passages, 'passage')}, by {snapshot.model}"
    for at in found.sources:
        older = f", from {at.since:%Y-%m-%d %H:%M} UTC: {at.problem}" if at.since else ""
        yield f"{at.state:10} {at.source}: {count(at.passages, 'passage')}{older}"
    for skipped in found.skipped:
        yield f"skipped    {skipped.source}: {skipped.reason}"
    yield f"stale      {found.stale or 'no'}"
    if whole is not None:
        yield f"whole      {'yes' if whole else 'no'}"
