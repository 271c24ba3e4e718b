"""Text output of the command line: answers, reindex reports, snapshots, status."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.domain.answers import Answer
from index.domain.generation import GenerationFault, GenerationStatus
from index.domain.messages import count
from index.domain.regressions import QuestionOrigin, RegressionCheck
from index.domain.snapshots import Diff, PassageText, ReindexReport, SnapshotInfo, SourceNote, Status

__all__ = ["answer_lines", "diff_lines", "generation_lines", "report_lines", "snapshot_lines", "status_lines"]

LONGEST = 200
"""Characters shown of a passage, a question or a quotation."""
MOST_LISTED = 20
"""Questions listed as answered differently, and as many as answered wrong."""
FAULTS = {
    GenerationFault.TIMEOUT: "it took too long",
    GenerationFault.UNREACHABLE: "its server can't be reached",
    GenerationFault.BUSY: "its server is busy",
    GenerationFault.REJECTED: "its server refused the request",
    GenerationFault.PAUSED: "it failed so often that it is not asked for a while",
    GenerationFault.BUDGET: "its tokens for today are spent",
    GenerationFault.UNUSABLE: "it wrote nothing usable",
    GenerationFault.UNVERIFIED: "the sources don't bear out what it wrote",
    GenerationFault.STOPPED: "it was stopped",
}
ENDS = FAULTS | {GenerationFault.UNUSABLE: "the rest is not usable"}
"""The same of an answer of which some sentences passed."""
LABELS = {QuestionOrigin.OWN: "questions", QuestionOrigin.HELPFUL: "helpful", QuestionOrigin.SUGGESTIONS: "suggested"}


def answer_lines(answer: Answer) -> Iterator[str]:
    """Yield how a follow-up was read, the short answer, each quotation once with its place, and the confidence."""
    if answer.read_as:
        yield f"Read as: {' '.join(answer.read_as.split())}\n"
    if short := answer.verdict.title() or (answer.short_answer and " ".join(answer.short_answer.text.split())):
        yield f"{short}\n"
    if answer.text != " ".join(f"{citation.shown} [{citation.number}]" for citation in answer.citations):
        yield answer.text
    if answer.abstained and answer.citations:
        yield "\nThe nearest passages:"
    for citation in answer.citations:
        place = " > ".join(filter(None, [citation.source, citation.section]))
        context = f"[{citation.context}] " if citation.context else ""
        yield f"\n[{citation.number}] {context}{citation.shown}"
        yield f"    {place}, characters {citation.start} to {citation.end}"
    certainty = f" ({answer.certainty})" if answer.certainty else ""
    yield f"\nconfidence {answer.confidence:.2f}{certainty}, snapshot {answer.snapshot}"
    dropped = f"; {count(answer.dropped, 'sentence')} did not pass" if answer.dropped else ""
    if answer.sentences:
        end = f"; not to its end: {ENDS[GenerationFault(answer.fault)]}" if answer.fault else ""
        yield f"written by {answer.generator}, every sentence checked{dropped}{end}"
    elif answer.fault:
        yield f"not written by the language model: {FAULTS[GenerationFault(answer.fault)]}{dropped}"


def report_lines(report: ReindexReport, *, live: bool) -> Iterator[str]:
    """Yield the facts of a reindex report, one per line."""
    yield f"snapshot   {report.snapshot.id}, by {report.snapshot.model}{'' if live else ', not made live'}"
    if report.diff:
        yield from _changed_sources(report.diff)
    for skipped in report.skipped:
        yield f"skipped    {skipped.source}: {skipped.reason}"
    yield from _note_lines(report.notes)
    yield f"passages   {report.passages_before} before, {report.passages_after} after"
    if report.diff and report.diff.before:
        yield from _changed_passages(report.diff)
    for question in report.answered:
        yield f"answered   {_shorten(question)}"
    for check in report.regressions:
        yield from _regressions(check)
    if report.rebuild_reason and report.embedded:
        yield f"anew       {count(report.embedded, 'passage')} embedded: {report.rebuild_reason}"
    yield f"time       {report.seconds:.1f} s"


def diff_lines(changes: Diff) -> Iterator[str]:
    """Yield the differences, one per line; a sentence if there are none."""
    if changes.is_empty:
        yield "Nothing changed."
    yield from _changed_sources(changes)
    yield from _changed_passages(changes)


def snapshot_lines(infos: Sequence[SnapshotInfo]) -> Iterator[str]:
    """Yield the snapshots, one per line."""
    for info in infos:
        mark = "live" if info.live else ""
        size = f"{count(info.passages, 'passage')} of {count(info.sources, 'source')}, {info.bytes / 1e6:.1f} MB"
        what = f"{size}, by {info.model}"
        yield f"{info.id}  {info.created:%Y-%m-%d %H:%M}  {mark:4}  {info.damage or what}"


def _note_lines(notes: Sequence[SourceNote]) -> Iterator[str]:
    for item in notes:
        yield f"note       {item.source}: {item.note}"


def _changed_sources(changes: Diff) -> Iterator[str]:
    for name in ("added", "changed", "removed"):
        if sources := getattr(changes, name):
            yield f"{name:10} {', '.join(sources)}"
    for before, after in changes.renamed:
        yield f"renamed    {before} to {after}"


def _changed_passages(changes: Diff) -> Iterator[str]:
    yield from _passages("-", changes.first_removed, changes.passages_removed)
    yield from _passages("+", changes.first_added, changes.passages_added)


def _passages(mark: str, first: Sequence[PassageText], count: int) -> Iterator[str]:
    for passage in first:
        place = " > ".join(filter(None, [passage.source, passage.section]))
        yield f"{mark} {_shorten(passage.text)}  ({place})"
    if count > len(first):
        yield f"{mark} and {count - len(first)} more"


def _regressions(check: RegressionCheck) -> Iterator[str]:
    for change in check.changed[:MOST_LISTED]:
        verdict = {True: ", as it should be", False: ", not as it should be", None: ""}[change.right]
        was, now = (_shorten(text) or "no answer" for text in change.excerpts)
        yield f"question   {_shorten(change.question)}"
        yield f"  was      {was}"
        yield f"  now      {now}{verdict}"
    if more := len(check.changed[MOST_LISTED:]):
        yield f"           and {more} more"
    listed = {change.question for change in check.changed}
    for question in [question for question in check.wrong if question not in listed][:MOST_LISTED]:
        yield f"wrong      {_shorten(question)}"
    lost, label = len(check.lost), f"{LABELS[check.origin]:10}"
    wrong = f", {len(check.wrong)} wrong" if check.origin == QuestionOrigin.OWN else ""
    if not check.total and not check.problem:
        yield f"{label} none to ask again"
        return
    yield f"{label} {check.asked} asked, {lost} lost, {len(check.changed) - lost} changed{wrong}"
    if check.problem:
        yield f"{label} {check.problem}"


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def status_lines(status: Status, whole: bool | None = None) -> Iterator[str]:
    """Yield the facts of a status; `whole` says whether all files are intact, None if they were not read."""
    if snapshot := status.snapshot:
        yield f"snapshot   {snapshot.id}, {count(snapshot.passages, 'passage')}, by {snapshot.model}"
    for source in status.sources:
        older = f", from {source.since:%Y-%m-%d %H:%M} UTC: {source.problem}" if source.since else ""
        yield f"{source.state:10} {source.source}: {count(source.passages, 'passage')}{older}"
    for skipped in status.skipped:
        yield f"skipped    {skipped.source}: {skipped.reason}"
    yield from _note_lines(status.notes)
    for search in status.vectors:
        if search.queries:
            found = f"{search.recall:.1%} of the nearest 20"
            yield f"vectors    {search.rows:,}, searched by their codes, which finds {found}"
    if storage := status.storage:
        yield f"storage    {storage.url}, live there: {storage.snapshot or 'none'}"
        if storage.problem:
            yield f"           {storage.problem}"
    yield f"stale      {status.stale or 'no'}"
    if whole is not None:
        yield f"whole      {'yes' if whole else 'no'}"


def generation_lines(status: GenerationStatus | None) -> Iterator[str]:
    """Yield the language model and what is left of the day's tokens; nothing without one."""
    if status:
        left = "no limit" if status.day.left is None else f"{status.day.left:,} of {status.day.limit:,} tokens left"
        paused = f", paused until {status.paused_until:%H:%M:%S} UTC" if status.paused_until else ""
        model = status.model or "the only model of its server"
        yield f"writes     {model}, {left} today, {status.day.used:,} used{paused}"
