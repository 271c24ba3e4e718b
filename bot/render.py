"""What is sent to Discord, from the nouns of the index. Pure; every limit of a message lives here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.escape import BOLD, ELLIPSIS, embolden, escape, fit, fold, units
from bot.words import ABSTENTION, bold_in, brief, confidence, count, repeats

if TYPE_CHECKING:
    from index import Answer
    from index.types import Citation, Report, Skipped, SourceInfo, Status

__all__ = ["answer", "notice", "progress", "report", "sources", "status"]

TEXT_LIMIT = 4000
"""Discord's limit for all text of one message, in characters; ours are counted in UTF-16 units, never fewer."""

MOST_QUOTATIONS = 8
"""Quotations in one message; an answer has three at most today."""

QUESTION_ROOM = 300
BRIEF_ROOM = 200
ANSWER_ROOM = 900
REASON_ROOM = 600
"""Why there is no answer."""
LABEL_ROOM = 160
"""Source and section below a quotation."""
CLOSING_ROOM = 200
BETWEEN = " · "
NOTICE_ROOM = 1500
LINE_ROOM = 180
"""One line of a list: a source, or a skipped file with its reason."""
NAMES_ROOM = 400
"""Names in a row, such as the sources added."""
LONGEST_LIST = 8
"""Lines of a list that is only a part of a message."""
PAGE = 15
"""Sources on a page."""

FOUND = discord.Colour.blurple()
NOT_FOUND = discord.Colour.light_grey()


def answer(found: Answer, *, asked: str = "") -> ui.LayoutView:
    """An answer with its numbered quotations, or why there is none. `asked` is shown above it.

    What answers in brief comes first, and is in bold within its quotation.
    """
    head = [f"-# Asked: {fit(asked, QUESTION_ROOM)}"] if fold(asked) else []
    if found.abstained:
        near = " The nearest passages, which may not be about it:" if found.citations else ""
        reason = found.text if fold(found.text) else ABSTENTION
        head.append(f"{BOLD}{fit(reason, REASON_ROOM)}{BOLD}{near}")
    if said := brief(found):
        head.append(f"{BOLD}{fit(said, BRIEF_ROOM)}{BOLD}")
    if not found.abstained and not repeats(found):
        head.append(fit(found.text, ANSWER_ROOM))
    closing = [f"-# {confidence(found)} Snapshot {fit(found.snapshot, 60)}."]
    more = len(found.citations) - MOST_QUOTATIONS
    if more > 0:
        closing.insert(0, f"-# and {more} more quotations")
    room = TEXT_LIMIT - sum(units(block) for block in head) - CLOSING_ROOM
    quotations = _quotations(found, room)
    return _message([*head, *quotations, "\n".join(closing)], NOT_FOUND if found.abstained else FOUND)


def notice(text: str) -> ui.LayoutView:
    """A plain sentence or two."""
    return _message([fit(text, NOTICE_ROOM)], NOT_FOUND)


def progress(what: str, done: int, total: int) -> ui.LayoutView:
    """How far a reindex is; questions go on meanwhile."""
    counted = f": {done:,} of {total:,}" if total > 0 else ""
    stage = fit(what[:1].upper() + what[1:], LINE_ROOM)
    return _message([f"{stage}{counted} …\n-# An index that is there already goes on answering."], FOUND)


def report(made: Report) -> ui.LayoutView:
    """What a reindex changed."""
    lines = [
        f"**The index is rebuilt**, in {made.seconds:.1f} s.",
        f"Passages: {made.passages_before:,} before, {made.passages_after:,} now.",
    ]
    changes = {"Added": made.added, "Changed": made.changed, "Removed": made.removed}
    lines += [f"{word}: {_names(names)}" for word, names in changes.items() if names]
    if not any(changes.values()):
        lines.append("No source changed.")
    closing = f"-# Snapshot {fit(made.snapshot.id, 60)}."
    return _message(["\n".join(lines), *_skipped(made.skipped), closing], FOUND)


def status(now: Status) -> ui.LayoutView:
    """What is indexed, since when, by which model, and whether it still fits the sources."""
    ready = "loaded" if now.ready else "still loading: a question now waits for it"
    model = f"Model: {fit(now.model, 100)} ({ready})"
    if now.snapshot is None:
        return _message([f"**There is no index yet.** A moderator can build it with /reindex.\n{model}"], NOT_FOUND)
    lines = [
        f"**{count(len(now.snapshot.hashes), 'source')}, {count(now.snapshot.passages, 'passage')}**, "
        f"indexed {_when(now.snapshot.created)}.",
        model,
        f"Stale: {fit(now.stale, NAMES_ROOM)}" if fold(now.stale) else "Up to date with its sources.",
    ]
    closing = f"-# Snapshot {fit(now.snapshot.id, 60)}. /sources lists the sources."
    return _message(["\n".join(lines), *_skipped(now.skipped), closing], FOUND)


