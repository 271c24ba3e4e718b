"""The report of a reindex, a preview or a roll-back, and the comparison of two snapshots, as messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from discord import ButtonStyle, ui

from bot.text.escape import fit, fold, utf16_length
from bot.text.i18n import format_number, gettext, gettext_noop, ngettext, pgettext
from bot.text.index_messages import translate, translate_fault
from bot.views.custom_id import ComponentId, button
from bot.views.formatting import LINE_ROOM, NOTES, join_names, list_block, note_lines, skipped_lines
from bot.views.message import FOUND, TEXT_LIMIT, build_message, share_room
from bot.views.snapshot_names import snapshot_note
from index.domain.regressions import QuestionOrigin

if TYPE_CHECKING:
    from index.domain.regressions import ChangedAnswer, RegressionCheck
    from index.domain.snapshots import Diff, PassageText, Preview, ReindexReport

__all__ = ["diff_message", "preview_message", "reindex_report_message", "rollback_report_message"]

WHY_ROOM = 250
"""Why all passages were embedded."""
PASSAGE_ROOM = 220
SOURCE_ROOM = 80
"""The source of a passage that was added or removed."""
QUESTION_ROOM = 160
ANSWER_ROOM = 140
"""Each answer to a question whose answer changed."""

REBUILT = gettext_noop("**The index is rebuilt**, in {seconds} s.")
PREVIEWED = gettext_noop("**This is a preview**, made in {seconds} s: nothing of it is live yet.")
ROLLED_BACK = gettext_noop("**Rolled back**, in {seconds} s: questions are answered from this snapshot now.")
AS_EXPECTED = gettext_noop("as it should be")
NOT_AS_EXPECTED = gettext_noop("not as it should be")

REGRESSION_TITLES: dict[str, str] = {
    QuestionOrigin.OWN: gettext_noop(
        "**Own questions**: {asked} asked, {lost} lost, {changed} changed, {wrong} not as they should be"
    ),
    QuestionOrigin.HELPFUL: gettext_noop("**Helpful answers**: {asked} asked again, {lost} lost, {changed} changed"),
    QuestionOrigin.SUGGESTIONS: gettext_noop("**Suggestions**: {asked} asked again, {lost} lost, {changed} changed"),
}
NOTHING_TO_ASK: dict[str, str] = {
    QuestionOrigin.HELPFUL: gettext_noop("**Helpful answers**: there are none to ask again"),
    QuestionOrigin.SUGGESTIONS: gettext_noop("**Suggestions**: there are none to ask again"),
}


class ReportSection(NamedTuple):
    """A list within a report: its title, its lines, and the number of further items."""

    title: str
    lines: Sequence[str]
    more: int = 0


def reindex_report_message(report: ReindexReport) -> ui.LayoutView:
    """Return what a reindex changed."""
    return _report_message(report, gettext(REBUILT, seconds=format_number(report.seconds, 1)))


def rollback_report_message(report: ReindexReport) -> ui.LayoutView:
    """Return what a roll-back changed."""
    return _report_message(report, gettext(ROLLED_BACK, seconds=format_number(report.seconds, 1)))


def preview_message(preview: Preview) -> ui.LayoutView:
    """Return what a reindex would change, with buttons to publish and to discard it."""
    row = [
        button(ComponentId("golive", preview.id), pgettext("button", "Make it live"), style=ButtonStyle.primary),
        button(ComponentId("discard", preview.id), pgettext("button", "Discard")),
    ]
    title = gettext(PREVIEWED, seconds=format_number(preview.report.seconds, 1))
    return _report_message(preview.report, title, row)


def diff_message(title: str, diff: Diff, row: Sequence[ui.Button[ui.LayoutView]]) -> ui.LayoutView:
    """Return how one snapshot differs from another, below a title that is not escaped."""
    if diff.is_empty:
        return _lay_out("\n".join([title, gettext("Both say the same.")]), [], "", row)
    head = "\n".join([title, *_source_lines(diff.added, diff.changed, diff.removed, diff.renamed)])
    return _lay_out(head, [_passage_section(diff)], "", row)


def _report_message(report: ReindexReport, title: str, row: Sequence[ui.Button[ui.LayoutView]] = ()) -> ui.LayoutView:
    before, after = report.passages_before, report.passages_after
    passages = gettext("Passages: {before} before, {after} now.", before=before, after=after)
    sources = _source_lines(report.added, report.changed, report.removed, report.renamed)
    head = "\n".join([title, passages, *sources, *_embedding_lines(report)])
    sections = []
    if report.answered:
        answered = [f"- {fit(question, LINE_ROOM)}" for question in report.answered]
        sections.append(ReportSection(gettext("**Answered now**, which were gaps before"), answered))
    sections += map(_regression_section, report.regressions)
    if report.diff is not None and report.diff.before:
        sections.append(_passage_section(report.diff))
    if report.skipped:
        sections.append(ReportSection(gettext("**Skipped**"), skipped_lines(report.skipped)))
    if report.notes:
        sections.append(ReportSection(gettext(NOTES), note_lines(report.notes)))
    return _lay_out(head, sections, f"-# {snapshot_note(report.snapshot.id)}", row)


def _lay_out(
    head: str, sections: Sequence[ReportSection], closing: str, row: Sequence[ui.Button[ui.LayoutView]]
) -> ui.LayoutView:
    """Return the head, then each section in its share of the room that is left."""
    room = TEXT_LIMIT - utf16_length(head) - utf16_length(closing)
    wanted = [sum(map(utf16_length, list_block(*section, room=TEXT_LIMIT))) for section in sections]
    rooms = share_room(wanted, room)
    lists = [
        block for section, share in zip(sections, rooms, strict=True) for block in list_block(*section, room=share)
    ]
    return build_message([head, *lists, closing, list(row)], FOUND)


def _source_lines(
    added: Sequence[str], changed: Sequence[str], removed: Sequence[str], renamed: Sequence[tuple[str, str]]
) -> Iterator[str]:
    """Return a line for each kind of change, or one that says that there is none."""
    if added:
        yield gettext("Added: {names}", names=join_names(added))
    if changed:
        yield gettext("Changed: {names}", names=join_names(changed))
    if removed:
        yield gettext("Removed: {names}", names=join_names(removed))
    if renamed:
        yield gettext("Renamed: {names}", names=join_names([f"{before} → {after}" for before, after in renamed]))
    if not (added or changed or removed or renamed):
        yield gettext("No source changed.")


def _embedding_lines(report: ReindexReport) -> Iterator[str]:
    """Return how many passages were embedded, and why if it was all of them."""
    if report.embedded and report.rebuild_reason:
        # Without the step that fixes it, which is the reindex that was done.
        why = fit(translate_fault(report.rebuild_reason).rstrip(".。"), WHY_ROOM)
        yield gettext("All passages were embedded anew: {why}.", why=why)
    elif report.embedded:
        yield ngettext(
            "{number} passage was embedded, the others were used again.",
            "{number} passages were embedded, the others were used again.",
            report.embedded,
        )


def _passage_section(diff: Diff) -> ReportSection:
    """Return the first passages removed and added, alternating, so that little room shows some of both."""
    total = diff.passages_added + diff.passages_removed
    if not total:
        return ReportSection("", ())
    removed = [_passage_line("−", passage) for passage in diff.first_removed]
    added = [_passage_line("+", passage) for passage in diff.first_added]
    lines = [line for pair in zip_longest(removed, added) for line in pair if line]
    title = gettext(
        "**Passages**: {added} added, {removed} removed",
        added=diff.passages_added,
        removed=diff.passages_removed,
    )
    return ReportSection(title, lines, total - len(lines))


def _passage_line(sign: str, passage: PassageText) -> str:
    return f"**{sign}** {fit(passage.text, PASSAGE_ROOM)} ({fit(passage.source, SOURCE_ROOM)})"


def _regression_section(check: RegressionCheck) -> ReportSection:
    """Return the questions whose answers were lost or changed, then the others that are not as they should be."""
    if not check.total and check.origin in NOTHING_TO_ASK:
        return ReportSection(gettext(NOTHING_TO_ASK[check.origin]), ())
    lost = len(check.lost)
    title = gettext(
        REGRESSION_TITLES[check.origin],
        asked=check.asked,
        lost=lost,
        changed=len(check.changed) - lost,
        wrong=len(check.wrong),
    )
    if fold(check.problem):
        title += f"\n-# {fit(translate(check.problem), LINE_ROOM)}"
    changed = {answer.question for answer in check.changed}
    still_wrong = [_question_line(question, right=False) for question in check.wrong if question not in changed]
    return ReportSection(title, [*map(_changed_answer_lines, check.changed), *still_wrong])


def _changed_answer_lines(answer: ChangedAnswer) -> str:
    before, now = answer.excerpts
    before = gettext("before: {answer}", answer=_quoted(before))
    now = gettext("now: {answer}", answer=_quoted(now))
    return f"{_question_line(answer.question, right=answer.right)}\n-# {before}\n-# {now}"


def _question_line(question: str, *, right: bool | None) -> str:
    """Return a question with the verdict on its answer, if there is one; a wrong answer is in bold."""
    verdicts = {True: f" ({gettext(AS_EXPECTED)})", False: f" (**{gettext(NOT_AS_EXPECTED)}**)", None: ""}
    return f"- {fit(question, QUESTION_ROOM)}{verdicts[right]}"


def _quoted(text: str) -> str:
    return gettext("“{words}”", words=fit(text, ANSWER_ROOM)) if fold(text) else gettext("no answer")
