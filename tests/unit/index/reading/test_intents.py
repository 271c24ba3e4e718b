"""The intent of a message."""

from __future__ import annotations

import json

import numpy as np
import pytest

from index.domain.errors import LibraryError
from index.embedding.onnx_embedder import DIMENSION, OnnxEmbedder
from index.reading.intents import WEIGHTS, Intent, IntentClassifier, load_intents


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


@pytest.fixture(scope="module")
def classifier() -> IntentClassifier:
    return load_intents()


def make_classifier(certain: float = 0.9, likely: float = 0.6) -> IntentClassifier:
    """Small talk grows with the first number of a vector, a summary with the second."""
    return IntentClassifier(
        hidden=np.eye(2),
        hidden_bias=np.zeros(2),
        output=np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        output_bias=np.zeros(3),
        certain=np.array([0, certain, certain]),
        likely=np.array([0, likely, likely]),
    )


def test_probabilities_are_a_softmax_over_rectified_units():
    probabilities = make_classifier().probabilities(np.array([np.log(2.0), -5.0]))
    assert probabilities == pytest.approx([0.25, 0.5, 0.25])


def test_an_intent_counts_from_its_least_probability_on():
    probable, vague = np.array([4.0, 0.0]), np.array([2.0, 0.0])  # small talk at 0.96 and at 0.79
    assert make_classifier().classify(probable) is Intent.SMALL_TALK
    assert make_classifier().classify(vague) is Intent.QUESTION
    assert make_classifier().guess(vague) is Intent.SMALL_TALK


def test_each_intent_has_a_probability_of_its_own():
    assert make_classifier().classify(np.array([0.0, 4.0])) is Intent.SUMMARY


def test_the_weights_fit_the_bundled_model(classifier):
    assert classifier.hidden.shape[0] == DIMENSION
    assert classifier.output.shape[1] == len(Intent)
    assert (classifier.likely <= classifier.certain).all()
    assert WEIGHTS.stat().st_size < 300_000


@pytest.mark.parametrize(
    "message", ["hi", "thanks!", "good bot", "who are you", "tell me a joke", "you suck", "lol ok"]
)
def test_small_talk_is_told(message, classifier, embedder):
    assert classifier.guess(embedder.question(message)) is Intent.SMALL_TALK


@pytest.mark.parametrize(
    "message",
    ["tldr", "give me a tldr of the release", "whats new", "what's this about", "summarise this", "key points"],
)
def test_requests_for_a_summary_are_told(message, classifier, embedder):
    assert classifier.classify(embedder.question(message)) is Intent.SUMMARY


@pytest.mark.parametrize(
    "message",
    [
        "price",
        "license?",
        "and maverick?",
        "which gpu",
        "write support?",
        "help with install",
        "who are the authors",
        "hi, what is the context window",
        "thanks, and the context window?",
        "what's new in 7.2",
        "what is the summary field",
        "Who was the duke in the battle of Hastings?",
    ],
)
def test_questions_that_look_like_small_talk_stay_questions(message, classifier, embedder):
    assert classifier.classify(embedder.question(message)) is Intent.QUESTION


@pytest.mark.parametrize("text", ["", "{}", json.dumps({"intents": ["question"]}), "[]"])
def test_damaged_weights_are_reported(text, tmp_path):
    path = tmp_path / "intents.json"
    path.write_text(text)
    with pytest.raises(LibraryError, match=r"intents\.json is missing or damaged"):
        load_intents(path)


def test_missing_weights_are_reported(tmp_path):
    with pytest.raises(LibraryError, match="install Footnote anew"):
        load_intents(tmp_path / "intents.json")
