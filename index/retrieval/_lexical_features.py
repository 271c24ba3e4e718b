"""Lexical features: which of the question's words a passage holds, and whether it holds the kind of answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from index.domain.documents import Passage
from index.text.grammar import MONTHS, alternatives
from index.text.passages import AnalysedText, analyse_text, passage_text, stems_in_context
from index.text.questions import QuestionAnalysis
from index.text.tokens import POINTING_WORDS, RELATION_STEMS, STOP_WORDS, stem, tokenize

__all__ = ["lexical_features"]

YEARISH = re.compile(
    rf"\b(1\d{{3}}|20\d\d|\d{{1,2}}(st|nd|rd|th)|{alternatives(*MONTHS)}|century|decade|centuries|spring|summer|"
    r"autumn|winter|year|years|months?|days?|weeks?|today|yesterday|\d{4}s)\b",
    re.IGNORECASE,
)
NUMBERISH = re.compile(
    r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundreds?|thousands?|"
    r"millions?|billions?|dozens?|half|third|quarter|most|several|single|double|twice)\b",
    re.IGNORECASE,
)
REASONISH = re.compile(
    r"\b(because|due|since|therefore|thus|hence|so that|in order|result\w*|caus\w+|led|lead\w*|reason\w*|allow\w*|"
    r"enabl\w+|prevent\w*|to \w+|for \w+ing|as)\b",
    re.IGNORECASE,
)
PLACEISH = re.compile(
    r"\b(in|at|on|from|to|near|across|throughout|along|between|into|of|via|through) (the )?([A-Z]|[a-z]+\.[a-z])"
)
CAPITAL = re.compile(r"[A-Z][\w.'’-]*")


def lexical_features(
    question: QuestionAnalysis, passage: Passage, title: str, weight: Mapping[str, float]
) -> dict[str, float]:
    """Return the features that words alone give, by name; `weight` is the rarity, 0..1, of each topic stem."""
    own = analyse_text(passage_text(passage))
    near = stems_in_context(passage)
    stems = question.stems
    everywhere = near | analyse_text(f"{title} {passage.section}").stems
    total = sum(weight.get(stem, 1.0) for stem in stems) or 1.0

    def share(present: frozenset[str]) -> float:
        return sum(weight.get(stem, 1.0) for stem in stems if stem in present) / total

    covered, before, heading = share(own.stems), share(near), share(everywhere)
    missing = [stem for stem in stems if stem not in everywhere]
    rarest = max(stems, key=lambda stem: weight.get(stem, 1.0), default="")
    pairs = set(pairwise(stems))
    words = own.words
    return {
        "covered": covered,
        "covered_before": before - covered,
        "covered_heading": heading - before,
        "bigrams": len(pairs & own.pairs) / max(len(pairs), 1),
        "rarest_missing": float(bool(rarest) and rarest in missing),
        "missing_weight": sum(weight.get(stem, 1.0) for stem in missing),
        "names_missing": _share_missing(question.name_stems, everywhere),
        "names_missing_near": _share_missing(question.name_stems, near),
        "names_missing_own": _share_missing(question.name_stems, own.stems),
        "numbers_missing": _share_missing(question.number_stems, frozenset(words)),
        "relations_missing": _share_missing(
            _relations(question), frozenset(stem(word) for word in words + analyse_text(passage.before).words)
        ),
        "counted": _counted(question, words),
        "spread": _spread(question, words),
        "topics": float(np.log1p(len(question.topics))),
        "new_words": float(np.log1p(len(own.stems - set(stems)))),
        "length": float(np.log(len(passage.reading))),
        "is_field": float(passage.kind == "field"),
        "is_title": float(passage.reading == title),
        "pronoun": float(bool(words) and words[0] in POINTING_WORDS),
        **_kind_features(question, passage.reading, own),
    }


def _kind_features(question: QuestionAnalysis, reading: str, own: AnalysedText) -> dict[str, float]:
    """Return for the kind asked for whether the passage holds such a thing that the question does not hold already."""
    present = 0.0
    if question.kind in ("person", "place"):
        present = _new_names(question, reading, PLACEISH if question.kind == "place" else None)
    elif question.kind == "time":
        present = float(any(match.group().lower() not in question.number_stems for match in YEARISH.finditer(reading)))
    elif question.kind == "number":
        present = float(
            bool(NUMBERISH.search(" ".join(word for word in reading.split() if word not in question.number_stems)))
        )
    elif question.kind == "reason":
        present = float(bool(REASONISH.search(reading)))
    return {
        f"{kind}_met": (2 * present - 1) if question.kind == kind else 0.0
        for kind in ("person", "time", "number", "place", "reason")
    }


def _relations(question: QuestionAnalysis) -> frozenset[str]:
    return frozenset(word.stem for word in question.words if word.stem in RELATION_STEMS)


def _counted(question: QuestionAnalysis, words: Sequence[str]) -> float:
    """Return 1.0 if a number stands right before what is counted, -1.0 if not, 0.0 if nothing is counted."""
    counted = {word.stem for word in question.topics if word.names_kind}
    if question.kind != "number" or not counted:
        return 0.0
    for place, word in enumerate(words):
        if stem(word) in counted and any(NUMBERISH.search(other) for other in words[max(0, place - 3) : place]):
            return 1.0
    return -1.0


def _spread(question: QuestionAnalysis, words: Sequence[str]) -> float:
    """Return the log of the words between the first and the last topic word in the passage, over those in it."""
    stems = set(question.stems)
    places = [place for place, word in enumerate(words) if stem(word) in stems]
    return float(np.log((places[-1] - places[0] + 1) / len(places))) if places else 0.0


def _new_names(question: QuestionAnalysis, reading: str, place: re.Pattern[str] | None) -> float:
    if place is not None:
        return float(bool(place.search(reading)))
    later = reading.split(" ", 1)[-1]
    names = [word for capital in CAPITAL.findall(later) for word in tokenize(capital) if word not in STOP_WORDS]
    return float(any(stem(word) not in question.stems for word in names))


def _share_missing(wanted: frozenset[str], present: frozenset[str]) -> float:
    return sum(word not in present for word in wanted) / len(wanted) if wanted else 0.0
