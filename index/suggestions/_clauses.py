"""Clauses: a sentence's subject and predicate, from which questions are made. English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from index.domain.documents import Document
from index.suggestions._grammar import PREPOSITIONS
from index.suggestions._proper_nouns import NameSpan, find_names
from index.suggestions._quantities import find_dates

__all__ = ["Clause", "find_leading_name", "find_name_at", "parse_clause", "starts_with_date"]

LEAD = re.compile(r"(?:In|On|By|At|After|Before|During|Since|As part of|Despite)\s[^,]{2,80}(?:, \d{4})?,\s+")
PRONOUN_SUBJECT = re.compile(r"(?:It|This (?!is|was|has|had|can|may|will)[a-z]+)(?=\s)")
PARENTHESIS = re.compile(r"\s*\([^()]{1,80}\)")
APPOSITION = re.compile(r"\s*,\s+((?:also\s+|formerly\s+)?(?:an?|the|one of)\s[^,]{3,80})(?:,(?=\s)|(?=\.$))")
MOST_READ = 100_000
"""Characters of a document that are searched for other uses of a name."""

AFTER_NAME = frozenset([*PREPOSITIONS, "of", "and", "or", "using", "while"])
"""Words after a name that show that it stands alone and does not only describe the next noun."""
DATE_LEAD = re.compile(r"(?:In|On)\s+(?:the\s+)?")
ARTICLED = re.compile(r"\b(?:the|an?)\b")
ARTICLE = re.compile(r"(?:The|the)\s+")


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence and its parts.

    `subject` is a name as within a sentence ("the Duchy of Normandy"), empty if none is clear; `is_list` says that it
    is several names, `names_subject` that this sentence holds it, not the one before. `apposition` is the text between
    commas after the name, `predicate` what follows; `date` is the date that the sentence begins with.
    """

    text: str
    subject: str = ""
    is_list: bool = False
    names_subject: bool = True
    apposition: str = ""
    predicate: str = ""
    date: str = ""

    @property
    def is_present(self) -> bool:
        """Whether its verb is in the present tense, by its form."""
        return re.match(r"(?:are|have|(?!was\b)[a-z]+s)\b", self.predicate) is not None


def parse_clause(text: str, document: Document, before: Clause | None) -> Clause:
    """Parse a sentence of a document; `before` is the clause that "it" may refer to."""
    lead = LEAD.match(text)
    lead_end = lead.end() if lead else 0
    dates = (date for date in find_dates(text[:lead_end]) if DATE_LEAD.fullmatch(text, 0, date.start))
    day = next((text[date.start : date.end] for date in dates), "")
    article = ARTICLE.match(text, lead_end)
    start = article.end() if article else lead_end
    name = _title_at(text, start, document.title) or find_name_at(text, start)
    if name is None or not re.match(r"[\s,]", text[name.end :]):
        return _about_previous_subject(text, lead_end, day, before)
    document_text = document.text[:MOST_READ]
    subject = _as_within_sentence(
        text[name.start : name.end], document_text, starts_sentence=start == 0, article=article is not None
    )
    if not subject:
        return Clause(text, date=day)
    parenthesis = PARENTHESIS.match(text, name.end)
    end = parenthesis.end() if parenthesis else name.end
    apposition = APPOSITION.match(text, end)
    return Clause(
        text=text,
        subject=subject,
        is_list=len(name.parts) > 1,
        apposition=apposition[1] if apposition else "",
        predicate=text[apposition.end() if apposition else end :].strip(),
        date=day,
    )


def _about_previous_subject(text: str, lead_end: int, day: str, before: Clause | None) -> Clause:
    """Return the clause of a sentence without a subject; it has that of the sentence before if it says "it"."""
    pronoun = PRONOUN_SUBJECT.match(text, lead_end)
    is_known = before is not None and before.subject and not before.is_list
    if before is None or not is_known or not (pronoun or re.search(r"\bit\b", text)):
        return Clause(text, date=day)
    return Clause(text, before.subject, False, False, "", text[pronoun.end() :].lstrip() if pronoun else "", day)


def _title_at(text: str, start: int, title: str) -> NameSpan | None:
    """Return the document's title if it begins at this character."""
    end = start + len(title)
    same = title and text[start:end].lower() == title.lower() and not text[end : end + 1].isalnum()
    return NameSpan(start, end, ((start, end),)) if same else None


def _as_within_sentence(name: str, text: str, *, starts_sentence: bool, article: bool) -> str:
    """Return a name as written within a sentence; empty if it may not be a name.

    It gets an article if the text mostly uses one, and is in lower case if the text elsewhere writes it so.
    """
    first = name.split()[0]
    if starts_sentence and first.istitle() and re.search(rf"(?<!\w){re.escape(first.lower())}(?!\w|\.\w)", text):
        return name.lower() if name == first else ""
    if not article:
        return name
    uses = re.findall(rf"(\b[Tt]he\s+)?{re.escape(name)}(?=['’.,;:!?)]|\s+(?:is|was|has|had|and|or|in|on)\b)", text)
    return name if sum(not each for each in uses) > sum(bool(each) for each in uses) else f"the {name}"


def find_name_at(text: str, start: int) -> NameSpan | None:
    """Return the name, or list of names with "and" or "or", that begins at this character and is not a date."""
    parts = next((name.parts for name in find_names(text) if name.start <= start < name.end), ())
    parts = tuple(part for part in parts if part[0] >= start)
    if not parts or parts[0][0] != start:
        return None
    gaps = [text[part[1] : other[0]] for part, other in pairwise(parts)]
    if gaps and (any(ARTICLED.search(gap) for gap in gaps) or not re.search(r"\b(?:and|or)\b", gaps[-1])):
        parts = parts[:1]
    name = NameSpan(start, parts[-1][1], parts)
    return None if any(True for _ in find_dates(text[name.start : name.end])) else name


def find_leading_name(text: str) -> str:
    """Return the name, with its article, that a text begins with; empty if it only describes the next noun."""
    article = re.match(r"(?:the|an?)\s+", text)
    name = _up_to_name(text, article.end() if article else 0)
    after = re.match(r"\s+([a-z]+)", text[len(name) :])
    is_description = after and after[1] not in AFTER_NAME and not after[1].endswith("ing")
    return "" if is_description else name


def starts_with_date(text: str) -> bool:
    """Return whether a text begins with a date: "in 1998", "on 5 May", "in Paris in 1998"."""
    place = re.match(r"(?:in|at|by|to|with)\s+(?:the\s+)?", text)
    text = text[len(_up_to_name(text, place.end())) :].lstrip() if place else text
    match = re.match(r"(?:in|on)\s+", text)
    return match is not None and any(date.start == match.end() for date in find_dates(text))


def _up_to_name(text: str, start: int) -> str:
    """Return the text up to the end of the name that begins at this character; empty if none does."""
    name = find_name_at(
        f"of {text}", start + 3
    )  # a name at the beginning would be taken for the first word of a sentence
    return text[: name.end - 3] if name else ""
