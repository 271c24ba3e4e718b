"""Yes or no for a question, if one sentence says so clearly; else nothing, and the quotation stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.domain.answers import NO, YES
from index.domain.documents import Passage
from index.text.proper_nouns import find_names
from index.text.questions import QuestionAnalysis
from index.text.tokens import POINTING_WORDS, RELATION_STEMS, STOP_WORDS, content_stems, stem, token_spans, tokenize

__all__ = ["judge_yes_no"]

OPPOSITES = (
    ("finished finish complete completed completely done over", "unfinished incomplete ongoing under still"),
    ("available accessible", "unavailable inaccessible"),
    ("released launched published", "unreleased unpublished"),
    ("open public", "closed private"),
    ("include includes included including", "exclude excludes excluded excluding"),
    ("possible able", "impossible unable"),
    ("legal lawful", "illegal unlawful"),
    ("accept accepts accepted approve approved approves", "reject rejects rejected refuse refused refuses"),
    ("increase increased increases rise rose risen", "decrease decreased decreases fall fell fallen drop dropped"),
    ("support supports supported", "oppose opposes opposed"),
    ("win won wins succeed succeeded", "lose lost loses fail failed"),
    ("allow allows allowed allowing", "forbid forbids forbade forbidden prohibit prohibits prohibited ban banned bans"),
    ("large big", "small little"),
    ("profitable", "unprofitable"),
)
"""Pairs of opposites, listed by hand; each side denies a question asked with the other."""

OPPOSED = {
    stem(word): frozenset(stem(other) for other in others.split())
    for left, right in OPPOSITES
    for words, others in ((left, right), (right, left))
    for word in words.split()
}
DENIAL = re.compile(r"\b(not|never|cannot|no longer)\b|n['’]t\b", re.IGNORECASE)
NEGATIVE = re.compile(
    rf"{DENIAL.pattern}|\b(no|none|neither|nor|nobody|nothing|without|hardly|rarely|seldom|barely|remains? under|"
    r"lacks?|fail(s|ed|ing)?|unable|den(y|ies|ied)|refus\w+|prevent\w*|instead|rather|unlike|except|despite|although|though|but)\b",
    re.IGNORECASE,
)
UNSURE = re.compile(
    r"\b(if|whether|unless|until|may|might|could|would|should|will|plan\w*|propos\w+|expect\w*|hope[sd]?|want\w*|"
    r"claim\w*|alleg\w+|reported(ly)?|rumou?r\w*|believ\w+|suppos\w+|suspect\w*|seem\w*|appear\w*|almost|nearly|part(ly|ially)|"
    r"attempt\w*|tried|try|tries|aim\w*|seek\w*|intend\w*|once|former(ly)?|previous(ly)?|suggest\w*|possib(le|ly)|"
    r"perhaps|probably|likely|some|sometimes|most|mostly)\b|\?",
    re.IGNORECASE,
)
NEAR = 3
"""A denial applies to a word at most this many words after it."""


def judge_yes_no(question: QuestionAnalysis, passage: Passage) -> str:
    """Return "yes" or "no" as the sentence answers a yes-no question; "" if it does neither clearly.

    Yes if it says all that the question says, without hedge or denial; no if it says so under a plain denial or with a
    listed opposite. A pronoun that begins the sentence stands for the names in the sentence before.
    """
    words = question.tokens
    if question.kind != "yes_no" or "or" in words or NEGATIVE.search(question.text) or not question.stems:
        return ""
    text = passage.reading
    hedges = {stem(hedge.group().lower()) for hedge in UNSURE.finditer(text)} - {stem(word) for word in words}
    if passage.kind != "prose" or hedges or not _same_order(question, text):
        return ""
    present = [stem(word) for word in tokenize(text)]
    wanted = [
        stem(word) for word in words[1:] if word not in STOP_WORDS or stem(word) in RELATION_STEMS or word[0].isdigit()
    ]
    known = set(present) | (_name_stems(passage.before) if present and present[0] in POINTING_WORDS else set())
    missing = [word for word in dict.fromkeys(wanted) if word not in known]
    negations = list(NEGATIVE.finditer(text))
    if not missing and not negations:
        return YES
    opposed = [word for word in missing if OPPOSED.get(word, frozenset()) & set(present)]
    if opposed == missing and len(missing) == 1 and _only_remains(negations):
        return NO
    return NO if not missing and _denied(text, wanted, negations) else ""


def _denied(text: str, wanted: Sequence[str], negations: Sequence[re.Match[str]]) -> bool:
    """Return whether the one negative word is a plain denial right before a word of the question."""
    if len(negations) != 1 or not DENIAL.fullmatch(negations[0].group()):
        return False
    after = [stem(word) for word, _, _ in token_spans(text[negations[0].end() :])]
    return any(word in wanted for word in after[:NEAR])


def _only_remains(negations: Sequence[re.Match[str]]) -> bool:
    return all(negation.group().lower().startswith("remain") for negation in negations)


def _name_stems(text: str) -> set[str]:
    return {stem for name in find_names(text) for stem in content_stems(text[name.start : name.end])}


def _same_order(question: QuestionAnalysis, text: str) -> bool:
    """Return whether the text holds the question's words in the same order, with no other name between.

    "GPT outperforms Scout" does not say that Scout outperforms GPT.
    """
    stems = list(question.stems)
    words = [(stem(word), start) for word, start, _ in token_spans(text) if stem(word) in stems]
    order = list(dict.fromkeys(word for word, _ in words))
    if not words or order != [word for word in stems if word in order]:
        return False
    return not any(
        words[0][1] < name.start < words[-1][1] and not set(content_stems(text[name.start : name.end])) & set(stems)
        for name in find_names(text)
    )
