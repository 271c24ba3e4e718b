"""Signals of evidence: what speaks for a passage answering a question, as numbers that a small model weighs.

Every signal is a pure function of the question, the passage and the scores that retrieval gave; SIGNALS names
them in their order. None knows any question or source by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from index.asked import Asked, Word
from index.ports import Encoding, Vectors
from index.types import Passage
from index.words import LITTLE, content, stem, tokens

__all__ = ["SIGNALS", "Candidate", "own_text", "signals"]

SIGNALS = (
    "cosine",  # of question and passage, -1..1
    "cosine_gap",  # to the best candidate, 0 or less
    "bm25",  # log(1 + score)
    "bm25_share",  # of the best candidate's score, 0..1
    "late",  # mean best match of the question's word pieces, weighted by rarity, -1..1
    "late_gap",  # to the best candidate, 0 or less
    "late_weakest",  # the topic word that is met worst, in the passage
    "late_second",  # the next worst
    "near_weakest",  # the topic word met worst, in passage and sentence before together
    "core_weakest",  # the same without the words that only name the kind of answer ("which company")
    "core_unmet",  # how far those words are from being met, weighted by rarity, 0..1
    "core_missing",  # rarity of those that neither passage nor sentence before has to the letter
    "core_missing_share",  # the same as a share of all
    "kind_word",  # how well the word that names the kind of answer is met, 0 where there is none
    "name_weakest",  # the name that is met worst, in passage and sentence before; 1 where there is none
    "late_rarest",  # best match of the rarest word
    "late_all",  # the same over all pieces, question words and marks too
    "late_little",  # mean best match of the pieces that carry no topic
    "late_before",  # what the passage before it adds to `late`
    "late_after",  # what the passage after it adds to `late`
    "late_reverse",  # mean best match of the passage's tokens among the question's
    "dense_rank",  # 1 / (1 + rank)
    "bm25_rank",
    "late_rank",
    "covered",  # share of the question's topic words in the passage, weighted by rarity, 0..1
    "covered_before",  # the same with the sentence before, less `covered`
    "covered_heading",  # the same with title and heading, less the two
    "covered_gap",  # to the best candidate
    "bigrams",  # share of the question's neighbouring topic words that are neighbours in the passage
    "rarest_missing",  # 1.0 when its rarest topic word is not in passage, sentence before or headings
    "missing_weight",  # rarity of what is missing everywhere
    "names_missing",  # share of the question's names that passage, sentence before and headings lack
    "names_missing_near",  # share that passage and sentence before lack
    "names_missing_own",  # share that the passage itself lacks
    "numbers_missing",  # share of the question's numbers that the passage lacks
    "relations_missing",  # share of its words like "first", "before", "not", "only" that the two lack
    "counted",  # "how many X": 1 a number stands right before an X, -1 none does, 0 not asked
    "spread",  # log of the words between the first and the last topic word that is met, over those met
    "topics",  # log(1 + topic words of the question)
    "new_words",  # log(1 + topic words that the question does not have)
    "length",  # log of the passage's characters
    "is_field",  # a value of the front matter
    "is_title",  # the passage only repeats the document's title
    "pronoun",  # begins by pointing back: it, this, they
    "near",  # best `late` among neighbours in the text, within two passages
    "same_document",  # share of the ten best candidates that are in this document
    "person_met",  # 1 the kind asked for is there and new, -1 it is asked for and not there, 0 not asked for
    "time_met",
    "number_met",
    "place_met",
    "reason_met",
)

POINTING = frozenset(
    ["he", "she", "it", "they", "this", "that", "these", "those", "his", "her", "its", "their", "such"]
)
MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
RELATION_WORDS = """
    not never no none without only first last most least more less fewer before after until since during between under
    over above below against except both all every next previous former latter largest smallest highest lowest oldest
    newest earliest latest main primary initially finally originally total
"""
RELATIONS = frozenset(stem(word) for word in RELATION_WORDS.split())
"""Words that turn the meaning of a question though many of them carry no topic."""

YEARISH = re.compile(
    rf"\b(1\d{{3}}|20\d\d|\d{{1,2}}(st|nd|rd|th)|{MONTHS}|century|decade|centuries|spring|summer|"
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with what retrieval found: `row` its place in the text, `best` the best match of each piece."""

    row: int
    passage: Passage
    title: str
    cosine: float
    bm25: float
    best: Vectors
    best_before: Vectors
    best_after: Vectors
    reverse: float


def signals(
    asked: Asked, candidates: Sequence[Candidate], question: Encoding, rarity: Vectors, weight: Mapping[str, float]
) -> Vectors:
    """Shape (len(candidates), len(SIGNALS)).

    `rarity` are the inverse document frequencies of the question's pieces, `weight` those of its topic stems.
    """
    table = [_lexical(asked, candidate, weight) for candidate in candidates]
    columns: dict[str, Vectors] = {name: np.asarray([row[name] for row in table], np.float32) for name in table[0]}
    late = _late(asked, candidates, question, rarity, weight)
    columns |= _dense(candidates) | late
    columns |= {
        "late_gap": late["late"] - late["late"].max(),
        "late_rank": 1 / (1 + _ranks(late["late"])),
        "covered_gap": columns["covered"] - columns["covered"].max(),
        "near": _near(candidates, late["late"]),
        "same_document": _same_document(candidates, late["late"]),
    }
    return np.stack([np.asarray(columns[name], np.float32) for name in SIGNALS], axis=1)


