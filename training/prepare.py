"""Prepare the groups that the reader is trained on, from pairs of a question and its sentence.

    python -m training.prepare sentence_questions.jsonl --out GROUPS.npz --scale SCALE.npy [--seed 1] [--absent 0.08]

The worth of a byte, by dimension, is taken from SCALE.npy, or written there if it does not exist.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from index.retrieval.hidden_states import LONGEST
from training.groups import Group, Groups, byte_scales, to_bytes
from training.pairs import hard_negatives, make_unanswerable, misspell, read_pairs, to_keywords
from training.states import LowerLayers

REACH = 50
"""Hard negatives of a pair are looked for so many sentences before and after its own."""


class _Builder:
    """Questions and passages, each text once, and their groups."""

    def __init__(self, generator: random.Random) -> None:
        self.generator = generator
        self.questions: list[str] = []
        self.passages: dict[tuple[str, str], int] = {}
        self.groups: list[Group] = []

    def add(self, question: str, texts: Sequence[tuple[str, str]], gold: Sequence[bool]) -> None:
        """Add a group, shuffled: a place in the list tells nothing."""
        self.questions.append(question)
        order = list(range(len(texts)))
        self.generator.shuffle(order)
        places = tuple(self.passages.setdefault(texts[index], len(self.passages)) for index in order)
        self.groups.append(Group(len(self.questions) - 1, places, tuple(gold[index] for index in order)))

    def states(self, lower: LowerLayers, scale: np.ndarray | None) -> tuple[Groups, np.ndarray]:
        passages = lower.passages(list(self.passages))
        scale = byte_scales([states for states, _ in passages]) if scale is None else scale
        questions = [(to_bytes(states, scale), ids) for states, ids in lower.questions(self.questions)]
        kept = [(to_bytes(states[:LONGEST], scale), ids[:LONGEST]) for states, ids in passages]
        return Groups(questions, kept, self.groups), scale


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1, help="another one gives other negatives of the same pairs")
    parser.add_argument("--absent", type=float, default=0.08, help="share of questions asked without their sentence")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args(argv)
    torch.set_num_threads(arguments.threads)
    for path in (arguments.out, arguments.scale):
        path.parent.mkdir(parents=True, exist_ok=True)
    lower = LowerLayers()
    known = np.load(arguments.scale) if arguments.scale.exists() else None
    groups, scale = _of_pairs(arguments.file, lower, arguments.seed, arguments.absent).states(lower, known)
    if known is None:
        np.save(arguments.scale, scale)
    groups.save(arguments.out)
    print(f"{len(groups.groups)} groups, {sum(len(group.candidates) for group in groups.groups)} candidates")
    return 0


def _of_pairs(file: Path, lower: LowerLayers, seed: int, absent: float) -> _Builder:
    sentences, pairs = read_pairs(file)
    near = hard_negatives(
        lower.vectors([pair.question for pair in pairs]), lower.vectors(sentences), sentences, pairs, REACH, 12
    )
    generator = random.Random(seed)
    builder = _Builder(generator)
    texts = [
        (f"{sentences[place - 1]}\n{sentence}" if place and generator.random() < 0.9 else sentence, sentence)
        for place, sentence in enumerate(sentences)
    ]
    for pair, others in zip(pairs, near, strict=True):
        question = _retype(pair.question, generator)
        hard = generator.sample(others[:4], min(2, len(others))) + generator.sample(others[4:], min(1, len(others[4:])))
        if generator.random() < absent:
            builder.add(question, [texts[place] for place in others[:4]], [False] * len(others[:4]))
        else:
            builder.add(question, [texts[place] for place in (pair.sentence, *hard)], [True] + [False] * len(hard))
        if generator.random() < 0.4:
            evidence = sentences[pair.sentence]
            variant = make_unanswerable(pair.question, evidence, [sentences[place] for place in others], generator)
            if variant:
                chosen = (pair.sentence, *others[:2])
                builder.add(variant, [texts[place] for place in chosen], [False] * len(chosen))
    return builder


def _retype(question: str, generator: random.Random) -> str:
    draw = generator.random()
    if draw < 0.08:
        question = to_keywords(question, generator) or question
    elif draw < 0.16:
        question = misspell(question, generator)
    return question.rstrip(" ?") if generator.random() < 0.3 else question


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
