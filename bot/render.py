"""An answer as a message, from the nouns of the index. Pure; what a message may hold is `bot.layout`'s."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.escape import BOLD, embolden, escape, fit, fold, units
from bot.layout import FOUND, NOT_FOUND, TEXT_LIMIT, Block, message, notice, shares
from bot.press import Press, button
from bot.words import ABSTENTION, bold_in, brief, confidence, repeats

if TYPE_CHECKING:
    from index import Answer
    from index.types import Citation

__all__ = ["answer", "elsewhere", "notice", "passages", "place"]

MOST_QUOTATIONS = 8
"""Quotations in one message; an answer has three at most today."""

QUESTION_ROOM = 300
READING_ROOM = 300
BRIEF_ROOM = 200
ANSWER_ROOM = 900
REASON_ROOM = 600
"""Why there is no answer."""
LABEL_ROOM = 160
"""Source and section below a quotation."""
CLOSING_ROOM = 200
MOST_CHANNELS = 5
"""Channels that are named where questions are answered in some only."""
BETWEEN = " · "


def answer(found: Answer, *, asked: str = "", answer_id: str = "", threads: bool = False) -> ui.LayoutView:
    """An answer with its numbered quotations, or why there is none. `asked` is shown above it.

    What answers in brief comes first, and is in bold within its quotation. With its `answer_id` in the journal it has
    buttons; `threads` says whether a thread can be begun from it.
    """
    head = [f"-# Asked: {fit(asked, QUESTION_ROOM)}"] if fold(asked) else []
    if fold(found.read_as):
        head.append(f"-# Read as: {fit(found.read_as, READING_ROOM)}")
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
    blocks: list[Block] = [*head]
    for citation, text in zip(found.citations, _quotations(found, room), strict=False):
        shown = button(Press("source", answer_id, citation.number), "Show in source")
        blocks.append((text, shown) if answer_id else text)
    blocks.append("\n".join(closing))
    if answer_id:
        blocks.append(_silent_row(answer_id) if found.abstained else _row(answer_id, threads=threads))
    return message(blocks, NOT_FOUND if found.abstained else FOUND)


def passages(found: Answer) -> ui.LayoutView:
    """Further passages near the question, which may or may not be about it."""
    if not found.citations:
        return notice("There are no further passages near this question.")
    head = "**More passages**, which may not be about it:"
    room = TEXT_LIMIT - units(head) - CLOSING_ROOM
    return message([head, *_quotations(found, room), f"-# Snapshot {fit(found.snapshot, 60)}."], NOT_FOUND)


def elsewhere(channels: Collection[int]) -> ui.LayoutView:
    """Where in this server questions are answered."""
    named = [f"<#{channel}>" for channel in sorted(channels)[:MOST_CHANNELS]]
    more = len(channels) - len(named)
    listed = ", ".join(named) + (f" and {more} more" if more else "")
    return message([f"In this server I answer in {listed}: please ask there."], NOT_FOUND)


def place(citation: Citation) -> str:
    """Title, section and file of a citation; each keeps its share of the room, so that none pushes another out."""
    parts = [fold(part) for part in (citation.title, citation.section, citation.source)]
    kept = [part for number, part in enumerate(parts) if part and part not in parts[:number]]
    rooms = shares([units(escape(part)) for part in kept], LABEL_ROOM - len(BETWEEN) * len(kept))
    return BETWEEN.join(map(fit, kept, rooms)) or "unnamed source"


def _row(answer_id: str, *, threads: bool) -> Sequence[ui.Button[ui.LayoutView]]:
    row = [
        button(Press("good", answer_id), "Helpful"),
        button(Press("bad", answer_id), "Not helpful"),
        button(Press("ask", answer_id), "Ask a follow-up", style=ButtonStyle.primary),
        button(Press("more", answer_id), "More passages"),
    ]
    return [*row, button(Press("thread", answer_id), "Continue in a thread")] if threads else row


def _silent_row(answer_id: str) -> Sequence[ui.Button[ui.LayoutView]]:
    """Below an abstention: what can be done about it."""
    return [
        button(Press("gap", answer_id), "Report the gap", style=ButtonStyle.primary),
        button(Press("ask", answer_id), "Ask differently"),
        button(Press("more", answer_id), "More passages"),
        button(Press("list", answer_id), "Sources"),
    ]


def _quotations(found: Answer, room: int) -> list[str]:
    """One text a quotation: its number and words, then where it stands. Together at most `room` units."""
    citations = found.citations[:MOST_QUOTATIONS]
    openings = [f"> **{citation.number}.** " for citation in citations]
    closings = [f"\n-# {place(citation)}" for citation in citations]
    room -= sum(units(text) for text in [*openings, *closings])
    whole = [embolden(citation.shown, bold_in(found, citation)) for citation in citations]
    rooms = shares([units(text) for text in whole], room)
    shown = [
        text if units(text) <= share else fit(citation.shown, share)
        for text, citation, share in zip(whole, citations, rooms, strict=True)
    ]
    return [opening + text + closing for opening, text, closing in zip(openings, shown, closings, strict=True)]
