"""What can be told of a passage from its words alone: which of the question's it has, and what kind of thing."""

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
    asked: QuestionAnalysis, passage: Passage, title: str, weight: Mapping[str, float]
) -> dict[str, float]:
    """The features that words alone give, by name; `weight` is the rarity of each topic stem of the question."""
    own = analyse_text(passage_text(passage))
    around = stems_in_context(passage)
    stems = asked.stems
    everywhere = around | analyse_text(f"{title} {passage.section}").stems
    total = sum(weight.get(at, 1.0) for at in stems) or 1.0

    def share(found: frozenset[str]) -> float:
        return sum(weight.get(at, 1.0) for at in stems if at in found) / total

    covered, before, heading = share(own.stems), share(around), share(everywhere)
    missing = [at for at in stems if at not in everywhere]
    rarest = max(stems, key=lambda at: weight.get(at, 1.0), default="")
    pairs = set(pairwise(stems))
    words = own.words
    return {
        "covered": covered,
        "covered_before": before - covered,
        "covered_heading": heading - before,
        "bigrams": len(pairs & own.pairs) / max(len(pairs), 1),
        "rarest_missing": float(bool(rarest) and rarest in missing),
        "missing_weight": sum(weight.get(at, 1.0) for at in missing),
        "names_missing": _lacking(asked.name_stems, everywhere),
        "names_missing_near": _lacking(asked.name_stems, around),
        "names_missing_own": _lacking(asked.name_stems, own.stems),
        "numbers_missing": _lacking(asked.number_stems, frozenset(words)),
        "relations_missing": _lacking(
            _relations(asked), frozenset(stem(at) for at in words + analyse_text(passage.before).words)
        ),
        "counted": _counted(asked, words),
        "spread": _spread(asked, words),
        "topics": float(np.log1p(len(asked.topics))),
        "new_words": float(np.log1p(len(own.stems - set(stems)))),
        "length": float(np.log(len(passage.reading))),
        "is_field": float(passage.kind == "field"),
        "is_title": float(passage.reading == title),
        "pronoun": float(bool(words) and words[0] in POINTING_WORDS),
        **_met(asked, passage.reading, own),
    }


def _met(asked: QuestionAnalysis, reading: str, own: AnalysedText) -> dict[str, float]:
    """For the kind asked for: does the passage hold such a thing that the question does not hold already?"""
    found = 0.0
    if asked.kind in ("person", "place"):
        found = _new_names(asked, reading, PLACEISH if asked.kind == "place" else None)
    elif asked.kind == "time":
        found = float(any(match.group().lower() not in asked.number_stems for match in YEARISH.finditer(reading)))
    elif asked.kind == "number":
        found = float(bool(NUMBERISH.search(" ".join(at for at in reading.split() if at not in asked.number_stems))))
    elif asked.kind == "reason":
        found = float(bool(REASONISH.search(reading)))
    return {
        f"{kind}_met": (2 * found - 1) if asked.kind == kind else 0.0
        for kind in ("person", "time", "number", "place", "reason")
    }


def _relations(asked: QuestionAnalysis) -> frozenset[str]:
    return frozenset(word.stem for word in asked.words if word.stem in RELATION_STEMS)


def _counted(asked: QuestionAnalysis, words: Sequence[str]) -> float:
    """Whether a number stands within three words before what is counted."""
    counted = {word.stem for word in asked.topics if word.names_kind}
    if asked.kind != "number" or not counted:
        return 0.0
    for at, word in enumerate(words):
        if stem(word) in counted and any(NUMBERISH.search(other) for other in words[max(0, at - 3) : at]):
            return 1.0
    return -1.0


def _spread(asked: QuestionAnalysis, words: Sequence[str]) -> float:
    stems = set(asked.stems)
    met = [at for at, word in enumerate(words) if stem(word) in stems]
    return float(np.log((met[-1] - met[0] + 1) / len(met))) if met else 0.0


def _new_names(asked: QuestionAnalysis, reading: str, where: re.Pattern[str] | None) -> float:
    if where is not None:
        return float(bool(where.search(reading)))
    later = reading.split(" ", 1)[-1]
    names = [word for capital in CAPITAL.findall(later) for word in tokenize(capital) if word not in STOP_WORDS]
    asked_for = asked.stems
    return float(any(stem(word) not in asked_for for word in names))


def _lacking(wanted: frozenset[str], there: frozenset[str]) -> float:
    return sum(at not in there for at in wanted) / len(wanted) if wanted else 0.0
