"""Ways in which people type the same question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["Form", "forms"]

PRODUCT = "LLaMA 4"
MODEL = re.compile(r"(?<!llama 4 )\b(scout|maverick|behemoth)", re.IGNORECASE)
"""A model's name without its product."""

ABBREVIATIONS = {
    re.compile(r"\bparameters\b", re.IGNORECASE): "params",
    re.compile(r"\bcontext\b", re.IGNORECASE): "ctx",
    re.compile(r"\bwhat(?: is|'s)\b", re.IGNORECASE): "whats",
}


class Form(NamedTuple):
    """A question in another form."""

    name: str
    question: str


def forms(question: str) -> list[Form]:
    """Return a question in every other form that it can take; those equal to it are left out."""
    plain = question.rstrip(" ?!.")
    texts: Mapping[str, str] = {
        "lower case": question.lower(),
        "capitals": question.upper(),
        "without a question mark": plain,
        "with a question mark": f"{plain}?",
        "polite": f"hey, {plain} pls?",
        "with the product": MODEL.sub(lambda name: f"{PRODUCT} {name[0]}", question),
        "abbreviated": _abbreviate(question),
    }
    return [Form(name, text) for name, text in texts.items() if text != question]


def _abbreviate(question: str) -> str:
    for pattern, short in ABBREVIATIONS.items():
        question = pattern.sub(short, question)
    return question
