"""The rows of buttons below an answer and below an abstention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.text.i18n import pgettext
from bot.views.custom_id import ComponentId, button
from index.domain.answers import NO_QUESTION

if TYPE_CHECKING:
    from index import Answer

__all__ = ["abstention_row", "answer_row"]


def answer_row(answer_id: str, *, threads: bool) -> Sequence[ui.Button[ui.LayoutView]]:
    """Return the buttons below an answer; `threads` adds one that begins a thread."""
    row = [
        button(ComponentId("good", answer_id), pgettext("button", "Helpful")),
        button(ComponentId("bad", answer_id), pgettext("button", "Not helpful")),
        button(ComponentId("ask", answer_id), pgettext("button", "Ask a follow-up"), style=ButtonStyle.primary),
        button(ComponentId("more", answer_id), pgettext("button", "More passages")),
    ]
    if not threads:
        return row
    return [*row, button(ComponentId("thread", answer_id), pgettext("button", "Continue in a thread"))]


def abstention_row(answer: Answer, answer_id: str) -> Sequence[ui.Button[ui.LayoutView]]:
    """Return the buttons below an abstention: what can be done about it."""
    sources = button(ComponentId("list", answer_id), pgettext("button", "Sources"))
    if answer.why == NO_QUESTION:
        ask = button(ComponentId("ask", answer_id), pgettext("button", "Ask a question"), style=ButtonStyle.primary)
        return [ask, sources]
    return [
        button(ComponentId("gap", answer_id), pgettext("button", "Report the gap"), style=ButtonStyle.primary),
        button(ComponentId("ask", answer_id), pgettext("button", "Ask differently")),
        button(ComponentId("near", answer_id), pgettext("button", "Nearest passages")),
        sources,
    ]
