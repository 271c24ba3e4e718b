"""Query decomposition: a question about several things becomes a question about each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.text.questions import QuestionAnalysis
from index.text.tokens import STOP_WORDS, content_stems, tokenize

__all__ = ["COMPARISON_STEMS", "SubQuestion", "decompose"]

COMPARISON_STEMS = frozenset(
    content_stems("compare comparison contrast differ difference differences versus vs please")
)
"""Stems of words that ask for a comparison; no source need hold them."""

MOST_PARTS = 3
"""As many as an answer has citations; a question about more things is left whole."""

THING = r"[\w][\w.'’+-]*(?: [\w][\w.'’+-]*){0,3}?"
"""What is compared or listed: one to four words."""
ROW = rf"{THING}(?:, {THING})*,? (?:and|or|with|to) (?:the )?{THING}"
LINK = re.compile(r",? (?:and|or|with|to) (?:of )?(?:the )?|, (?:of )?(?:the )?", re.IGNORECASE)
AND_ROW = rf"{THING}(?:, {THING})*,? and (?:of )?(?:the )?{THING}"
LONGEST = 300
"""Characters of a question that is decomposed; in a longer one nobody lists two things to compare."""
WH = r"(?:who|what|when|where|why|which|how)"
PLEASE = r"(?:please )?(?:compare|contrast)"


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


COMPARE = _form(rf"{PLEASE}(?: the)? (?P<what>.+) (?:of|in|between|for) (?:the )?(?P<row>{ROW})")
DIFFER = _form(rf"(?:what (?:is|are) the )?differences? in (?P<what>.+) (?:of|between) (?:the )?(?P<row>{ROW})")
WHOSE = _form(rf"{PLEASE} (?P<row>{THING}['’]s? and {THING}['’]s?) (?P<what>.+)")
PLAIN = _form(rf"{PLEASE} (?:the )?(?P<row>{ROW})")
AGAINST = _form(r"(?P<one>.+?) (?:vs\.?|versus) (?P<two>.+)")
BETWEEN = _form(rf"(?:what (?:is|are) the )?differences? between (?:the )?(?P<row>{AND_ROW})")
HOW_DIFFER = _form(rf"how do (?:the )?(?P<row>{AND_ROW}) (?:differ|compare)")
EACH_HAS = _form(
    rf"(?P<head>how (?:many .+? |much (?:.+? )?))do (?:the )?(?P<row>{AND_ROW}) "
    r"(?P<rest>(?:each )?(?:have|use|offer|cost|weigh|score|reach)\b.*)"
)
EACH_IS = _form(
    r"(?P<head>how (?:big|large|small|old|tall|high|deep|fast|wide|long|heavy|expensive) )are (?:the )?"
    rf"(?P<row>{AND_ROW})"
)
OF_EACH = _form(
    rf"(?P<head>what (?:is|are|was|were) the [\w -]+? of )(?:the )?"
    rf"(?P<row>{THING}(?:, (?:of )?(?:the )?{THING})*,? and of (?:the )?{THING})"
)
ATTRIBUTES = _form(rf"(?P<head>what (?:are|were) the [\w -]+? of )(?:the )?(?P<row>{AND_ROW})")
TWO_QUESTIONS = _form(rf"(?P<one>{WH}\b.+?),? and (?P<two>{WH} (?!(?:of|else)\b).+)")
TOGETHER = _form(r"\b(?:together|jointly|combined|in total|altogether|in common|between them)\b")


@dataclass(frozen=True, slots=True)
class SubQuestion:
    """A question about one thing. `label` says which: a name, or the question itself if it is `whole`."""

    label: str
    question: str
    whole: bool = False


def decompose(question: QuestionAnalysis) -> tuple[SubQuestion, ...]:
    """Return the two or three questions that a question consists of; none if it is or may be a single one."""
    text = " ".join(question.text.split()).rstrip("?!. ")
    if len(text) > LONGEST or TOGETHER.search(text):
        return ()
    if match := COMPARE.fullmatch(text) or DIFFER.fullmatch(text) or WHOSE.fullmatch(text):
        what = match["what"].strip()
        things = [re.sub(r"['’]s?$", "", thing) for thing in LINK.split(match["row"])]
        return _each(things, _of_each(what))
    if match := PLAIN.fullmatch(text) or BETWEEN.fullmatch(text) or HOW_DIFFER.fullmatch(text):
        return _each(LINK.split(match["row"]), _of_each(""))
    if match := AGAINST.fullmatch(text):
        name, rest = _name_and_rest(match["one"], match["two"])
        return _each([match["one"], name], _of_each(rest))
    if match := EACH_HAS.fullmatch(text):
        return _each(LINK.split(match["row"]), f"{match['head']}does {{}} {match['rest'].removeprefix('each ')}?")
    if match := EACH_IS.fullmatch(text):
        return _each(LINK.split(match["row"]), f"{match['head']}is {{}}?")
    if match := OF_EACH.fullmatch(text) or ATTRIBUTES.fullmatch(text):
        return _each(LINK.split(match["row"]), f"{match['head']}{{}}?")
    if match := TWO_QUESTIONS.fullmatch(text):
        both = [f"{half[0].upper()}{half[1:]}?" for half in match.groups()]
        return tuple(SubQuestion(half, half, whole=True) for half in both)
    return ()


def _name_and_rest(left: str, right: str) -> tuple[str, str]:
    """Split what follows "vs" into a name and what belongs to both: "Scout vs Maverick context window".

    The name ends with its capitals, or has as many words as the one before "vs".
    """
    words = right.split()
    capital = [not word[0].islower() for word in words]
    size = [*capital, False].index(False) if left[0].isupper() else len(left.split())
    return " ".join(words[:size]), " ".join(words[size:])


def _of_each(what: str) -> str:
    """Return a question with a gap for a thing: for `what` of it, or for the thing itself."""
    is_plural = re.search(r"[^su]s$", what)
    return f"What {'are' if is_plural else 'is'} the {what} of {{}}?" if what else "What is {}?"


def _each(things: Sequence[str], form: str) -> tuple[SubQuestion, ...]:
    """Return the question about each thing; none if one has no topic word, or a clause begins in it."""
    things = [thing.strip() for thing in things]
    if not 2 <= len(things) <= MOST_PARTS or len(set(map(str.lower, things))) < len(things):
        return ()
    for thing in things:
        words = tokenize(thing)
        unexpected = [word for word in words if word in STOP_WORDS and word not in ("of", "the")]
        if unexpected or not set(words) - STOP_WORDS or len(words) > 5:
            return ()
    return tuple(SubQuestion(thing, form.replace("{}", thing)) for thing in things)
