"""Yes or no, where one sentence says so plainly; else nothing, and the quotation speaks for itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.domain.documents import Passage
from index.text.proper_nouns import find_names
from index.text.questions import YES_NO
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
"""Words that say the contrary of each other, listed by hand; each side denies a question asked with the other."""

OPPOSED = {
    stem(word): frozenset(stem(other) for other in others.split())
    for one, two in OPPOSITES
    for words, others in ((one, two), (two, one))
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
"""A denial denies a word that stands at most so many words behind it."""


def judge_yes_no(question: str, passage: Passage) -> str:
    """What the sentence says to a question that yes or no answers: "yes", "no" or "".

    Yes where it says all that the question says, unhedged and undenied; no where it says it under a plain denial or
    with a listed opposite. A pronoun that begins the sentence stands for the names in the sentence before.
    """
    words = tokenize(question)
    if not YES_NO.search(" ".join(words)) or "or" in words or NEGATIVE.search(question) or not content_stems(question):
        return ""
    text = passage.reading
    hedges = {stem(at.group().lower()) for at in UNSURE.finditer(text)} - {stem(word) for word in words}
    if passage.kind != "prose" or hedges or not _same_order(question, text):
        return ""
    there = [stem(word) for word in tokenize(text)]
    wanted = [
        stem(word) for word in words[1:] if word not in STOP_WORDS or stem(word) in RELATION_STEMS or word[0].isdigit()
    ]
    met = set(there) | (_named(passage.before) if there and there[0] in POINTING_WORDS else set())
    missing = [word for word in dict.fromkeys(wanted) if word not in met]
    negations = list(NEGATIVE.finditer(text))
    if not missing and not negations:
        return "yes"
    opposed = [word for word in missing if OPPOSED.get(word, frozenset()) & set(there)]
    if opposed == missing and len(missing) == 1 and _only_remains(negations):
        return "no"
    return "no" if not missing and _denied(text, wanted, negations) else ""


def _denied(text: str, wanted: Sequence[str], negations: Sequence[re.Match[str]]) -> bool:
    """Whether the one negative word is a plain denial right before a word of the question."""
    if len(negations) != 1 or not DENIAL.fullmatch(negations[0].group()):
        return False
    after = [stem(word) for word, _, _ in token_spans(text[negations[0].end() :])]
    return any(word in wanted for word in after[:NEAR])


def _only_remains(negations: Sequence[re.Match[str]]) -> bool:
    return all(at.group().lower().startswith("remain") for at in negations)


def _named(text: str) -> set[str]:
    return {stem for at in find_names(text) for stem in content_stems(text[at.start : at.end])}


def _same_order(question: str, text: str) -> bool:
    """Whether the question's words stand in the text in the question's order, with no other name among them: "GPT
    outperforms Scout" does not say that Scout outperforms GPT."""
    asked = list(dict.fromkeys(content_stems(question)))
    found = [(stem(word), start) for word, start, _ in token_spans(text) if stem(word) in asked]
    order = list(dict.fromkeys(word for word, _ in found))
    if not found or order != [word for word in asked if word in order]:
        return False
    return not any(
        found[0][1] < at.start < found[-1][1] and not set(content_stems(text[at.start : at.end])) & set(asked)
        for at in find_names(text)
    )
