"""What was filled into the form of a PDF page, as words at the place of each field, beside or with its label."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from ctypes import byref
from dataclasses import replace
from functools import partial
from typing import Any

from pypdfium2 import raw as pdfium

from index.parsing._pdf_drawings import Box
from index.parsing._pdf_letters import Frame
from index.parsing._pdf_words import Word
from index.parsing.layout import clean_text

__all__ = ["with_values"]

MOST_FIELDS = 2_000
"""Fields of one page."""

MOST_CHARACTERS = 20_000
"""Characters of one field's value."""

FURTHEST_LABEL = 250.0
LABEL_ABOVE = 16.0
LABEL_BESIDE = 20.0
"""Points between a field and its label."""

HIDDEN = 0x02 | 0x20
"""Flags of an annotation that is not shown."""

SIZES = (6.0, 11.0)
"""The smallest and largest size that a value is taken to be set in."""

CHOICES = (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON)
TEXTS = (pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)


def with_values(pdf: Any, page: Any, frame: Frame, words: Sequence[Word]) -> list[Word]:
    """Return the words of a page with the values of its form and typed notes; a tick is "yes" behind its label."""
    filled = list(words)
    for annotation in _annotations(page):
        rect = pdfium.FS_RECTF()
        pdfium.FPDFAnnot_GetRect(annotation, byref(rect))
        box = frame.box(rect.left, rect.bottom, rect.right, rect.top)
        if pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_FREETEXT:
            text = _string(partial(pdfium.FPDFAnnot_GetStringValue, annotation, b"Contents"))
            filled += [_word(text, box)] if text else []
        elif pdf.formenv is not None:
            filled = _with_field(pdf.formenv.raw, annotation, box, filled)
    return filled


def _annotations(page: Any) -> Iterator[Any]:
    """Yield the fields and typed notes of a page that are shown."""
    for number in range(min(max(pdfium.FPDFPage_GetAnnotCount(page), 0), MOST_FIELDS)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        if kind in (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT) and not (
            pdfium.FPDFAnnot_GetFlags(annotation) & HIDDEN
        ):
            yield annotation
        pdfium.FPDFPage_CloseAnnot(annotation)


def _with_field(form: Any, annotation: Any, box: Box, words: list[Word]) -> list[Word]:
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in CHOICES:
        return _with_choice(bool(pdfium.FPDFAnnot_IsChecked(form, annotation)), kind, box, words)
    if kind not in TEXTS:
        return words
    value = _string(partial(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation))
    if not value:
        return words
    word = _word(value, box)
    beside = [other for other in words if _is_left_of(other, box)]
    if beside:
        label = max(beside, key=lambda other: other.x1)
        return [*words, replace(word, base=label.base, size=label.size)]
    above = _label_above(words, box)
    name = " ".join(label.text for label in above) or _name(form, annotation)
    words = [other for other in words if not any(other is label for label in above)]
    return [*words, replace(word, text=f"{name.rstrip(':')}: {value}" if name else value)]


def _with_choice(checked: bool, kind: int, box: Box, words: list[Word]) -> list[Word]:
    """Return the words with the label of a box to tick followed by yes or no; of radio buttons only the one chosen."""
    label: list[Word] = []
    end = box[2]
    for word in sorted(
        (word for word in words if word.x0 >= box[2] - 2 and _is_level(word, box)), key=lambda word: word.x0
    ):
        if word.x0 - end > (1.0 * word.size if label else LABEL_BESIDE) or word.is_value:
            break
        label.append(word)
        end = word.x1
    label = label or _label_before(words, box)
    if not label or (kind == pdfium.FPDF_FORMFIELD_RADIOBUTTON and not checked):
        return words
    text = f"{' '.join(word.text for word in label).rstrip(':')}: {'yes' if checked else 'no'}"
    kept = [word for word in words if not any(word is other for other in label)]
    return [*kept, replace(label[0], text=text, x1=label[-1].x1, is_value=True)]


def _label_before(words: Sequence[Word], box: Box) -> list[Word]:
    """Return the words that end before a box to tick, if none are behind it."""
    label: list[Word] = []
    start = box[0]
    for word in sorted((word for word in words if _is_left_of(word, box)), key=lambda word: -word.x1):
        if start - word.x1 > (1.0 * word.size if label else FURTHEST_LABEL):
            break
        label.insert(0, word)
        start = word.x0
    return label


def _word(text: str, box: Box) -> Word:
    left, top, right, bottom = box
    height = bottom - top
    size = min(max(0.6 * height, SIZES[0]), SIZES[1])
    base = bottom - 0.3 * height if height < 2.2 * SIZES[1] else top + 1.2 * size
    return Word(text, left, right, base, size, spaced=True, is_value=True)


def _is_level(word: Word, box: Box) -> bool:
    return box[1] - 1 <= word.base - 0.3 * word.size <= box[3] + 1


def _is_left_of(word: Word, box: Box) -> bool:
    return _is_level(word, box) and box[0] - FURTHEST_LABEL < word.x1 <= box[0] + 2 and not word.is_value


def _label_above(words: Sequence[Word], box: Box) -> list[Word]:
    above = [
        word
        for word in words
        if box[0] - 3 <= word.x0 < box[2] and -2 <= box[1] - word.bottom + 0.25 * word.size < LABEL_ABOVE
    ]
    lowest = max((word.base for word in above), default=0.0)
    row = sorted((word for word in above if lowest - word.base < 2), key=lambda word: word.x0)
    return [] if any(word.is_value for word in row) else row


def _name(form: Any, annotation: Any) -> str:
    """Return the name of a field that people read, or that of the file if it looks like words."""
    label = _string(partial(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation))
    if label:
        return label
    name = _string(partial(pdfium.FPDFAnnot_GetFormFieldName, form, annotation))
    name = re.sub(r"[_\s]+", " ", name.rpartition(".")[2])
    return name if re.fullmatch(r"[^\W\d_][^\[\]()]*", name) else ""


def _string(read: Callable[[Any, int], int]) -> str:
    """Return a string of PDFium, which tells its length in bytes first; it is UTF-16 and ends with a zero."""
    length = min(read(None, 0), 2 * MOST_CHARACTERS)
    if length <= 2:
        return ""
    buffer = (pdfium.FPDF_WCHAR * (length // 2 + 1))()
    read(buffer, length)
    return clean_text(bytes(buffer)[: length - 2].decode("utf-16-le", "replace").replace("\0", " "))
