"""Formulas as one line of text: "2^16", "a/(b + c)", "√2", "∑_(i=1)ⁿ xᵢ"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.text.normalize import collapse_whitespace
from index.text.notation import subscript, superscript

__all__ = ["MOST_DEPTH", "Formula", "linear_text"]

MOST_DEPTH = 100
"""Levels of a formula; what is nested deeper is not read as one."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A part of a formula: `kind` is the name of an element of MathML ("mfrac"), `text` the words of a leaf."""

    kind: str
    parts: tuple[Formula, ...] = ()
    text: str = ""


ROWS = frozenset(("math", "mrow", "mstyle", "mpadded", "merror", "menclose", "maction", "semantics", "mtd"))
FIRST_PART_ONLY = frozenset(("maction", "semantics"))
UNSEEN = frozenset(("mphantom", "annotation", "annotation-xml", "mprescripts", "none", "maligngroup", "malignmark"))
INVISIBLE = re.compile("[\u2061-\u2064\u200b]")
RELATIONS = frozenset("=<>≤≥≠≈≡∼≃≅≪≫∝→←↔⇒⇐⇔↦∈∉∋⊂⊃⊆⊇⊥∣⟶⟹⟺≔≲≳⩽⩾") | {":=", "==", "<=", ">=", "!=", "->"}
SIGNS = frozenset("+-−±∓×÷·⋅∗∘∧∨∩∪⊕⊗∖")
"""Operators with a space on both sides between two operands, and none before the only one."""

OPENING, CLOSING = frozenset("([{⟨⌊⌈"), frozenset(")]}⟩⌋⌉!%°′″‴")
LARGE = frozenset("∑∏∐∫∬∭∮⋃⋂⋁⋀")
BARE_SCRIPTS = frozenset("′″‴°∘*∗†‡")
ACCENTS = {"¯": "\u0304", "‾": "\u0304", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303", "˜": "\u0303"} | {
    "→": "\u20d7",
    "⃗": "\u20d7",
    "˙": "\u0307",
    "¨": "\u0308",
}
"""The combining character for a mark above a single letter."""

TIGHT = re.compile(r"\s*([=+−<>×±≤≥≠→∈-])\s*")
COMMA_IN_NUMBER = re.compile(r"(?<=\d), (?=\d)")
SIMPLE = re.compile(r"(?:\d+(?:[.,]\d+)*|[^\W\d_]+(?:_[^\W_]+)?)[²³′]?")
"""What needs no parentheses as a part of a fraction."""

MATH_LETTERS = re.compile("[\U0001d400-\U0001d7ff]+")
"""Letters that are bold, italic or script by themselves: they are read as ordinary ones."""

Token = tuple[str, str]
"""The text of a part, and how it stands in its row: "operand", "wide", "number", "sign", ..."""


def linear_text(formula: Formula) -> str:
    """Return a formula as one line of text, with the superscripts and subscripts of `index.text.notation`."""
    return MATH_LETTERS.sub(lambda letters: unicodedata.normalize("NFKC", letters[0]), _row([formula]))


def _row(parts: Sequence[Formula]) -> str:
    """Return parts that stand beside each other, with spaces so that neighbours stay apart ("2 1/2", "−x + 1")."""
    pieces: list[str] = []
    before = "start"
    for text, role in _tokens(parts):
        if role in ("relation", "sign") and (role == "relation" or before in ("operand", "number", "wide", "close")):
            pieces.append(f" {text} ")
        elif role == "separator":
            pieces.append(f"{text} ")
        else:
            if (before, role) == ("number", "number") or ("wide" in (before, role) and _are_operands(before, role)):
                pieces.append(" ")
            pieces.append(text)
        if role == "space":
            role = "sign" if before in ("relation", "sign", "start") else "close"
        before = role
    return COMMA_IN_NUMBER.sub(",", collapse_whitespace("".join(pieces)))


def _are_operands(before: str, role: str) -> bool:
    return before in ("operand", "number", "wide", "close") and role in ("operand", "number", "wide")


def _tokens(parts: Sequence[Formula]) -> Iterator[Token]:
    after_opening = False
    for part in parts:
        if part.kind in ROWS:
            yield from _tokens(part.parts[:1] if part.kind in FIRST_PART_ONLY else part.parts)
        elif part.kind not in UNSEEN:
            text, role = _token(part, after_opening)
            if text:
                yield text, role
                after_opening = role == "open"


