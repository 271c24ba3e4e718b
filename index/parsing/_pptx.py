"""Presentations, slide by slide: title, text, tables, charts, diagrams, then the speaker's notes; no hidden slides."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._archive import open_archive
from index.parsing._file_properties import ooxml_fields
from index.parsing._html import read_html
from index.parsing._pptx_shapes import shape_html, text_html
from index.parsing.layout import ParsedFile

__all__ = ["read_pptx"]

NOT_A_PRESENTATION = Message("is no presentation, or is damaged: save it anew as .pptx")
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"
"""The first bytes of a presentation from before 2007, and of an encrypted one."""

MOST_SLIDES = 2_000

UNREAD = {PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE}
"""Placeholders that a program fills in."""


def read_pptx(data: bytes) -> ParsedFile:
    """Return the content of a presentation. Raises UnreadableSource."""
    if data.startswith(OLE_SIGNATURE):
        raise UnreadableSource(Message("is encrypted, or an old .ppt: save it as .pptx without a password"))
    open_archive(data, NOT_A_PRESENTATION).close()
    try:
        presentation = Presentation(io.BytesIO(data))
    except Exception as error:  # whatever the library raises of a package that is none
        raise UnreadableSource(NOT_A_PRESENTATION) from error
    slides = list(presentation.slides)
    if len(slides) > MOST_SLIDES:
        raise UnreadableSource(Message("has more than {most} slides: split it", most=MOST_SLIDES))
    shown = [
        (number, slide) for number, slide in enumerate(slides, 1) if slide.element.get("show") not in ("0", "false")
    ]
    html = "".join(piece for number, slide in shown for piece in _slide(slide, number))
    parsed = read_html(f"\ufeff<body>{html}".encode("utf-8", "replace"), frame=False)
    fields = ooxml_fields(data)
    heading = next((block.text for block in parsed.blocks if block.kind == "heading"), "")
    hidden = len(slides) - len(shown)
    notes = (Message("hidden slides are not read: {count}", count=hidden),) if hidden else ()
    return ParsedFile(next((value for name, value in fields if name == "title"), heading), parsed.blocks, fields, notes)


def _slide(slide: Any, number: int) -> Iterator[str]:
    title = slide.shapes.title
    words = text_html(title.text_frame) if title is not None and title.has_text_frame else ""
    is_first = title is not None and title.placeholder_format.type == PP_PLACEHOLDER.CENTER_TITLE
    tag = "h1" if is_first and number == 1 else "h2"
    yield f"<{tag}>{words if words.strip() else f'Slide {number}'}</{tag}>"
    for shape in slide.shapes:
        is_unread = shape.is_placeholder and shape.placeholder_format.type in UNREAD
        if not is_unread and (title is None or shape.shape_id != title.shape_id):
            yield shape_html(shape)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        for paragraph in frame.paragraphs:
            yield f"<p>{text_html(paragraph)}</p>"
