"""Numbers and names of a claim that its evidence lacks."""

from __future__ import annotations

import re
from itertools import combinations

from index.checking._quantities import Quantity, find_quantities
from index.text.tokens import STOP_WORDS, stem, tokenize

__all__ = ["derived_numbers", "missing_names", "missing_numbers", "unsupported"]

NAME = re.compile(r"[A-Za-z0-9_@#$][\w.+#@/$-]*[\w+#]|[A-Z]")
SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s+|\n\s*|^(?:Yes|No),\s+)[\"'(“]*$")
SAYING = re.compile(
    r"\s+(?:has |have )?(?:says?|said|stat(?:es?|ed)|claim(?:s|ed)?|announced?|reports?|reported|confirm(?:s|ed)?)\b"
)
"""After who is said to say something: that is a name, at the start of a sentence too."""
PARTS = re.compile(r"[^\W_]+")
TIED = 1e-4
"""Share by which two values may differ and still be the same."""
MOST_DERIVED = 12
"""Numbers of the evidence from which a sum, a difference or a ratio is tried."""


def unsupported(evidence: str, claim: str) -> list[str]:
    """Return the numbers with units, then the names, of a claim that its evidence lacks, as the claim has them.

    A number counts as there if it is one of the evidence in other words ("17B", "17 billion"; "two weeks", "14 days"),
    or follows from two of them by a sum, a difference or a ratio.
    """
    derived = _derived(find_quantities(evidence))
    numbers = [number.text for number in missing_numbers(evidence, claim) if not _holds(derived, number.value)]
    return [*numbers, *missing_names(evidence, claim)]


def missing_numbers(evidence: str, claim: str) -> list[Quantity]:
    """Return the numbers of a claim that are none of its evidence's."""
    told = [number.value for number in find_quantities(evidence)]
    return [number for number in find_quantities(claim) if not _holds(told, number.value)]


def missing_names(evidence: str, claim: str) -> list[str]:
    """Return the names, versions and identifiers of a claim with a part that its evidence lacks.

    What is written with a capital letter within a sentence, with one inside a word, or with a digit between letters. A
    name that stands whole in the evidence, case aside, is there whatever its parts are.
    """
    stems = {stem(token) for token in tokenize(evidence)}
    flat = "".join(PARTS.findall(evidence.lower()))
    return [
        match.group()
        for match in NAME.finditer(claim)
        if _is_name(claim, match)
        and not _stands_in(evidence, match.group().removesuffix("'s"))
        and not all(
            stem(part.lower()) in stems or (len(part) > 1 and part.lower() in flat)
            for part in PARTS.findall(match.group().removesuffix("'s"))
        )
    ]


def _stands_in(text: str, name: str) -> bool:
    """Return whether a name stands in a text between boundaries: of "GPT-4.5" is "GPT-4" no name."""
    return bool(re.search(rf"(?<![\w.]){re.escape(name)}(?![\w]|[.-]\d)", text, re.IGNORECASE))


def derived_numbers(evidence: str, claim: str) -> int:
    """Return how many numbers of a claim are missing but follow from two of the evidence."""
    derived = _derived(find_quantities(evidence))
    return sum(_holds(derived, number.value) for number in missing_numbers(evidence, claim))


def _is_name(text: str, match: re.Match[str]) -> bool:
    word = match.group()
    if not any(char.isalpha() for char in word):
        return word.count(".") > 1  # a version of three numbers
    if any(char.isdigit() for char in word) and re.search(r"[A-Za-z]{2}", word):
        return True
    if any(char.isupper() for char in word[1:]):
        return True
    if not word[0].isupper() or word.lower() in STOP_WORDS or word in ("Yes", "No"):
        return False
    return bool(SAYING.match(text, match.end())) or not SENTENCE_START.search(text[: match.start()])


def _derived(told: tuple[Quantity, ...]) -> list[float]:
    """Return the sums, differences and ratios of two numbers."""
    values = list(dict.fromkeys(number.value for number in told))[:MOST_DERIVED]
    found: list[float] = []
    for one, other in combinations(values, 2):
        found += [one + other, abs(one - other)]
        if one and other:
            found.append(max(one, other) / min(one, other))
    return found


def _holds(values: list[float], value: float) -> bool:
    return any(_same(value, other) for other in values)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= TIED * max(abs(one), abs(other))
