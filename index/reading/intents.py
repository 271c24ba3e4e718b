"""The intent of a message: a question, small talk, or a request for a summary, told by its embedding."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from index.domain.errors import LibraryError
from index.domain.ports import Vectors

__all__ = ["WEIGHTS", "Intent", "IntentClassifier", "load_intents"]

WEIGHTS = Path(__file__).with_name("intents.json")
"""Written by `training/intents.py` for the bundled embedding model; another model needs weights of its own."""


class Intent(StrEnum):
    """What a message wants."""

    QUESTION = "question"
    SMALL_TALK = "small_talk"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, eq=False)
class IntentClassifier:
    """A softmax over one hidden layer of rectified units, over the unit vector of a message.

    Attributes
    ----------
    hidden, hidden_bias : array of float, shape (dimension, units) and (units,)
    output, output_bias : array of float, shape (units, intents) and (intents,)
        Columns in the order of `Intent`.
    certain, likely : array of float, shape (intents,)
        The least probability of an intent for `classify` and for `guess`; of a question 0.
    """

    hidden: Vectors
    hidden_bias: Vectors
    output: Vectors
    output_bias: Vectors
    certain: Vectors
    likely: Vectors

    def classify(self, vector: Vectors) -> Intent:
        """Return the intent of a message; a question unless another one is almost certain."""
        return self._first(vector, self.certain)

    def guess(self, vector: Vectors) -> Intent:
        """Return the likely intent of a message that nothing in the sources answers."""
        return self._first(vector, self.likely)

    def may_ask_for_summary(self, vector: Vectors, least: float) -> bool:
        """Return whether a message asks for a summary with at least this probability."""
        return bool(self.probabilities(vector)[list(Intent).index(Intent.SUMMARY)] >= least)

    def probabilities(self, vector: Vectors) -> Vectors:
        """Return the probability of each intent, in the order of `Intent`, of a vector or of rows of them."""
        units = np.maximum(vector @ self.hidden + self.hidden_bias, 0)
        odds = units @ self.output + self.output_bias
        exponents = np.exp(odds - odds.max(axis=-1, keepdims=True))
        result: Vectors = exponents / exponents.sum(axis=-1, keepdims=True)
        return result

    def _first(self, vector: Vectors, least: Vectors) -> Intent:
        probabilities = self.probabilities(vector)
        best = int(np.argmax(probabilities))
        return list(Intent)[best] if probabilities[best] >= least[best] else Intent.QUESTION


def load_intents(path: Path = WEIGHTS) -> IntentClassifier:
    """Return the classifier of a file of weights.

    Raises
    ------
    LibraryError
        The file is missing or damaged.
    """
    try:
        table = json.loads(path.read_text("utf-8"))
        if table["intents"] != list(Intent):
            raise ValueError("other intents")
        names = ("hidden", "hidden_bias", "output", "output_bias", "certain", "likely")
        return IntentClassifier(**{name: np.asarray(table[name], np.float32) for name in names})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LibraryError(f"{path.name} is missing or damaged: install Footnote anew.") from error