def sources(now: Status, page: int = 1) -> ui.LayoutView:
    """The sources with title and size, one page of them; a page past the end is the last."""
    if not now.sources:
        return notice("There are no sources yet.")
    pages = -(-len(now.sources) // PAGE)
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE
    lines = [_source(one) for one in now.sources[start : start + PAGE]]
    more = len(now.sources) - start - len(lines)
    if more:
        lines.append(f"-# and {more} more: /sources page:{page + 1}")
    title = f"**{count(len(now.sources), 'source')}**" + (f", page {page} of {pages}" if pages > 1 else "")
    return _message([title, "\n".join(lines)], FOUND)


def _message(blocks: Sequence[str], colour: discord.Colour) -> ui.LayoutView:
    """One box with a text for each block. It has nothing to press, so discord.py need not keep it."""
    shown = [block for block in blocks if block.strip()] or [ELLIPSIS]
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*(ui.TextDisplay(block) for block in shown), accent_colour=colour))
    view.stop()
    return view


def _quotations(found: Answer, room: int) -> list[str]:
    """One block a quotation: its number and words, then where it stands. Together at most `room` units."""
    citations = found.citations[:MOST_QUOTATIONS]
    openings = [f"> **{citation.number}.** " for citation in citations]
    closings = [f"\n-# {_place(citation)}" for citation in citations]
    room -= sum(units(text) for text in [*openings, *closings])
    whole = [embolden(citation.shown, bold_in(found, citation)) for citation in citations]
    shares = _shares([units(text) for text in whole], room)
    shown = [
        text if units(text) <= share else fit(citation.shown, share)
        for text, citation, share in zip(whole, citations, shares, strict=True)
    ]
    return [opening + text + closing for opening, text, closing in zip(openings, shown, closings, strict=True)]


def _shares(wanted: Sequence[int], room: int) -> list[int]:
    """`room` dealt out: whoever wants less than an even part gets all of it, the others share what is left."""
    shares = [0] * len(wanted)
    for left, place in enumerate(sorted(range(len(wanted)), key=lambda place: wanted[place])):
        shares[place] = min(wanted[place], room // (len(wanted) - left))
        room -= shares[place]
    return shares


def _place(citation: Citation) -> str:
    """Title, section and file of a citation; each keeps its share of the room, so that none pushes another out."""
    parts = [fold(part) for part in (citation.title, citation.section, citation.source)]
    kept = [part for number, part in enumerate(parts) if part and part not in parts[:number]]
    shares = _shares([units(escape(part)) for part in kept], LABEL_ROOM - len(BETWEEN) * len(kept))
    return BETWEEN.join(map(fit, kept, shares)) or "unnamed source"


def _source(one: SourceInfo) -> str:
    """A source on one line."""
    named = fit(one.title or one.source, LINE_ROOM // 2)
    file = f" ({fit(one.source, LINE_ROOM // 2)})" if one.title and one.title != one.source else ""
    state = "" if one.state == "indexed" else f", {fit(one.state, 20)} since"
    return f"**{named}**{file}: {one.size:,} characters, {count(one.passages, 'passage')}{state}"


def _skipped(skipped: Sequence[Skipped]) -> list[str]:
    """The files that are no sources, with the reasons; no block where there are none."""
    if not skipped:
        return []
    lines = [f"{fit(one.source, LINE_ROOM // 2)}: {fit(one.reason, LINE_ROOM)}" for one in skipped[:LONGEST_LIST]]
    if len(skipped) > LONGEST_LIST:
        lines.append(f"and {len(skipped) - LONGEST_LIST} more")
    return ["\n".join(["**Skipped**", *lines])]


def _names(names: Sequence[str]) -> str:
    """Names in a row, as many as there is room for, then how many more."""
    shown: list[str] = []
    room = NAMES_ROOM
    for name in names:
        safe = fit(name, LINE_ROOM // 2)
        room -= units(safe) + 2
        if room < 0:
            return f"{', '.join(shown)} and {len(names) - len(shown):,} more"
        shown.append(safe)
    return ", ".join(shown)


def _when(moment: datetime) -> str:
    """A time that Discord shows as "2 hours ago", in the reader's language."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"<t:{int(aware.timestamp())}:R>"
