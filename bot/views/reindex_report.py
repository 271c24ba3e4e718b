"""What changed in the index: the report of a reindex, a preview or a roll-back, and two snapshots compared. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from discord import ButtonStyle, ui

from bot.text.escape import fit, fold, utf16_length
from bot.text.i18n import format_number, gettext, gettext_noop, ngettext, pgettext
from bot.text.index_messages import translate, translate_fault
from bot.views.custom_id import ComponentId, button
from bot.views.formatting import LINE_ROOM, join_names, list_block, skipped_lines
from bot.views.message import FOUND, TEXT_LIMIT, build_message, share_room, snapshot_note

if TYPE_CHECKING:
    from discord import Colour

    from index.domain.snapshots import ChangedAnswer, Diff, OwnQuestions, PassageText, Preview, ReindexReport

__all__ = ["diff_message", "preview_message", "reindex_report_message", "rollback_report_message"]

WHY_ROOM = 250
"""Why all passages were embedded."""
PASSAGE_ROOM = 220
PLACE_ROOM = 80
"""Of a passage that came or went: its words, and its source."""
QUESTION_ROOM = 160
QUOTED_ROOM = 140
"""Of a question that is answered otherwise: itself, and each answer."""

REBUILT = gettext_noop("**The index is rebuilt**, in {seconds} s.")
PREVIEWED = gettext_noop("**This is a preview**, made in {seconds} s: nothing of it is live yet.")
ROLLED_BACK = gettext_noop("**Rolled back**, in {seconds} s: questions are answered from this snapshot now.")
SHOULD = {True: gettext_noop("as it should be"), False: gettext_noop("not as it should be")}


class Part(NamedTuple):
    """A list within a message: its title, its lines, and how many more there are than lines."""

    title: str
    lines: Sequence[str]
    more: int = 0


def reindex_report_message(made: ReindexReport) -> ui.LayoutView:
    """What a reindex changed."""
    return _report(made, gettext(REBUILT, seconds=format_number(made.seconds, 1)))


def rollback_report_message(made: ReindexReport) -> ui.LayoutView:
    """What a roll-back changed."""
    return _report(made, gettext(ROLLED_BACK, seconds=format_number(made.seconds, 1)))


def preview_message(made: Preview) -> ui.LayoutView:
    """What a reindex would change, with buttons that do it and let it go."""
    row = [
        button(ComponentId("golive", made.id), pgettext("button", "Make it live"), style=ButtonStyle.primary),
        button(ComponentId("discard", made.id), pgettext("button", "Discard")),
    ]
    return _report(made.report, gettext(PREVIEWED, seconds=format_number(made.report.seconds, 1)), row)


def diff_message(title: str, changes: Diff, row: Sequence[ui.Button[ui.LayoutView]]) -> ui.LayoutView:
    """What one snapshot has that the other has not, below a title of ours."""
    lines = [title, *_sources(changes.added, changes.changed, changes.removed, changes.renamed)]
    if changes.is_empty:
        lines = [title, gettext("Both say the same.")]
    head = "\n".join(lines)
    return _laid(head, [_passages(changes)] if not changes.is_empty else [], "", FOUND, row)


def _report(made: ReindexReport, title: str, row: Sequence[ui.Button[ui.LayoutView]] = ()) -> ui.LayoutView:
    lines = [
        title,
        gettext("Passages: {before} before, {after} now.", before=made.passages_before, after=made.passages_after),
    ]
    lines += _sources(made.added, made.changed, made.removed, made.renamed)
    lines += _embedded(made)
    parts = []
    if made.answered:
        answered = [f"- {fit(one, LINE_ROOM)}" for one in made.answered]
        parts.append(Part(gettext("**Answered now**, which were gaps before"), answered))
    if made.questions is not None:
        parts.append(_own_questions(made.questions))
    if made.diff is not None and made.diff.before:
        parts.append(_passages(made.diff))
    if made.skipped:
        parts.append(Part(gettext("**Skipped**"), skipped_lines(made.skipped)))
    return _laid("\n".join(lines), parts, f"-# {snapshot_note(made.snapshot.id)}", FOUND, row)


def _laid(
    head: str, parts: Sequence[Part], closing: str, colour: Colour, row: Sequence[ui.Button[ui.LayoutView]]
) -> ui.LayoutView:
    """The head, then each list in its share of the room that is left."""
    room = TEXT_LIMIT - utf16_length(head) - utf16_length(closing)
    wanted = [sum(map(utf16_length, list_block(*part, room=TEXT_LIMIT))) for part in parts]
    lists = [
        one
        for part, share in zip(parts, share_room(wanted, room), strict=True)
        for one in list_block(*part, room=share)
    ]
    return build_message([head, *lists, closing, list(row)], colour)


def _sources(
    added: Sequence[str], changed: Sequence[str], removed: Sequence[str], renamed: Sequence[tuple[str, str]]
) -> Iterator[str]:
    """A line for each kind of change; one that says so where there is none."""
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


def _embedded(made: ReindexReport) -> Iterator[str]:
    """How many passages were embedded, and why all were."""
    if made.embedded and made.rebuild_reason:
        why = fit(translate_fault(made.rebuild_reason).rstrip(".。"), WHY_ROOM)  # its fix was to reindex
        yield gettext("All passages were embedded anew: {why}.", why=why)
    elif made.embedded:
        yield ngettext(
            "{number} passage was embedded, the others were used again.",
            "{number} passages were embedded, the others were used again.",
            made.embedded,
        )


def _passages(changes: Diff) -> Part:
    """The first passages that went and came, in turn, so that both are seen where there is little room."""
    went, came = ([_passage(mark, at) for at in first] for mark, first in _firsts(changes))
    lines = [line for pair in zip_longest(went, came) for line in pair if line]
    count = changes.passages_added + changes.passages_removed
    title = gettext(
        "**Passages**: {added} added, {removed} removed",
        added=changes.passages_added,
        removed=changes.passages_removed,
    )
    return Part(title, lines, count - len(lines)) if count else Part("", ())


def _firsts(changes: Diff) -> tuple[tuple[str, Sequence[PassageText]], tuple[str, Sequence[PassageText]]]:
    return ("−", changes.first_removed), ("+", changes.first_added)


def _passage(mark: str, at: PassageText) -> str:
    return f"**{mark}** {fit(at.text, PASSAGE_ROOM)} ({fit(at.source, PLACE_ROOM)})"


def _own_questions(found: OwnQuestions) -> Part:
    """The operator's own questions: those that are answered otherwise, then those that still lack what they should
    hold."""
    title = gettext(
        "**Own questions**: {asked} asked, {changed} answered otherwise, {wrong} not as they should be",
        asked=found.asked,
        changed=len(found.changed),
        wrong=len(found.wrong),
    )
    if fold(found.problem):
        title += f"\n-# {fit(translate(found.problem), LINE_ROOM)}"
    changed = {at.question for at in found.changed}
    still = [_judged(one, right=False) for one in found.wrong if one not in changed]
    return Part(title, [*map(_reanswered, found.changed), *still])


def _reanswered(at: ChangedAnswer) -> str:
    before, now = gettext("before: {answer}", answer=_quoted(at.was)), gettext("now: {answer}", answer=_quoted(at.now))
    return f"{_judged(at.question, right=at.right)}\n-# {before}\n-# {now}"


def _judged(question: str, *, right: bool | None) -> str:
    """A question, with whether its answer is as it should be where that is known; what is not is not overlooked."""
    verdict = {True: f" ({gettext(SHOULD[True])})", False: f" (**{gettext(SHOULD[False])}**)", None: ""}[right]
    return f"- {fit(question, QUESTION_ROOM)}{verdict}"


def _quoted(text: str) -> str:
    return gettext("“{words}”", words=fit(text, QUOTED_ROOM)) if fold(text) else gettext("no answer")
