"""The weekly digest of a server as a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from discord import ui

from bot.text.escape import fit
from bot.text.i18n import format_day, format_number, gettext, ngettext
from bot.views.message import FOUND, Block, build_message

if TYPE_CHECKING:
    from datetime import datetime

    from index.domain.activity import PeriodCounts, Theme
    from index.domain.snapshots import Diff

__all__ = ["MOST_GAPS", "weekly_digest_message"]

QUESTION_ROOM = 160
SOURCE_ROOM = 60
MOST_GAPS = 5
MOST_SOURCES = 5


def weekly_digest_message(
    counts: PeriodCounts, gaps: Sequence[Theme], changes: Diff | None, *, since: datetime, until: datetime
) -> ui.LayoutView:
    """Return the digest of the questions from `since` until `until`.

    `gaps` are the themes without a good answer that were asked about in that time, the most asked first.
    """
    title = gettext(
        "**The week from {first} to {last}**", first=format_day(since.date()), last=format_day(until.date())
    )
    blocks: list[Block] = [title, "\n".join(_figures(counts))]
    asked = [_asked(question, times) for question, times in counts.top]
    blocks.append("\n".join([gettext("**Asked most**"), *asked]))
    if gaps:
        shown = [_asked(theme.gaps[0].question, theme.times) for theme in gaps[:MOST_GAPS]]
        more = len(gaps) - len(shown)
        rest = [ngettext("and {number} more theme", "and {number} more themes", more)] if more else []
        blocks.append("\n".join([gettext("**Without a good answer**"), *shown, *rest]))
    blocks.append("\n".join([gettext("**The sources**"), *_changes(changes)]))
    closing = gettext("More: /gaps, /stats. Another day or channel, or none: /settings digest.")
    return build_message([*blocks, f"-# {closing}"], FOUND)


def _figures(counts: PeriodCounts) -> Iterator[str]:
    yield gettext(
        "Questions: {questions}, of which {answered} answered and {silent} not.",
        questions=format_number(counts.questions),
        answered=format_number(counts.answered),
        silent=format_number(counts.questions - counts.answered),
    )
    if counts.helpful or counts.unhelpful:
        yield gettext(
            "Votes: {helpful} helpful, {unhelpful} not helpful.",
            helpful=format_number(counts.helpful),
            unhelpful=format_number(counts.unhelpful),
        )
    else:
        yield gettext("Nobody voted.")


def _asked(question: str, times: int) -> str:
    text = fit(question, QUESTION_ROOM)
    return f"- {text}" if times < 2 else f"- {text} ({format_number(times)} ×)"


def _changes(changes: Diff | None) -> Iterator[str]:
    """Yield the sources that changed, those of one kind on a line."""
    if changes is None or changes.is_empty:
        yield gettext("Nothing changed.")
        return
    renamed = [after for _, after in changes.renamed]
    if changes.added:
        yield gettext("Added: {sources}", sources=_names(changes.added))
    if changes.changed:
        yield gettext("Changed: {sources}", sources=_names(changes.changed))
    if changes.removed:
        yield gettext("Removed: {sources}", sources=_names(changes.removed))
    if renamed:
        yield gettext("Renamed: {sources}", sources=_names(renamed))
    if not (changes.added or changes.changed or changes.removed or renamed):
        yield gettext("They are read in another way now; their files are the same.")


def _names(sources: Sequence[str]) -> str:
    names = ", ".join(fit(source, SOURCE_ROOM) for source in sources[:MOST_SOURCES])
    more = len(sources) - MOST_SOURCES
    return gettext("{names} and {number} more", names=names, number=format_number(more)) if more > 0 else names
