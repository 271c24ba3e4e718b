"""An answer as a message, from the nouns of the index. Pure; what a message may hold is `bot.views.message`'s."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.text.answer_wording import (
    and_more,
    bold_span,
    brief_answer,
    confidence_level,
    confidence_text,
    repeats_quotations,
)
from bot.text.escape import BOLD, embolden, escape, fit, fit_around_bold, fold, utf16_length
from bot.text.i18n import gettext, ngettext, pgettext
from bot.text.index_messages import abstention_reason, translate
from bot.views.custom_id import ComponentId, button
from bot.views.message import (
    FAIRLY_SURE,
    NOT_FOUND,
    SURE,
    TEXT_LIMIT,
    UNSURE,
    Block,
    build_message,
    notice_message,
    share_room,
    snapshot_note,
)

if TYPE_CHECKING:
    from index import Answer
    from index.domain.answers import Citation

__all__ = ["answer_message", "citation_location", "other_channels_message", "passages_message"]

MOST_QUOTATIONS = 6
"""Quotations in one message; an answer has three at most today."""

QUESTION_ROOM = 300
READING_ROOM = 300
BRIEF_ROOM = 200
ANSWER_ROOM = 900
REASON_ROOM = 600
"""Why there is no answer."""
LABEL_ROOM = 160
"""Source and section below a quotation."""
MOST_CHANNELS = 5
"""Channels that are named where questions are answered in some only."""
BETWEEN = " · "

COLOURS = {"high": SURE, "fair": FAIRLY_SURE, "low": UNSURE, "none": NOT_FOUND}


def answer_message(found: Answer, *, asked: str = "", answer_id: str = "", threads: bool = False) -> ui.LayoutView:
    """An answer with its numbered quotations, or why there is none. `asked` is shown above it.

    What answers in brief comes first, and is in bold within its quotation. With its `answer_id` in the journal it has
    buttons; `threads` says whether a thread can be begun from it.
    """
    head, closing = _head(found, asked), _closing(found)
    room = TEXT_LIMIT - sum(utf16_length(block) for block in [*head, closing])
    blocks: list[Block] = [*head]
    for citation, (words, stands) in zip(found.citations, _quotations(found, room), strict=False):
        if answer_id:  # beside a button there is little room on a phone, so the words stand above
            shown = button(ComponentId("source", answer_id, citation.number), pgettext("button", "Show in source"))
            blocks += [words, (stands, shown)]
        else:
            blocks.append(f"{words}\n{stands}")
    blocks.append(closing)
    if answer_id:
        blocks.append(_silent_row(answer_id) if found.abstained else _row(answer_id, threads=threads))
    return build_message(blocks, COLOURS[confidence_level(found)])


def passages_message(found: Answer) -> ui.LayoutView:
    """Further passages near the question, which may or may not be about it."""
    if not found.citations:
        return notice_message(gettext("There are no further passages near this question."))
    head, closing = gettext("**More passages**, which may not be about it:"), f"-# {snapshot_note(found.snapshot)}"
    room = TEXT_LIMIT - utf16_length(head) - utf16_length(closing)
    shown = ["\n".join(pair) for pair in _quotations(found, room)]
    return build_message([head, *shown, closing], NOT_FOUND)


def other_channels_message(channels: Collection[int]) -> ui.LayoutView:
    """Where in this server questions are answered."""
    named = [f"<#{channel}>" for channel in sorted(channels)[:MOST_CHANNELS]]
    listed = and_more(", ".join(named), len(channels) - len(named))
    return build_message(
        [gettext("In this server I answer in {channels}: please ask there.", channels=listed)], NOT_FOUND
    )


def citation_location(citation: Citation) -> str:
    """Section and file of a citation, or title and file where there is no section; each keeps its share of the room, so
    that none pushes the other out."""
    section = citation.section if fold(citation.section) else citation.title
    parts = [fold(part) for part in (section, citation.source)]
    kept = [part for number, part in enumerate(parts) if part and part not in parts[:number]]
    rooms = share_room([utf16_length(escape(part)) for part in kept], LABEL_ROOM - len(BETWEEN) * len(kept))
    return BETWEEN.join(map(fit, kept, rooms)) or gettext("unnamed source")


def _head(found: Answer, asked: str) -> list[str]:
    """What stands above the quotations: the question, then the answer in brief and in words, or why there is none."""
    head: list[str] = []
    if fold(asked):
        head.append(f"-# {gettext('Asked: {question}', question=fit(asked, QUESTION_ROOM))}")
    if fold(found.read_as):
        head.append(f"-# {gettext('Read as: {question}', question=fit(found.read_as, READING_ROOM))}")
    if found.abstained:
        near = f" {gettext('The nearest passages, which may not be about it:')}" if found.citations else ""
        head.append(f"{BOLD}{fit(abstention_reason(found), REASON_ROOM)}{BOLD}{near}")
    if said := brief_answer(found):
        head.append(f"{BOLD}{fit(said, BRIEF_ROOM)}{BOLD}")
    if not found.abstained and not repeats_quotations(found):
        head.append(fit(translate(found.text), ANSWER_ROOM))
    return head


def _closing(found: Answer) -> str:
    """How sure the answer is, and what it is made from."""
    more = len(found.citations) - MOST_QUOTATIONS
    left = f"-# {ngettext('and {number} more quotation', 'and {number} more quotations', more)}\n" if more > 0 else ""
    return f"{left}-# {confidence_text(found)} {snapshot_note(found.snapshot)}"


def _row(answer_id: str, *, threads: bool) -> Sequence[ui.Button[ui.LayoutView]]:
    row = [
        button(ComponentId("good", answer_id), pgettext("button", "Helpful")),
        button(ComponentId("bad", answer_id), pgettext("button", "Not helpful")),
        button(ComponentId("ask", answer_id), pgettext("button", "Ask a follow-up"), style=ButtonStyle.primary),
        button(ComponentId("more", answer_id), pgettext("button", "More passages")),
    ]
    if not threads:
        return row
    return [*row, button(ComponentId("thread", answer_id), pgettext("button", "Continue in a thread"))]


def _silent_row(answer_id: str) -> Sequence[ui.Button[ui.LayoutView]]:
    """Below an abstention: what can be done about it."""
    return [
        button(ComponentId("gap", answer_id), pgettext("button", "Report the gap"), style=ButtonStyle.primary),
        button(ComponentId("ask", answer_id), pgettext("button", "Ask differently")),
        button(ComponentId("more", answer_id), pgettext("button", "More passages")),
        button(ComponentId("list", answer_id), pgettext("button", "Sources")),
    ]


def _quotations(found: Answer, room: int) -> list[tuple[str, str]]:
    """Of each quotation its number and words, and where it stands. Together at most `room` units."""
    citations = found.citations[:MOST_QUOTATIONS]
    openings = [f"> **{citation.number}.** " for citation in citations]
    places = [f"-# {citation_location(citation)}" for citation in citations]
    room -= sum(utf16_length(text) + 1 for text in [*openings, *places])
    bold = [bold_span(found, citation) for citation in citations]
    wanted = [utf16_length(embolden(citation.shown, at)) for citation, at in zip(citations, bold, strict=True)]
    shown = [
        fit_around_bold(citation.shown, at, share)
        for citation, at, share in zip(citations, bold, share_room(wanted, room), strict=True)
    ]
    return [(opening + text, stands) for opening, text, stands in zip(openings, shown, places, strict=True)]
