"""A page of a source as a message: the quotation in bold, with buttons to turn pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from discord import ui

from bot.text.answer_wording import confidence_text
from bot.text.escape import BOLD, ELLIPSIS, embolden, fit, fold, utf16_length
from bot.text.i18n import gettext, gettext_noop, pgettext
from bot.views.custom_id import ComponentId
from bot.views.formatting import page_buttons
from bot.views.message import FOUND, TEXT_LIMIT, build_message
from bot.views.snapshot_names import snapshot_note
from index.domain.answers import SourceChange

if TYPE_CHECKING:
    from index.domain.answers import SourcePage

__all__ = ["source_page_message"]

TITLE_ROOM = 200
SOURCE_ROOM = 100
START_ROOM = 500
"""The start of a page whose first paragraph is too long."""
CHANGES: dict[str, str] = {
    SourceChange.CHANGED: gettext_noop("The source has changed since this answer; the quoted words still stand in it."),
    SourceChange.REWORDED: gettext_noop(
        "The source has changed since this answer, and the quoted words no longer stand in it."
    ),
    SourceChange.REMOVED: gettext_noop("This source has been removed since this answer."),
    SourceChange.EDITED: gettext_noop(
        "This file has changed since it was read; the quoted words may no longer stand in it. A reindex reads it anew."
    ),
    SourceChange.DELETED: gettext_noop(
        "This file has been deleted since it was read. After a reindex it is no longer quoted."
    ),
}


def source_page_message(page: SourcePage, component_id: ComponentId) -> ui.LayoutView:
    """Return a page of a source, how the source changed since, and buttons to turn pages.

    `component_id` has the answer and the number of the citation that the page is about.
    """
    head = f"{BOLD}{fit(page.title or page.source, TITLE_ROOM)}{BOLD}"
    if fold(page.section):
        head += f"\n-# {fit(page.section, TITLE_ROOM)}"
    if page.change:
        head += f"\n{BOLD}{gettext(CHANGES[page.change])}{BOLD}"
    number = gettext("Page {page} of {pages}", page=page.page, pages=page.pages)
    confidence = "" if page.confidence is None else f"{confidence_text(page.confidence)} "
    closing = f"-# {number} · {fit(page.source, SOURCE_ROOM)} · {confidence}{snapshot_note(page.snapshot)}"
    room = TEXT_LIMIT - utf16_length(head) - utf16_length(closing)
    row = page_buttons(replace(component_id, action="page", page=page.page), more=page.page < page.pages)
    if page.link:
        row.append(ui.Button(label=pgettext("button", "Open the page"), url=page.link))
    return build_message([head, _page_text(page, room), closing, row], FOUND)


def _page_text(page: SourcePage, room: int) -> str:
    """Return the escaped paragraphs, as many as fit."""
    paragraphs, start = [], 0
    for paragraph in page.text.split("\n\n"):
        paragraphs.append(_embolden_paragraph(paragraph, page.highlight, start))
        start += len(paragraph) + 2
    text = "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
    if utf16_length(text) <= room:
        return text
    shown: list[str] = []
    room -= utf16_length(ELLIPSIS)
    for paragraph in paragraphs:
        room -= utf16_length(paragraph) + 2
        if room < 0:
            break
        shown.append(paragraph)
    return "\n\n".join([*shown, ELLIPSIS]) if shown else fit(page.text, START_ROOM)


def _embolden_paragraph(text: str, bold: tuple[int, int] | None, start: int) -> str:
    """Return a paragraph that begins at `start` of the page, with its part of the bold span in bold."""
    line = fold(text)
    if bold is None or bold[1] <= start or bold[0] >= start + len(text):
        return embolden(line, None)
    first, last = max(bold[0] - start, 0), min(bold[1] - start, len(text))
    before, words = fold(text[:first]), fold(text[first:last])
    position = line.find(words, max(len(before) - 1, 0))
    return embolden(line, (position, position + len(words)) if words and position >= 0 else None)
