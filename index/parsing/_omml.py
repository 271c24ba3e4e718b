"""Formulas of Office documents (OMML), as one line of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from index.parsing._math import MOST_DEPTH, Formula, linear_text

__all__ = ["MATH", "WORD", "omml_text"]

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+|\s+|.", re.DOTALL)
ALIGNMENT_MARK = "&"
NONE = Formula("none")

KINDS = {
    "f": ("mfrac", ("num", "den")),
    "sSup": ("msup", ("e", "sup")),
    "sSub": ("msub", ("e", "sub")),
    "sSubSup": ("msubsup", ("e", "sub", "sup")),
    "limLow": ("munder", ("e", "lim")),
    "limUpp": ("mover", ("e", "lim")),
}
"""Elements whose parts are those of an element of MathML, in this order."""


def omml_text(math: Element) -> str:
    """Return the formula of an "oMath" element as one line; deleted parts are left out."""
    return linear_text(_row(math, MOST_DEPTH))


def _row(element: Element | None, levels: int) -> Formula:
    if element is None or levels == 0:
        return NONE
    return Formula("mrow", tuple(part for child in element for part in _parts(child, levels - 1)))


def _parts(element: Element, levels: int) -> Iterator[Formula]:
    name = element.tag.removeprefix(MATH) if element.tag.startswith(MATH) else ""
    if element.tag in (f"{WORD}del", f"{WORD}moveFrom") or name.endswith("Pr"):
        return
    if name == "r":
        yield from _run(element)
    elif name in KINDS:
        kind, names = KINDS[name]
        no_line = name == "f" and _value(element, "fPr", "type") == "noBar"
        parts = tuple(_row(element.find(MATH + part), levels) for part in names)
        yield Formula(kind, parts, "0" if no_line else "")
    elif name == "func":
        yield Formula("mi", (), linear_text(_row(element.find(f"{MATH}fName"), levels)))
        yield _row(element.find(f"{MATH}e"), levels)
    elif name == "rad":
        index = _row(element.find(f"{MATH}deg"), levels)
        yield Formula("mroot", (_row(element.find(f"{MATH}e"), levels), index))
    elif name == "nary":
        sign = Formula("mo", (), _value(element, "naryPr", "chr") or "∫")
        limits = tuple(_row(element.find(MATH + part), levels) for part in ("sub", "sup"))
        yield Formula("munderover", (sign, *limits))
        yield _row(element.find(f"{MATH}e"), levels)
    elif name == "d":
        yield from _delimited(element, levels)
    elif name == "m":
        rows = (
            Formula("mtr", tuple(_row(cell, levels) for cell in row.findall(f"{MATH}e")))
            for row in element.findall(f"{MATH}mr")
        )
        yield Formula("mtable", tuple(rows))
    elif name == "eqArr":
        rows = (Formula("mtr", (_row(line, levels),)) for line in element.findall(f"{MATH}e"))
        yield Formula("mtable", tuple(rows))
    elif name in ("acc", "bar"):
        mark = _value(element, "accPr", "chr") or ("\u0302" if name == "acc" else "¯")
        mark = {"\u0302": "^", "\u0303": "~", "\u0304": "¯", "\u0305": "¯", "\u0307": "˙", "\u0308": "¨"}.get(
            mark, mark
        )
        is_below = name == "bar" and _value(element, "barPr", "pos") != "top"
        base = _row(element.find(f"{MATH}e"), levels)
        yield base if is_below else Formula("mover", (base, Formula("mo", (), mark)))
    elif name == "sPre":
        base, lower, upper = (_row(element.find(MATH + part), levels) for part in ("e", "sub", "sup"))
        yield Formula("mmultiscripts", (base, Formula("mprescripts"), lower, upper))
    elif name == "phant" and _value(element, "phantPr", "show") in ("0", "off", "false"):
        return
    else:
        yield _row(element, levels)


def _run(run: Element) -> Iterator[Formula]:
    """Yield the parts of a run of a formula; ordinary text in it stays as it is."""
    if (hidden := run.find(f"{WORD}rPr/{WORD}vanish")) is not None and hidden.get(f"{WORD}val") not in ("0", "false"):
        return
    text = "".join(child.text or "" for child in run if child.tag in (f"{MATH}t", f"{WORD}t"))
    is_text = run.find(f"{MATH}rPr/{MATH}nor") is not None
    if is_text:
        yield Formula("mtext", (), text)
        return
    for piece in TOKEN.findall(text):
        if piece.isspace():
            yield Formula("mspace")
        elif piece != ALIGNMENT_MARK:
            yield Formula("mn" if piece[0].isdigit() else "mtext" if piece[0].isalpha() else "mo", (), piece)


def _delimited(element: Element, levels: int) -> Iterator[Formula]:
    opening = _value(element, "dPr", "begChr", "(")
    closing = _value(element, "dPr", "endChr", ")")
    yield Formula("mo", (), opening)
    for number, part in enumerate(element.findall(f"{MATH}e")):
        if number:
            yield Formula("mo", (), _value(element, "dPr", "sepChr", "|"))
        yield _row(part, levels)
    yield Formula("mo", (), closing)


def _value(element: Element, properties: str, name: str, missing: str = "") -> str:
    found = element.find(f"{MATH}{properties}/{MATH}{name}")
    return missing if found is None else found.get(f"{MATH}val", "")
