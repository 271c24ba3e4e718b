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
"""Stems of words that ask for a comparison; the sources need not contain them."""

MOST_PARTS = 3
"""As many as an answer has citations; a question about more things is not decomposed."""

THING = r"[\w][\w.'’+-]*(?: [\w][\w.'’+-]*){0,3}?"
"""What is compared or listed: one to four words."""
LIST = rf"{THING}(?:, {THING})*,? (?:and|or|with|to) (?:the )?{THING}"
LINK = re.compile(r",? (?:and|or|with|to) (?:of )?(?:the )?|, (?:of )?(?:the )?", re.IGNORECASE)
AND_LIST = rf"{THING}(?:, {THING})*,? and (?:of )?(?:the )?{THING}"
LONGEST = 300
"""Characters of a question that is decomposed; a longer one seldom lists two things to compare."""
WH = r"(?:who|what|when|where|why|which|how)"
PLEASE = r"(?:please )?(?:compare|contrast)"


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


COMPARE = _compile(rf"{PLEASE}(?: the)? (?P<attribute>.+) (?:of|in|between|for) (?:the )?(?P<things>{LIST})")
DIFFER = _compile(
    rf"(?:what (?:is|are) the )?differences? in (?P<attribute>.+) (?:of|between) (?:the )?(?P<things>{LIST})"
)
WHOSE = _compile(rf"{PLEASE} (?P<things>{THING}['’]s? and {THING}['’]s?) (?P<attribute>.+)")
PLAIN = _compile(rf"{PLEASE} (?:the )?(?P<things>{LIST})")
AGAINST = _compile(r"(?P<one>.+?) (?:vs\.?|versus) (?P<two>.+)")
BETWEEN = _compile(rf"(?:what (?:is|are) the )?differences? between (?:the )?(?P<things>{AND_LIST})")
HOW_DIFFER = _compile(rf"how do (?:the )?(?P<things>{AND_LIST}) (?:differ|compare)")
EACH_HAS = _compile(
    rf"(?P<head>how (?:many .+? |much (?:.+? )?))do (?:the )?(?P<things>{AND_LIST}) "
    r"(?P<rest>(?:each )?(?:have|use|offer|cost|weigh|score|reach)\b.*)"
)
EACH_IS = _compile(
    r"(?P<head>how (?:big|large|small|old|tall|high|deep|fast|wide|long|heavy|expensive) )are (?:the )?"
    rf"(?P<things>{AND_LIST})"
)
OF_EACH = _compile(
    rf"(?P<head>what (?:is|are|was|were) the [\w -]+? of )(?:the )?"
    rf"(?P<things>{THING}(?:, (?:of )?(?:the )?{THING})*,? and of (?:the )?{THING})"
)
ATTRIBUTES = _compile(rf"(?P<head>what (?:are|were) the [\w -]+? of )(?:the )?(?P<things>{AND_LIST})")
TWO_QUESTIONS = _compile(rf"(?P<one>{WH}\b.+?),? and (?P<two>{WH} (?!(?:of|else)\b).+)")
TOGETHER = _compile(r"\b(?:together|jointly|combined|in total|altogether|in common|between them)\b")


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
        attribute = match["attribute"].strip()
        things = [re.sub(r"['’]s?$", "", thing) for thing in LINK.split(match["things"])]
        return _sub_questions(things, _question_form(attribute))
    if match := PLAIN.fullmatch(text) or BETWEEN.fullmatch(text) or HOW_DIFFER.fullmatch(text):
        return _sub_questions(LINK.split(match["things"]), _question_form(""))
    if match := AGAINST.fullmatch(text):
        name, rest = _name_and_rest(match["one"], match["two"])
        return _sub_questions([match["one"], name], _question_form(rest))
    if match := EACH_HAS.fullmatch(text):
        return _sub_questions(
            LINK.split(match["things"]), f"{match['head']}does {{}} {match['rest'].removeprefix('each ')}?"
        )
    if match := EACH_IS.fullmatch(text):
        return _sub_questions(LINK.split(match["things"]), f"{match['head']}is {{}}?")
    if match := OF_EACH.fullmatch(text) or ATTRIBUTES.fullmatch(text):
        return _sub_questions(LINK.split(match["things"]), f"{match['head']}{{}}?")
    if match := TWO_QUESTIONS.fullmatch(text):
        both = [f"{sub_question[0].upper()}{sub_question[1:]}?" for sub_question in match.groups()]
        return tuple(SubQuestion(sub_question, sub_question, whole=True) for sub_question in both)
    return ()


def _name_and_rest(left: str, right: str) -> tuple[str, str]:
    """Split what follows "vs" into a name and what belongs to both: "Scout vs Maverick context window".

    The name ends with its capitals, or has as many words as the one before "vs".
    """
    words = right.split()
    capital = [not word[0].islower() for word in words]
    size = [*capital, False].index(False) if left[0].isupper() else len(left.split())
    return " ".join(words[:size]), " ".join(words[size:])


def _question_form(attribute: str) -> str:
    """Return a question about an attribute of {}, the placeholder for a thing; about the thing itself without one."""
    is_plural = re.search(r"[^su]s$", attribute)
    return f"What {'are' if is_plural else 'is'} the {attribute} of {{}}?" if attribute else "What is {}?"


def _sub_questions(things: Sequence[str], form: str) -> tuple[SubQuestion, ...]:
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
