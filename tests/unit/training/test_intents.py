"""The training of the classifier of intents."""

from __future__ import annotations

import numpy as np

from index.reading.intents import Intent
from training.data import read_jsonl
from training.intents import OWN, least_probability

PROBABILITIES = np.array([0.9, 0.2, 0.8, 0.7, 0.4])
IS_INTENT = np.array([True, False, True, False, True])


def test_the_least_probability_takes_as_many_as_the_precision_allows():
    assert least_probability(PROBABILITIES, IS_INTENT, 1.0) == 0.8
    assert least_probability(PROBABILITIES, IS_INTENT, 0.75) == 0.4
    assert least_probability(PROBABILITIES, IS_INTENT, 0.6) == 0.2


def test_without_the_precision_no_probability_is_enough():
    assert least_probability(PROBABILITIES, ~IS_INTENT, 0.9) > 1


def test_no_line_is_written_twice():
    texts = [row["text"] for row in read_jsonl(OWN / "intents.jsonl")]
    assert len(texts) == len(set(texts))


def test_every_intent_has_some_hundreds_of_lines():
    intents = [Intent(row["intent"]) for row in read_jsonl(OWN / "intents.jsonl")]
    assert all(intents.count(intent) > 400 for intent in Intent)
