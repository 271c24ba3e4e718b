"""An answer as a message."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from discord import Colour, ui

from bot.text.answer_wording import (
    and_more,
    brief_answer,
    certainty_text,
    distinct_citations,
    fault_note,
    may_be_bold,
    own_words,
    written_by,
    written_text,
)
from bot.text.escape import BOLD, escape, fit, fold, utf16_length
from bot.text.i18n import gettext, ngettext, pgettext
from bot.text.index_messages import abstention_reason
from bot.views.answer_buttons import abstention_row, answer_row
from bot.views.custom_id import STOP_WRITING, ComponentId, button
from bot.views.message import (
    FAIRLY_SURE,
    FOUND,
    NOT_FOUND,
    SURE,
    TEXT_LIMIT,
    UNSURE,
    Block,
    build_message,
    notice_message,
)
from bot.views.quotations import MAX_QUOTATIONS, EvidenceLinks, quotation_blocks
from bot.views.snapshot_names import name_snapshots
from bot.views.times import relative_time
from index.domain.answers import Certainty

if TYPE_CHECKING:
    from datetime import datetime

    from index import Answer
    from index.domain.answers import Citation

__all__ = [
    "answer_message",
    "nearest_message",
    "other_channels_message",
    "passages_message",
    "unfinished_message",
    "wait_message",
]

ABSTENTION_ROOM = 400
"""An abstention, the labels of its buttons included: what a phone shows at once."""
REASON_ROOM = 300
QUESTION_ROOM = 300
LEAST_QUESTION = 20
"""Room below which the question is left out rather than cut to nothing."""
READING_ROOM = 120
"""The line that says how a question was read."""
BRIEF_ROOM = 200
ANSWER_ROOM = 900
WRITTEN_ROOM = 1800
"""What a language model wrote; the quotations have the rest."""
MODEL_ROOM = 60
MAX_NAMED_CHANNELS = 5
"""Channels that are named if questions are answered only in some."""

COLOURS: dict[Certainty | None, Colour] = {
    Certainty.SURE: SURE,
    Certainty.LIKELY: FAIRLY_SURE,
    Certainty.UNSURE: UNSURE,
    None: NOT_FOUND,
}


def answer_message(
    answer: Answer,
    *,
    question: str = "",
    answer_id: str = "",
    threads: bool = False,
    note: str = "",
    links: EvidenceLinks | None = None,
) -> ui.LayoutView:
    """Return an answer with its numbered quotations, or an abstention with its reason alone.

    What a language model wrote comes first, else the brief answer, which is in bold within its quotation. `question`
    is shown above it, `note` below. With `answer_id`, its id in the journal, the message has buttons; `threads` adds
    one that starts a thread. With `links`, each quotation links to its page.
    """
    if answer.abstained:
        return _abstention_message(answer, question, answer_id, note)
    closing = _closing(answer, len(distinct_citations(answer.citations)) - MAX_QUOTATIONS, note)
    blocks = _answer_blocks(answer, question, closing, answer_id, links)
    if answer_id:
        blocks.append(answer_row(answer_id, threads=threads))
    return build_message(blocks, COLOURS[answer.certainty])


def unfinished_message(answer: Answer | None, *, question: str = "", writing: str = "") -> ui.LayoutView:
    """Return an answer that a language model still writes: the sentences verified so far, with their quotations.

    `answer` is None before the first of them. `writing`, the key of the writing, gives the message a button that stops
    it.
    """
    closing = f"-# {gettext('Writing …')}"
    row = [button(ComponentId(STOP_WRITING, writing), pgettext("button", "Stop"))] if writing else []
    if answer is None:
        asked = _asked_line(question, QUESTION_ROOM) if fold(question) else ""
        return build_message([asked, closing, row], FOUND)
    return build_message([*_answer_blocks(answer, question, closing), row], FOUND)


def passages_message(
    citations: Sequence[Citation], *, link: Callable[[Citation], str | None] | None = None
) -> ui.LayoutView:
    """Return further passages near a question that was answered, which may or may not be about it."""
    if not citations:
        return notice_message(gettext("There are no further passages near this question."))
    return _passages_message(gettext("**More passages**, which may not be about it:"), citations, link=link)


def nearest_message(
    citations: Sequence[Citation], answer_id: str, *, link: Callable[[Citation], str | None] | None = None
) -> ui.LayoutView:
    """Return the passages nearest to a question that was not answered, each with a button that shows its source.

    `answer_id` is the id of the abstention that recorded them.
    """
    if not citations:
        return notice_message(gettext("There are no passages near this question."))
    return _passages_message(gettext("**Nearest passages**, which may not be about it:"), citations, answer_id, link)


def other_channels_message(channels: Collection[int]) -> ui.LayoutView:
    """Return a pointer to the channels of this server where questions are answered."""
    mentions = [f"<#{channel}>" for channel in sorted(channels)[:MAX_NAMED_CHANNELS]]
    listed = and_more(", ".join(mentions), len(channels) - len(mentions))
    text = gettext("In this server I answer in {channels}: please ask there.", channels=listed)
    return build_message([text], NOT_FOUND)


def wait_message(channel: int, until: datetime | None) -> ui.LayoutView:
    """Return a message to somebody who asked too early in a channel; `until` is when to ask again, if it is known."""
    place = f"<#{channel}>"
    text = gettext(
        "I could not take your question in {channel} just now. Please ask again in a little while.", channel=place
    )
    if until is not None:
        when = relative_time(until)
        text = gettext(
            "I could not take your question in {channel} just now. You can ask me again {when}.",
            channel=place,
            when=when,
        )
    return build_message([text], NOT_FOUND)


def _answer_blocks(
    answer: Answer, question: str, closing: str, answer_id: str = "", links: EvidenceLinks | None = None
) -> list[Block]:
    """Return question, answer, quotations and closing line; all together they fit a message."""
    head = [*_question_lines(answer, question, TEXT_LIMIT), *_answer_lines(answer)]
    room = TEXT_LIMIT - sum(utf16_length(block) for block in [*head, closing])
    # What a model wrote has no words that stand in a quotation by themselves.
    bold = None if answer.sentences else answer
    link = partial(links.url, answer.snapshot) if links else None
    citations = distinct_citations(answer.citations)
    return [*head, *quotation_blocks(citations, room, answer_id, bold, link=link), closing]


def _abstention_message(answer: Answer, question: str, answer_id: str, note: str) -> ui.LayoutView:
    """Return the reason; notes only if there is room for them, so that a phone shows all at once."""
    row = abstention_row(answer, answer_id) if answer_id else []
    reason = fit(abstention_reason(answer), REASON_ROOM)
    room = ABSTENTION_ROOM - utf16_length(reason) - sum(utf16_length(item.label or "") for item in row)
    notes = []
    for line in _notes(answer, note):
        if utf16_length(line) <= room:
            notes.append(line)
            room -= utf16_length(line)
    return build_message([*_question_lines(answer, question, room), reason, *notes, row], NOT_FOUND)


def _notes(answer: Answer, note: str) -> list[str]:
    """Return what is said quietly below an answer: `note`, and why no language model wrote it."""
    return [f"-# {line}" for line in (fault_note(answer), note) if line]


def _question_lines(answer: Answer, question: str, room: int) -> list[str]:
    """Return how the question was asked and read, in at most `room` units; the reading may show what was asked."""
    reading = _reading_line(answer, min(READING_ROOM, room))
    room -= utf16_length(reading)
    asked = f"-# {gettext('Asked: {question}', question='')}"
    room = min(room - utf16_length(asked), QUESTION_ROOM)
    if not fold(question) or escape(fold(question)) in reading or room < LEAST_QUESTION:
        return [reading]
    return [_asked_line(question, room), reading]


def _asked_line(question: str, room: int) -> str:
    return f"-# {gettext('Asked: {question}', question=name_snapshots(fit(question, room)))}"


def _reading_line(answer: Answer, room: int) -> str:
    """Return how the question was read; of a follow-up, the questions before it are cut first."""
    reading, question = fold(answer.read_as), fold(answer.question)
    room -= utf16_length(f"-# {gettext('Read as: {question}', question='')}")
    if not reading or room < LEAST_QUESTION:
        return ""
    before = reading.removesuffix(question).strip()
    if utf16_length(shown := escape(reading)) > room and question and before and before != reading:
        last = fit(question, 2 * room // 3)
        shown = f"{fit(before, room - utf16_length(last) - 1)} {last}"
    return f"-# {gettext('Read as: {question}', question=shown if utf16_length(shown) <= room else fit(reading, room))}"


def _answer_lines(answer: Answer) -> list[str]:
    """Return what a language model wrote, else the brief answer and what the answer says in words of its own."""
    if written := written_text(answer):
        return [fit(written, WRITTEN_ROOM)]
    lines = []
    if brief := brief_answer(answer):
        mark = BOLD if may_be_bold(answer) else ""
        lines.append(f"{mark}{fit(brief, BRIEF_ROOM)}{mark}")
    if words := fit(own_words(answer), ANSWER_ROOM):
        lines.append(words if answer.conflict else name_snapshots(words))
    elif answer.conflict:
        lines.append(gettext("The sources disagree."))
    return lines


def _closing(answer: Answer, more: int, note: str) -> str:
    """Return the certainty and who wrote it, below the number of quotations that are not shown, and notes below."""
    lines = [f"-# {ngettext('and {number} more quotation', 'and {number} more quotations', more)}"] if more > 0 else []
    author = [written_by(fit(answer.generator, MODEL_ROOM))] if answer.sentences else []
    return "\n".join([*lines, " ".join([f"-# {certainty_text(answer)}", *author]), *_notes(answer, note)])


def _passages_message(
    head: str,
    citations: Sequence[Citation],
    answer_id: str = "",
    link: Callable[[Citation], str | None] | None = None,
) -> ui.LayoutView:
    blocks = quotation_blocks(distinct_citations(citations), TEXT_LIMIT - utf16_length(head), answer_id, link=link)
    return build_message([head, *blocks], NOT_FOUND)