def _late(
    asked: Asked, candidates: Sequence[Candidate], question: Encoding, rarity: Vectors, weight: Mapping[str, float]
) -> dict[str, Vectors]:
    """Signals from the best matches of the question's pieces and words, each of shape (candidates,)."""
    pieces = np.stack([candidate.best for candidate in candidates])
    before = np.maximum(pieces, np.stack([candidate.best_before for candidate in candidates]))
    after = np.maximum(pieces, np.stack([candidate.best_after for candidate in candidates]))
    topics = [(word, at) for word in asked.words if word.topical and (at := _pieces_of(word, question.spans))]
    topical = np.zeros(pieces.shape[1], bool)
    for _, at in topics:
        topical[at] = True
    share = np.where(topical, rarity, 0.1 * rarity) + 1e-6
    share = share / share.sum()
    late = pieces @ share
    little = pieces[:, ~topical] if (~topical).any() else pieces
    return {
        "late": late,
        "late_all": pieces @ (rarity / max(float(rarity.sum()), 1e-6)),
        "late_little": little.mean(axis=1),
        "late_before": before @ share - late,
        "late_after": after @ share - late,
        "late_reverse": np.asarray([candidate.reverse for candidate in candidates], np.float32),
        **_words(
            asked, candidates, [word for word, _ in topics], _by_word(pieces, topics), _by_word(before, topics), weight
        ),
    }


def _words(
    asked: Asked,
    candidates: Sequence[Candidate],
    topics: list[Word],
    own: Vectors,
    near: Vectors,
    weight: Mapping[str, float],
) -> dict[str, Vectors]:
    """Signals from topic words: `own` and `near` have shape (candidates, topic words)."""
    if not topics:
        own = near = np.zeros((len(candidates), 1), np.float32)
        topics = [Word("", 0, 0, True, False, False, False)]
    rare = np.asarray([weight.get(word.stem, 1.0) for word in topics], np.float32)
    core = np.asarray([not word.names_kind for word in topics])
    core = core if core.any() else ~core
    names = np.asarray([word.name for word in topics])
    there = np.asarray([[word.stem in _near_stems(c.passage) for word in topics] for c in candidates])
    met = np.maximum(near, there.astype(np.float32))
    ordered = np.sort(own, axis=1)
    core_rare = rare[core] / max(float(rare[core].sum()), 1e-6)
    lacking = (~there[:, core]) @ rare[core]
    return {
        "late_weakest": ordered[:, 0],
        "late_second": ordered[:, min(1, ordered.shape[1] - 1)],
        "near_weakest": met.min(axis=1),
        "core_weakest": met[:, core].min(axis=1),
        "core_unmet": (1 - met[:, core]) @ core_rare,
        "core_missing": lacking,
        "core_missing_share": (~there[:, core]) @ core_rare,
        "kind_word": met[:, ~core].max(axis=1) if (~core).any() else np.zeros(len(candidates), np.float32),
        "name_weakest": met[:, names].min(axis=1) if names.any() else np.ones(len(candidates), np.float32),
        "late_rarest": own[:, int(np.argmax(rare))],
    }


def _pieces_of(word: Word, places: Sequence[tuple[int, int]]) -> list[int]:
    return [at for at, (start, end) in enumerate(places) if start < word.end and word.start < end]


def _by_word(pieces: Vectors, topics: list[tuple[Word, list[int]]]) -> Vectors:
    """Shape (candidates, topic words): the mean over each word's pieces."""
    if not topics:
        return np.zeros((len(pieces), 0), np.float32)
    return np.stack([pieces[:, at].mean(axis=1) for _, at in topics], axis=1)


def _near_stems(passage: Passage) -> frozenset[str]:
    return _read(own_text(passage)).stems | _read(passage.before).stems


def _dense(candidates: Sequence[Candidate]) -> dict[str, Vectors]:
    cosine = np.asarray([candidate.cosine for candidate in candidates], np.float32)
    bm25 = np.asarray([candidate.bm25 for candidate in candidates], np.float32)
    return {
        "cosine": cosine,
        "cosine_gap": cosine - cosine.max(),
        "bm25": np.log1p(bm25),
        "bm25_share": bm25 / max(float(bm25.max()), 1e-6),
        "dense_rank": 1 / (1 + _ranks(cosine)),
        "bm25_rank": 1 / (1 + _ranks(bm25)),
    }


