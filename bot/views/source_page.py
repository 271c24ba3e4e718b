"""A page of a source as a message: the words that were quoted in bold, and buttons to read on. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from discord import ui

from bot.text.escape import BOLD, ELLIPSIS, embolden, fit, fold, utf16_length
from bot.text.i18n import gettext, gettext_noop, pgettext
from bot.views.custom_id import ComponentId, button
from bot.views.message import FOUND, TEXT_LIMIT, Block, build_message, snapshot_note
from index.domain.answers import SourceChange

if TYPE_CHECKING:
    from index.domain.answers import SourcePage

__all__ = ["source_page_message"]

TITLE_ROOM = 200
SINCE: dict[str, str] = {
    SourceChange.CHANGED: gettext_noop("The source has changed since this answer; the quoted words still stand in it."),
    SourceChange.REWORDED: gettext_noop(
        "The source has changed since this answer, and the quoted words no longer stand in it."
    ),
    SourceChange.REMOVED: gettext_noop("This source has been removed since this answer."),
}


def source_page_message(found: SourcePage, press: ComponentId) -> ui.LayoutView:
    """The page, what became of the source since, and paging; `press` is the one that asked for it."""
    head = f"{BOLD}{fit(found.title or found.source, TITLE_ROOM)}{BOLD}"
    if fold(found.section):
        head += f"\n-# {fit(found.section, TITLE_ROOM)}"
    if found.since:
        head += f"\n{BOLD}{gettext(SINCE[found.since])}{BOLD}"
    page = gettext("Page {page} of {pages}", page=found.page, pages=found.pages)
    snapshot = snapshot_note(found.snapshot)
    closing = f"-# {page} · {fit(found.source, 100)} · {snapshot}"
    room = TEXT_LIMIT - utf16_length(head) - utf16_length(closing)
    blocks: list[Block] = [head, _text(found, room), closing]
    row: list[ui.Button[ui.LayoutView]] = []
    if found.pages > 1:
        back = replace(press, action="page", page=found.page - 1)
        on = replace(press, action="page", page=found.page + 1)
        row.append(button(back, pgettext("button", "Back"), disabled=found.page <= 1))
        row.append(button(on, pgettext("button", "Next"), disabled=found.page >= found.pages))
    if found.link:
        row.append(ui.Button(label=pgettext("button", "Open the page"), url=found.link))
    return build_message([*blocks, row], FOUND)


def _text(found: SourcePage, room: int) -> str:
    """The paragraphs, escaped, as many as there is room for."""
    shown, place = [], 0
    for paragraph in found.text.split("\n\n"):
        shown.append(_paragraph(paragraph, found.bold, place))
        place += len(paragraph) + 2
    text = "\n\n".join(part for part in shown if part)
    if utf16_length(text) <= room:
        return text
    kept: list[str] = []
    room -= utf16_length(ELLIPSIS)
    for part in shown:
        room -= utf16_length(part) + 2
        if room < 0:
            break
        kept.append(part)
    return "\n\n".join([*kept, fit(found.text, 500)] if not kept else [*kept, ELLIPSIS])


def _paragraph(text: str, bold: tuple[int, int] | None, start: int) -> str:
    """One paragraph that begins at `start`, with what of it is bold."""
    line = fold(text)
    if bold is None or bold[1] <= start or bold[0] >= start + len(text):
        return embolden(line, None)
    first, last = max(bold[0] - start, 0), min(bold[1] - start, len(text))
    before, words = fold(text[:first]), fold(text[first:last])
    at = line.find(words, max(len(before) - 1, 0))
    return embolden(line, (at, at + len(words)) if words and at >= 0 else None)
