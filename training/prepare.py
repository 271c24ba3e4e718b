"""Pairs of a question and its sentence -> groups that the reader is trained on.

    python -m training.prepare sentence_questions.jsonl --out GROUPS.npz --scale SCALE.npy [--seed 1] [--absent 0.08]

The worth of a byte, by dimension, is taken from SCALE.npy, or written there where it is not yet.
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
from training.groups import Group, Groups, scales, to_bytes
from training.pairs import keywords, misspelt, nearest, read_pairs, swapped
from training.states import Lower

REACH = 50
"""Near sentences of a pair are looked for so many sentences before and after its own."""


class _Builder:
    """Questions and passages, each text once, and the groups of them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.questions: list[str] = []
        self.passages: dict[tuple[str, str], int] = {}
        self.groups: list[Group] = []

    def add(self, question: str, texts: Sequence[tuple[str, str]], gold: Sequence[bool]) -> None:
        """In an order by chance: a place in the list tells nothing."""
        self.questions.append(question)
        order = list(range(len(texts)))
        self.chance.shuffle(order)
        places = tuple(self.passages.setdefault(texts[at], len(self.passages)) for at in order)
        self.groups.append(Group(len(self.questions) - 1, places, tuple(gold[at] for at in order)))

    def states(self, lower: Lower, scale: np.ndarray | None) -> tuple[Groups, np.ndarray]:
        passages = lower.passages(list(self.passages))
        scale = scales([states for states, _ in passages]) if scale is None else scale
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
    given = parser.parse_args(argv)
    torch.set_num_threads(given.threads)
    for path in (given.out, given.scale):
        path.parent.mkdir(parents=True, exist_ok=True)
    lower = Lower()
    known = np.load(given.scale) if given.scale.exists() else None
    groups, scale = _of_pairs(given.file, lower, given.seed, given.absent).states(lower, known)
    if known is None:
        np.save(given.scale, scale)
    groups.save(given.out)
    print(f"{len(groups.groups)} groups, {sum(len(at.candidates) for at in groups.groups)} candidates")
    return 0


def _of_pairs(file: Path, lower: Lower, seed: int, absent: float) -> _Builder:
    sentences, pairs = read_pairs(file)
    near = nearest(lower.vectors([at.question for at in pairs]), lower.vectors(sentences), sentences, pairs, REACH, 12)
    chance = random.Random(seed)
    made = _Builder(chance)
    texts = [
        (f"{sentences[at - 1]}\n{own}" if at and chance.random() < 0.9 else own, own)
        for at, own in enumerate(sentences)
    ]
    for pair, others in zip(pairs, near, strict=True):
        asked = _as_typed(pair.question, chance)
        hard = chance.sample(others[:4], min(2, len(others))) + chance.sample(others[4:], min(1, len(others[4:])))
        if chance.random() < absent:
            made.add(asked, [texts[at] for at in others[:4]], [False] * len(others[:4]))
        else:
            made.add(asked, [texts[at] for at in (pair.sentence, *hard)], [True] + [False] * len(hard))
        if chance.random() < 0.4:
            evidence = sentences[pair.sentence]
            other = swapped(pair.question, evidence, [sentences[at] for at in others], chance)
            if other:
                chosen = (pair.sentence, *others[:2])
                made.add(other, [texts[at] for at in chosen], [False] * len(chosen))
    return made


def _as_typed(question: str, chance: random.Random) -> str:
    way = chance.random()
    if way < 0.08:
        question = keywords(question, chance) or question
    elif way < 0.16:
        question = misspelt(question, chance)
    return question.rstrip(" ?") if chance.random() < 0.3 else question


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
