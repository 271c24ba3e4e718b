"""How readable text writes what a page shows by type: struck-out words, sub- and superscripts, the state of a task."""

from __future__ import annotations

import re

__all__ = ["DONE", "OPEN", "STRUCK_AFTER", "STRUCK_BEFORE", "STRUCK_OUT", "script_reading", "subscript", "superscript"]

STRUCK_BEFORE, STRUCK_AFTER = "[struck out: ", "]"
"""Around words that are struck out: they are quoted as such, and are never the answer."""

STRUCK_OUT = re.compile(r"\[struck out: [^\]]*\]")
"""Struck-out words in readable text."""

DONE, OPEN = "Done: ", "Open: "
"""Before a task that is ticked, and one that is not."""

SIGNS = {"TM": "™", "SM": "℠", "R": "®"}
"""Signs that are often typed as superscript letters."""

SUPERSCRIPTS = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
LONG_NUMBER = re.compile(r"[-−+]?\d{2,}", re.ASCII)
SUBSCRIPTS = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def superscript(text: str) -> str:
    """Return text that is set above the line: in Unicode's own superscripts, else after a caret ("x^(k+a)").

    Numbers of two digits and more are written after a caret, too, where they can be read and found ("2^16").
    """
    if LONG_NUMBER.fullmatch(text):
        return f"^{text}"
    return _script(text, SUPERSCRIPTS, "^")


def subscript(text: str) -> str:
    """Return text that is set below the line: in Unicode's own subscripts, else after a low line ("x_max")."""
    return _script(text, SUBSCRIPTS, "_")


def script_reading(kind: str, text: str, before: str) -> str:
    """Return the reading of a superscript ("sup") or subscript ("sub") after the character `before`."""
    if kind == "sub":
        return subscript(text)
    if text in SIGNS or text in SIGNS.values():
        return SIGNS.get(text, text)
    if before.isdigit() and text.isalpha() and len(text) > 1:
        return text  # an ordinal: "1st"
    return superscript(text)


def _script(text: str, characters: dict[int, int], mark: str) -> str:
    if all(ord(char) in characters for char in text):
        return text.translate(characters)
    return f"{mark}{text}" if len(text.split()) == 1 and text.isalnum() else f"{mark}({text})"