def _lexical(asked: Asked, candidate: Candidate, weight: Mapping[str, float]) -> dict[str, float]:
    passage = candidate.passage
    own = _read(own_text(passage))
    around = own.stems | _read(passage.before).stems
    everywhere = around | _read(f"{candidate.title} {passage.section}").stems
    total = sum(weight.get(at, 1.0) for at in asked.stems) or 1.0

    def share(found: frozenset[str]) -> float:
        return sum(weight.get(at, 1.0) for at in asked.stems if at in found) / total

    covered, before, heading = share(own.stems), share(around), share(everywhere)
    missing = [at for at in asked.stems if at not in everywhere]
    rarest = max(asked.stems, key=lambda at: weight.get(at, 1.0), default="")
    pairs = set(pairwise(asked.stems))
    words = own.words
    return {
        "covered": covered,
        "covered_before": before - covered,
        "covered_heading": heading - before,
        "bigrams": len(pairs & own.pairs) / max(len(pairs), 1),
        "rarest_missing": float(bool(rarest) and rarest in missing),
        "missing_weight": sum(weight.get(at, 1.0) for at in missing),
        "names_missing": _lacking(asked.having("name"), everywhere),
        "names_missing_near": _lacking(asked.having("name"), around),
        "names_missing_own": _lacking(asked.having("name"), own.stems),
        "numbers_missing": _lacking(asked.having("number"), frozenset(words)),
        "relations_missing": _lacking(
            _relations(asked), frozenset(stem(at) for at in words + _read(passage.before).words)
        ),
        "counted": _counted(asked, words),
        "spread": _spread(asked, words),
        "topics": float(np.log1p(len(asked.topics))),
        "new_words": float(np.log1p(len(own.stems - set(asked.stems)))),
        "length": float(np.log(len(passage.reading))),
        "is_field": float(passage.kind == "field"),
        "is_title": float(passage.reading == candidate.title),
        "pronoun": float(bool(words) and words[0] in POINTING),
        **_met(asked, passage.reading, own),
    }


def own_text(passage: Passage) -> str:
    """What counts as a passage's own words: a field's meaning or a row's header belongs to its value."""
    return passage.reading if passage.kind in ("prose", "code") else f"{passage.before}\n{passage.reading}"


@dataclass(frozen=True, slots=True)
class _Read:
    words: tuple[str, ...]
    stems: frozenset[str]
    pairs: frozenset[tuple[str, str]]


@lru_cache(maxsize=16_384)
def _read(text: str) -> _Read:
    stems = content(text)
    return _Read(tuple(tokens(text)), frozenset(stems), frozenset(pairwise(stems)))


def _met(asked: Asked, reading: str, own: _Read) -> dict[str, float]:
    """For the kind asked for: does the passage hold such a thing that the question does not hold already?"""
    found = 0.0
    if asked.kind in ("person", "place"):
        found = _new_names(asked, reading, PLACEISH if asked.kind == "place" else None)
    elif asked.kind == "time":
        found = float(any(match.group().lower() not in asked.having("number") for match in YEARISH.finditer(reading)))
    elif asked.kind == "number":
        found = float(
            bool(NUMBERISH.search(" ".join(at for at in reading.split() if at not in asked.having("number"))))
        )
    elif asked.kind == "reason":
        found = float(bool(REASONISH.search(reading)))
    return {
        f"{kind}_met": (2 * found - 1) if asked.kind == kind else 0.0
        for kind in ("person", "time", "number", "place", "reason")
    }


def _relations(asked: Asked) -> frozenset[str]:
    return frozenset(word.stem for word in asked.words if word.stem in RELATIONS)


def _counted(asked: Asked, words: Sequence[str]) -> float:
    """Whether a number stands within three words before what is counted."""
    counted = {word.stem for word in asked.topics if word.names_kind}
    if asked.kind != "number" or not counted:
        return 0.0
    for at, word in enumerate(words):
        if stem(word) in counted and any(NUMBERISH.search(other) for other in words[max(0, at - 3) : at]):
            return 1.0
    return -1.0


def _spread(asked: Asked, words: Sequence[str]) -> float:
    stems = set(asked.stems)
    met = [at for at, word in enumerate(words) if stem(word) in stems]
    return float(np.log((met[-1] - met[0] + 1) / len(met))) if met else 0.0


def _new_names(asked: Asked, reading: str, where: re.Pattern[str] | None) -> float:
    if where is not None:
        return float(bool(where.search(reading)))
    later = reading.split(" ", 1)[-1]
    names = [word for capital in CAPITAL.findall(later) for word in tokens(capital) if word not in LITTLE]
    return float(any(stem(word) not in asked.stems for word in names))


def _near(candidates: Sequence[Candidate], late: Vectors) -> Vectors:
    at = {candidate.row: float(score) for candidate, score in zip(candidates, late, strict=True)}
    steps = (-2, -1, 1, 2)
    return np.asarray([max(at.get(c.row + step, 0.0) for step in steps) for c in candidates], np.float32)


def _same_document(candidates: Sequence[Candidate], late: Vectors) -> Vectors:
    first = [candidates[at].passage.document_id for at in np.argsort(-late, kind="stable")[:10]]
    return np.asarray([first.count(c.passage.document_id) / len(first) for c in candidates], np.float32)


def _ranks(scores: Vectors) -> Vectors:
    ranks = np.empty(len(scores), np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks


def _lacking(wanted: frozenset[str], there: frozenset[str]) -> float:
    return sum(at not in there for at in wanted) / len(wanted) if wanted else 0.0
