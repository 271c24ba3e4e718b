"""Ranking features: the evidence that a passage answers a question, as numbers that a small model weighs.

Every feature is a pure function of the question, the passage and the scores that retrieval gave; FEATURES names
them in their order. None knows any question or source by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.domain.documents import Passage
from index.domain.ports import Encoding, Vectors
from index.retrieval._lexical_features import lexical_features
from index.text.passages import stems_in_context
from index.text.questions import QuestionAnalysis, QuestionWord

__all__ = ["FEATURES", "Candidate", "compute_features"]

FEATURES = (
    "cosine",  # of question and passage, -1..1
    "cosine_gap",  # to the best candidate, 0 or less
    "bm25",  # log(1 + score)
    "bm25_share",  # of the best candidate's score, 0..1
    "late",  # mean best match of the question's word pieces, weighted by rarity, -1..1
    "late_gap",  # to the best candidate, 0 or less
    "late_weakest",  # the topic word with the worst match, in the passage
    "late_second",  # the next worst
    "near_weakest",  # the topic word with the worst match, in passage and sentence before together
    "core_weakest",  # the same without the words that only name the kind of answer ("which company")
    "core_unmet",  # how far those words are from a full match, weighted by rarity, 0..1
    "core_missing",  # rarity of those that neither passage nor sentence before has to the letter
    "core_missing_share",  # the same as a share of all
    "kind_word",  # match of the word that names the kind of answer, 0 if there is none
    "name_weakest",  # the name with the worst match, in passage and sentence before; 1 if there is none
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
    "rarest_missing",  # 1.0 if its rarest topic word is not in passage, sentence before or headings
    "missing_weight",  # rarity of what is missing everywhere
    "names_missing",  # share of the question's names that passage, sentence before and headings lack
    "names_missing_near",  # share that passage and sentence before lack
    "names_missing_own",  # share that the passage itself lacks
    "numbers_missing",  # share of the question's numbers that the passage lacks
    "relations_missing",  # share of its words like "first", "before", "not", "only" that the two lack
    "counted",  # "how many X": 1 a number stands right before an X, -1 none does, 0 not asked
    "spread",  # log of the words between the first and the last topic word in the passage, over those in it
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate passage with what retrieval found.

    Attributes
    ----------
    row : int
        Its place in the order of the texts.
    cosine : float
        Of question and passage, -1..1.
    bm25 : float
        BM25 score, 0 or more.
    best, best_before, best_after : array of shape (pieces,)
        Cosine of each piece of the question with its best match in this passage, the one before and the one after.
    reverse : float
        Mean over the passage's tokens of each one's best match in the question, -1..1.
    """

    row: int
    passage: Passage
    title: str
    cosine: float
    bm25: float
    best: Vectors
    best_before: Vectors
    best_after: Vectors
    reverse: float


def compute_features(
    question: QuestionAnalysis,
    candidates: Sequence[Candidate],
    encoding: Encoding,
    rarity: Vectors,
    weight: Mapping[str, float],
) -> Vectors:
    """Return the features of at least one candidate, shape (candidates, len(FEATURES)).

    Parameters
    ----------
    rarity
        Inverse document frequency of each piece of the question, shape (pieces,).
    weight
        Rarity, 0..1, of each topic stem of the question.
    """
    table = [lexical_features(question, candidate.passage, candidate.title, weight) for candidate in candidates]
    columns: dict[str, Vectors] = {name: np.asarray([row[name] for row in table], np.float32) for name in table[0]}
    late = _late_interaction_features(question, candidates, encoding, rarity, weight)
    columns |= _retrieval_features(candidates) | late
    columns |= {
        "late_gap": late["late"] - late["late"].max(),
        "late_rank": 1 / (1 + _ranks(late["late"])),
        "covered_gap": columns["covered"] - columns["covered"].max(),
        "near": _best_neighbour(candidates, late["late"]),
        "same_document": _same_document(candidates, late["late"]),
    }
    return np.stack([np.asarray(columns[name], np.float32) for name in FEATURES], axis=1)