def _token(part: Formula, after_opening: bool) -> Token:
    text = INVISIBLE.sub("", part.text)
    match part.kind:
        case "mo":
            return _operator(text.strip())
        case "mn":
            return text.strip(), "number"
        case "mi":
            name = text.strip()
            return name, "wide" if len(name) > 1 and name[:2].isalpha() else "operand"
        case "mspace":
            return " ", "space"
        case "mtext" | "ms" | "mglyph":
            spaced = re.sub(r"\s", " ", text)
            return spaced, "operand" if spaced.strip() else "space"
    made = _build(part, after_opening)
    if part.kind in ("mfrac", "mroot", "msqrt") or (made[:1].isalpha() and made[1:2].isalpha()) or made[:1] in LARGE:
        return made, "wide"
    return made, "close" if made[:1] in CLOSING else "operand"


def _operator(text: str) -> Token:
    if text in RELATIONS:
        return text, "relation"
    if text in SIGNS:
        return text, "sign"
    if text in (",", ";"):
        return text, "separator"
    if text in OPENING or text in CLOSING:
        return text, "open" if text in OPENING else "close"
    return text, "wide" if text in LARGE or (len(text) > 1 and text.isalpha()) else "other"


def _build(part: Formula, after_opening: bool) -> str:
    """Return the text of a part that is made of others."""
    parts = [_row([inner]) for inner in part.parts]
    first, second, third = (*parts, "", "", "")[:3]
    match part.kind:
        case "mfrac" if part.text == "0":
            return f"binom({first}, {second})"
        case "mfrac":
            return f"{_enclosed(first)}/{_enclosed(second)}"
        case "msqrt":
            return f"√{_enclosed(_row(part.parts))}"
        case "mroot":
            return f"{_script(second, upper=True)}√{_enclosed(first)}" if second else f"√{_enclosed(first)}"
        case "msub" | "munder":
            return _base(first) + _script(second)
        case "msup":
            return _base(first) + _script(second, upper=True)
        case "mover":
            return _accented(first, second)
        case "msubsup" | "munderover":
            return _base(first) + _script(second) + _script(third, upper=True)
        case "mmultiscripts":
            return _with_scripts(part)
        case "mfenced":
            opening, separator, closing = (*part.text.split("\n"), "", "")[:3]
            return opening + f"{separator} ".join(parts) + closing
        case "mtable":
            between = ", " if after_opening or len(part.parts) == 1 else " "
            return "; ".join(between.join(filter(None, map(_row, _cells(row)))) for row in part.parts)
    return _row(part.parts) or part.text


def _cells(row: Formula) -> list[list[Formula]]:
    return [[cell] for cell in row.parts] if row.kind in ("mtr", "mlabeledtr") else [[row]]


def _with_scripts(part: Formula) -> str:
    """Return a base with scripts after it and, from "mprescripts" on, before it: "¹⁴₆C"."""
    after, before, target = "", "", 0
    scripts = part.parts[1:]
    names = [script.kind for script in scripts]
    split = names.index("mprescripts") if "mprescripts" in names else len(scripts)
    for target, group in enumerate((scripts[:split], scripts[split + 1 :])):
        pairs = [_row([script]) for script in group]
        texts = [_script(lower) for lower in pairs[::2]], [_script(upper, upper=True) for upper in pairs[1::2]]
        if target == 0:
            after = "".join(texts[0] + texts[1])
        else:
            before = "".join(texts[1] + texts[0])
    return before + _base(_row(part.parts[:1])) + after


def _accented(base: str, mark: str) -> str:
    if mark in ACCENTS or mark in ("_", "⏞", "⏟", "⏜", "⎴", "⎵"):
        return base + ACCENTS.get(mark, "") if len(base) == 1 else base
    return _base(base) + _script(mark, upper=True)


def _script(text: str, *, upper: bool = False) -> str:
    text = TIGHT.sub(r"\1", text)
    if not text or (upper and set(text) <= BARE_SCRIPTS):
        return text.replace("∘", "°")
    return superscript(text) if upper else subscript(text)


def _base(text: str) -> str:
    return f"({text})" if " " in text and not _is_enclosed(text) else text


def _enclosed(text: str) -> str:
    """Return a part of a fraction or root in parentheses if it would be taken apart without."""
    whole = text.removeprefix("√")
    return text if not whole or SIMPLE.fullmatch(whole) or _is_enclosed(whole) else f"({text})"


def _is_enclosed(text: str) -> bool:
    """Return whether the first bracket is closed by the last character."""
    if text[:1] not in OPENING:
        return False
    depth = 0
    for place, char in enumerate(text):
        depth += (char in "([{⟨⌊⌈") - (char in ")]}⟩⌋⌉")
        if depth == 0:
            return place == len(text) - 1
    return False
