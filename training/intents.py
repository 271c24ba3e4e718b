"""Train the classifier of intents: question, small talk, or request for a summary.

    python -m training.intents

Its lines are `intents.jsonl`, the train part of the release questions, our own questions and some of the general mix.
Both probabilities that an intent needs are measured by cross-validation: the lines of a document or passage stay in one
of five parts, as does every fifth line of `intents.jsonl`. The table shows that, and the release questions' test part.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier

from index.domain.ports import Vectors
from index.reading.intents import WEIGHTS, Intent, IntentClassifier
from training.augment import vary_question
from training.data import GIVEN, read_jsonl
from training.embedding import open_embedder

__all__ = ["Line", "least_probability", "read_lines"]

OWN = Path(__file__).parent
INTENTS = list(Intent)
PARTS = 5
TEST = -1
"""The part that is never fitted."""
NETWORKS = 4
"""Networks whose log-odds are averaged; together they are one network."""
UNITS = 16
PENALTY = 0.01
EPOCHS = 15
GENERAL = 2_000
GENERAL_SOURCES = {"squad2_train_recovered", "boolq_val", "clapnq_dev", "qed_dev", "pairs", "covidqa"}
"""Sources of the general mix whose questions are whole sentences that people wrote."""
WEIGHT = [1.0, 2.0, 4.0]
"""Weights of the lines of each intent: there are few of summaries beside all the questions."""
PRECISION = {
    "certain": {Intent.SMALL_TALK: 0.995},
    "likely": {Intent.SMALL_TALK: 0.95},
}
"""Shares of the messages taken for an intent that must have it."""
LEAST_SUMMARY = 0.6
"""Least probability of a summary: one that nobody asked for does little harm."""

NEWS = re.compile(r"what(['’]?s| is) new\b", re.IGNORECASE)
"""How a request for a summary begins that some questions of a window begin with too."""

DECIMALS = 3
"""Of the weights."""

Matrix = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Line:
    """A message with its intent; `source` names where it is from, `varied` lines are fitted but not measured."""

    text: str
    intent: Intent
    part: int
    source: str
    varied: bool = False


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--given", type=Path, default=GIVEN, help="folder of the release questions and the general mix")
    parser.add_argument("--cache", type=Path, default=Path("build/training/intents.npz"), help="vectors of the lines")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    rng = random.Random(arguments.seed)
    lines = list(read_lines(arguments.given, rng))
    vectors = _vectors([line.text for line in lines], arguments.cache)
    labels = np.array([INTENTS.index(line.intent) for line in lines])
    parts = np.array([line.part for line in lines])
    probabilities = np.zeros((len(lines), len(INTENTS)), np.float32)
    for part in range(PARTS):
        print(f"part {part + 1} of {PARTS}", file=sys.stderr)
        others = (parts != part) & (parts != TEST)
        probabilities[parts == part] = _fit(vectors[others], labels[others]).probabilities(vectors[parts == part])
    classifier = _fit(vectors[parts != TEST], labels[parts != TEST])
    probabilities[parts == TEST] = classifier.probabilities(vectors[parts == TEST])
    measured = np.array([line.part != TEST and not line.varied for line in lines])
    least = {
        name: [
            least_probability(probabilities[measured, number], labels[measured] == number, precision[intent])
            if intent in precision
            else LEAST_SUMMARY * (intent is Intent.SUMMARY)
            for number, intent in enumerate(INTENTS)
        ]
        for name, precision in PRECISION.items()
    }
    for name, values in least.items():
        _report(name, values, lines, labels, probabilities)
    weights = {
        name: np.round(getattr(classifier, name).astype(np.float64), DECIMALS).tolist()
        for name in ("hidden", "hidden_bias", "output", "output_bias")
    }
    table = {"intents": INTENTS, **weights, **least}
    arguments.out.write_text(json.dumps(table, separators=(",", ":")) + "\n", "utf-8")
    return 0


def read_lines(given: Path, rng: random.Random) -> Iterator[Line]:
    """Yield the lines to train on and, with part `TEST`, those to test on."""
    count = dict.fromkeys(Intent, 0)
    for row in read_jsonl(OWN / "intents.jsonl"):
        intent = Intent(row["intent"])
        part = count[intent] % PARTS
        count[intent] += 1
        yield Line(row["text"], intent, part, "intents")
        if intent is not Intent.SMALL_TALK:
            yield Line(vary_question(row["text"], rng), intent, part, "intents", varied=True)
    for row in read_jsonl(given / "release_questions.jsonl"):
        part = _part(row["doc"]) if row["split"] == "train" else TEST
        yield Line(row["question"], _intent(row), part, f"release {row['split']}")
    for path in sorted((OWN / "questions").glob("*.jsonl")):
        for row in read_jsonl(path):
            if not NEWS.match(row["question"]):
                yield Line(row["question"], _intent(row), _part(row["passage"]), "own questions")
    general = [row for row in read_jsonl(given / "general_mix.jsonl.gz") if row.get("src") in GENERAL_SOURCES]
    for row in rng.sample(general, GENERAL):
        yield Line(row["q"], Intent.QUESTION, _part(row["ctx"]), "general mix")


def least_probability(probabilities: Vectors, is_intent: NDArray[np.bool_], precision: float) -> float:
    """Return the least probability from which on at least `precision` of the messages have the intent; else above 1."""
    order = np.argsort(-probabilities, kind="stable")
    shares = np.cumsum(is_intent[order]) / np.arange(1, len(order) + 1)
    reached = np.flatnonzero(shares >= precision)
    return round(float(probabilities[order[reached[-1]]]), 4) if len(reached) else 1.1


def _intent(row: dict[str, Any]) -> Intent:
    return Intent.SMALL_TALK if row["kind"] == "chat" else Intent.QUESTION


def _part(group: str) -> int:
    return zlib.crc32(group.encode()) % PARTS


def _vectors(texts: Sequence[str], cache: Path) -> Matrix:
    known: dict[str, Matrix] = {}
    if cache.exists():
        with np.load(cache) as stored:
            known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    new = list(dict.fromkeys(text for text in texts if text not in known))
    if new:
        print(f"{len(new)} texts to embed", file=sys.stderr)
        embedder = open_embedder()
        known |= {text: embedder.question(text) for text in new}
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[text] for text in texts])


def _fit(vectors: Matrix, labels: Labels) -> IntentClassifier:
    """Return the mean of a few networks as one, without least probabilities."""
    networks = [
        MLPClassifier((UNITS,), alpha=PENALTY, learning_rate_init=3e-3, max_iter=EPOCHS, random_state=seed).fit(
            vectors, labels, sample_weight=np.asarray(WEIGHT)[labels]
        )
        for seed in range(NETWORKS)
    ]
    none = np.zeros(len(INTENTS))
    return IntentClassifier(
        hidden=np.concatenate([network.coefs_[0] for network in networks], axis=1),
        hidden_bias=np.concatenate([network.intercepts_[0] for network in networks]),
        output=np.concatenate([network.coefs_[1] for network in networks]) / NETWORKS,
        output_bias=np.mean([network.intercepts_[1] for network in networks], axis=0),
        certain=none,
        likely=none,
    )


def _report(name: str, least: Sequence[float], lines: Sequence[Line], labels: Labels, probabilities: Vectors) -> None:
    sources = np.array([line.source for line in lines])
    whole = np.array([not line.varied for line in lines])
    for number, intent in enumerate(INTENTS):
        if intent is Intent.QUESTION:
            continue
        taken = (probabilities[:, number] >= least[number]) & (probabilities.argmax(axis=1) == number)
        for source in dict.fromkeys(sources):
            here = whole & (sources == source)
            right, all_taken = int((taken & here & (labels == number)).sum()), int((taken & here).sum())
            of = int((here & (labels == number)).sum())
            questions = int((taken & here & (labels == 0)).sum())
            print(
                f"{intent.value} {name} (from {least[number]:.3f}), {source}: {right} of {all_taken} right, "
                f"{right} of {of} found, {questions} of {int((here & (labels == 0)).sum())} questions taken"
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