def _late_interaction_features(
    question: QuestionAnalysis,
    candidates: Sequence[Candidate],
    encoding: Encoding,
    rarity: Vectors,
    weight: Mapping[str, float],
) -> dict[str, Vectors]:
    """Return the late interaction features, each of shape (candidates,)."""
    pieces = np.stack([candidate.best for candidate in candidates])
    before = np.maximum(pieces, np.stack([candidate.best_before for candidate in candidates]))
    after = np.maximum(pieces, np.stack([candidate.best_after for candidate in candidates]))
    topics = [
        (word, places) for word in question.words if word.topical and (places := _piece_indexes(word, encoding.spans))
    ]
    topical = np.zeros(pieces.shape[1], bool)
    for _, places in topics:
        topical[places] = True
    share = np.where(topical, rarity, 0.1 * rarity) + 1e-6
    share = share / share.sum()
    late = pieces @ share
    non_topical = pieces[:, ~topical] if (~topical).any() else pieces
    return {
        "late": late,
        "late_all": pieces @ (rarity / max(float(rarity.sum()), 1e-6)),
        "late_little": non_topical.mean(axis=1),
        "late_before": before @ share - late,
        "late_after": after @ share - late,
        "late_reverse": np.asarray([candidate.reverse for candidate in candidates], np.float32),
        **_topic_word_features(
            question,
            candidates,
            [word for word, _ in topics],
            _mean_per_word(pieces, topics),
            _mean_per_word(before, topics),
            weight,
        ),
    }


def _topic_word_features(
    question: QuestionAnalysis,
    candidates: Sequence[Candidate],
    topics: list[QuestionWord],
    own: Vectors,
    near: Vectors,
    weight: Mapping[str, float],
) -> dict[str, Vectors]:
    """Return the features of topic words; `own` and `near` have shape (candidates, topic words)."""
    if not topics:
        own = near = np.zeros((len(candidates), 1), np.float32)
        topics = [QuestionWord("", "", 0, 0, topical=True, name=False, number=False, names_kind=False)]
    rarities = np.asarray([weight.get(word.stem, 1.0) for word in topics], np.float32)
    core = np.asarray([not word.names_kind for word in topics])
    core = core if core.any() else ~core
    names = np.asarray([word.name for word in topics])
    near_each = [stems_in_context(candidate.passage) for candidate in candidates]
    present = np.asarray([[word.stem in stems for word in topics] for stems in near_each])
    match = np.maximum(near, present.astype(np.float32))
    ordered = np.sort(own, axis=1)
    core_rarities = rarities[core] / max(float(rarities[core].sum()), 1e-6)
    missing_rarity = (~present[:, core]) @ rarities[core]
    return {
        "late_weakest": ordered[:, 0],
        "late_second": ordered[:, min(1, ordered.shape[1] - 1)],
        "near_weakest": match.min(axis=1),
        "core_weakest": match[:, core].min(axis=1),
        "core_unmet": (1 - match[:, core]) @ core_rarities,
        "core_missing": missing_rarity,
        "core_missing_share": (~present[:, core]) @ core_rarities,
        "kind_word": match[:, ~core].max(axis=1) if (~core).any() else np.zeros(len(candidates), np.float32),
        "name_weakest": match[:, names].min(axis=1) if names.any() else np.ones(len(candidates), np.float32),
        "late_rarest": own[:, int(np.argmax(rarities))],
    }


def _piece_indexes(word: QuestionWord, spans: Sequence[tuple[int, int]]) -> list[int]:
    return [place for place, (start, end) in enumerate(spans) if start < word.end and word.start < end]


def _mean_per_word(pieces: Vectors, topics: list[tuple[QuestionWord, list[int]]]) -> Vectors:
    """Return the mean over each word's pieces, shape (candidates, topic words)."""
    if not topics:
        return np.zeros((len(pieces), 0), np.float32)
    return np.stack([pieces[:, places].mean(axis=1) for _, places in topics], axis=1)


def _retrieval_features(candidates: Sequence[Candidate]) -> dict[str, Vectors]:
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


def _best_neighbour(candidates: Sequence[Candidate], late: Vectors) -> Vectors:
    score_of = {candidate.row: float(score) for candidate, score in zip(candidates, late, strict=True)}
    steps = (-2, -1, 1, 2)
    near = [max(score_of.get(candidate.row + step, 0.0) for step in steps) for candidate in candidates]
    return np.asarray(near, np.float32)


def _same_document(candidates: Sequence[Candidate], late: Vectors) -> Vectors:
    best_ten = [candidates[place].passage.document_id for place in np.argsort(-late, kind="stable")[:10]]
    shares = [best_ten.count(candidate.passage.document_id) / len(best_ten) for candidate in candidates]
    return np.asarray(shares, np.float32)


def _ranks(scores: Vectors) -> Vectors:
    ranks = np.empty(len(scores), np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks
