"""The checker of claims: an entailment model, and the numbers and names that the evidence lacks, weighed together."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from index.checking.features import features
from index.domain.ports import Reader
from index.domain.reading import Entailment
from index.text.tokens import tokenize

__all__ = ["ENTAILED", "FOLDER", "UNKNOWN", "WEIGHTS", "ClaimWeights", "TrainedChecker"]

FOLDER = Path(__file__).parent
"""Holds the entailment model, exported as the reader's is: `training.export`."""

WEIGHTS = FOLDER / "checker.json"
"""Written by `training/checker.py`."""

ENTAILED = 0.75
"""Probability from which on evidence carries a claim; `training/README.md` tells how many are right from there."""

SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?!\s|$)[^.!?\n]*)*[.!?]*")
VERBATIM = 0.99
"""Probability of a claim that is a sentence of the evidence to the letter: no training claim is."""

UNKNOWN = Entailment(1 / 3, 1 / 3, 1 / 3)
"""What a reader without such a head says."""


@dataclass(frozen=True, slots=True)
class ClaimWeights:
    """A logistic regression over `features`; a feature without a weight counts nothing."""

    intercept: float
    weights: Mapping[str, float]

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> ClaimWeights:
        values = json.loads(path.read_text("utf-8"))
        return cls(float(values["intercept"]), {name: float(weight) for name, weight in values["weights"].items()})

    def probability(self, values: Mapping[str, float]) -> float:
        """Return the probability, 0..1, of a claim with these features."""
        odds = self.intercept + sum(weight * values[name] for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


class TrainedChecker:
    """A `ClaimChecker` from a reader's entailment head. Thread-safe if the reader is."""

    def __init__(self, reader: Reader, weights: ClaimWeights) -> None:
        self._reader, self._weights = reader, weights

    def entailed(self, evidence: str, claim: str) -> float:
        if not evidence.strip() or not claim.strip():
            return 0.0
        if _is_sentence_of(evidence, claim):
            return VERBATIM
        entailment = self._reader.read(claim, evidence).entailment or UNKNOWN
        return self._weights.probability(features(evidence, claim, entailment))


def _is_sentence_of(evidence: str, claim: str) -> bool:
    """Whether a claim is a sentence or line of the evidence but for punctuation, spaces and capitals."""
    words = tokenize(claim)
    return any(
        tokenize(sentence) == words for sentence in SENTENCE.findall(evidence) if not sentence.rstrip().endswith("?")
    )
