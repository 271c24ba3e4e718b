"""A sentence taken apart for who makes questions of it: whom it is about, and what it says of that. English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from index.domain.documents import Document
from index.text.grammar import PREPOSITIONS
from index.text.proper_nouns import NameSpan, find_names
from index.text.quantities import find_dates

__all__ = ["Clause", "find_leading_name", "find_name_at", "parse_clause", "starts_with_date"]

LEAD = re.compile(r"(?:In|On|By|At|After|Before|During|Since|As part of|Despite)\s[^,]{2,80}(?:, \d{4})?,\s+")
AGAIN = re.compile(r"(?:It|This (?!is|was|has|had|can|may|will)[a-z]+)(?=\s)")
BESIDE = re.compile(r"\s*\([^()]{1,80}\)")
ASIDE = re.compile(r"\s*,\s+((?:also\s+|formerly\s+)?(?:an?|the|one of)\s[^,]{3,80})(?:,(?=\s)|(?=\.$))")
MOST_READ = 100_000
"""Characters of a document in which is looked how it writes a name elsewhere."""

BEHIND_NAME = frozenset([*PREPOSITIONS, "of", "and", "or", "using", "while"])
"""Words before which a name stands by itself and does not only describe the noun behind it."""
WHEN = re.compile(r"(?:In|On)\s+(?:the\s+)?")
ARTICLED = re.compile(r"\b(?:the|an?)\b")
ARTICLE = re.compile(r"(?:The|the)\s+")


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence about something named.

    `subject` is its name as it stands within a sentence ("the Duchy of Normandy"), empty where none is plain; `many`
    says that it is several names; `own` that the sentence itself names it, not the one before. `aside` is what stands
    between commas behind the name, `rest` what follows; `day` the date that the sentence begins with, or empty.
    """

    text: str
    subject: str = ""
    many: bool = False
    own: bool = True
    aside: str = ""
    rest: str = ""
    day: str = ""

    @property
    def present(self) -> bool:
        """Whether its verb tells of the present, as far as that is plain."""
        return re.match(r"(?:are|have|(?!was\b)[a-z]+s)\b", self.rest) is not None


def parse_clause(text: str, document: Document, before: Clause | None) -> Clause:
    """A sentence of a document taken apart; the sentence `before` it says what "it" is."""
    lead = LEAD.match(text)
    at = lead.end() if lead else 0
    day = next((text[one.start : one.end] for one in find_dates(text[:at]) if WHEN.fullmatch(text, 0, one.start)), "")
    article = ARTICLE.match(text, at)
    start = article.end() if article else at
    found = _titled(text, start, document.title) or find_name_at(text, start)
    if found is None or not re.match(r"[\s,]", text[found.end :]):
        return _meant(text, at, day, before)
    whole = document.text[:MOST_READ]
    name = _within(text[found.start : found.end], whole, opens=start == 0, article=article is not None)
    if not name:
        return Clause(text, day=day)
    note = BESIDE.match(text, found.end)
    end = note.end() if note else found.end
    aside = ASIDE.match(text, end)
    return Clause(
        text=text,
        subject=name,
        many=len(found.parts) > 1,
        aside=aside[1] if aside else "",
        rest=text[aside.end() if aside else end :].strip(),
        day=day,
    )


def _meant(text: str, at: int, day: str, before: Clause | None) -> Clause:
    """A sentence that names no subject: it has that of the sentence before where it says "it"."""
    again = AGAIN.match(text, at)
    known = before is not None and before.subject and not before.many
    if before is None or not known or not (again or re.search(r"\bit\b", text)):
        return Clause(text, day=day)
    return Clause(text, before.subject, False, False, "", text[again.end() :].lstrip() if again else "", day)


def _titled(text: str, start: int, title: str) -> NameSpan | None:
    """The document's title, where it stands at this character."""
    end = start + len(title)
    same = title and text[start:end].lower() == title.lower() and not text[end : end + 1].isalnum()
    return NameSpan(start, end, ((start, end),)) if same else None


def _within(name: str, whole: str, *, opens: bool, article: bool) -> str:
    """A name as it stands within a sentence, empty where it may be none: with its article, where the text mostly gives
    it one, and in lower case where the text has the word so elsewhere."""
    first = name.split()[0]
    if opens and first.istitle() and re.search(rf"(?<!\w){re.escape(first.lower())}(?!\w|\.\w)", whole):
        return name.lower() if name == first else ""
    if not article:
        return name
    found = re.findall(rf"(\b[Tt]he\s+)?{re.escape(name)}(?=['’.,;:!?)]|\s+(?:is|was|has|had|and|or|in|on)\b)", whole)
    return name if sum(not each for each in found) > sum(bool(each) for each in found) else f"the {name}"


def find_name_at(text: str, start: int) -> NameSpan | None:
    """The name, or row of names with "and" or "or", that begins at this character and is no date."""
    parts = next((at.parts for at in find_names(text) if at.start <= start < at.end), ())
    parts = tuple(part for part in parts if part[0] >= start)
    if not parts or parts[0][0] != start:
        return None
    gaps = [text[one[1] : other[0]] for one, other in pairwise(parts)]
    if gaps and (any(ARTICLED.search(gap) for gap in gaps) or not re.search(r"\b(?:and|or)\b", gaps[-1])):
        parts = parts[:1]
    found = NameSpan(start, parts[-1][1], parts)
    return None if any(True for _ in find_dates(text[found.start : found.end])) else found


def find_leading_name(text: str) -> str:
    """The name, with its article, that a text begins with; empty where a noun follows that it only describes."""
    article = re.match(r"(?:the|an?)\s+", text)
    found = _name(text, article.end() if article else 0)
    after = re.match(r"\s+([a-z]+)", text[len(found) :])
    described = after and after[1] not in BEHIND_NAME and not after[1].endswith("ing")
    return "" if described else found


def starts_with_date(text: str) -> bool:
    """Whether a text begins with a date: "in 1998", "on 5 May"; a name may stand before it ("in Paris in 1998")."""
    place = re.match(r"(?:in|at|by|to|with)\s+(?:the\s+)?", text)
    text = text[len(_name(text, place.end())) :].lstrip() if place else text
    match = re.match(r"(?:in|on)\s+", text)
    return match is not None and any(at.start == match.end() for at in find_dates(text))


def _name(text: str, start: int) -> str:
    """All up to the end of the name that begins at this character, empty where none does."""
    found = find_name_at(
        f"of {text}", start + 3
    )  # a name at the beginning would be taken for the first word of a sentence
    return text[: found.end - 3] if found else ""
