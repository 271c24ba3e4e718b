"""Questions -> groups that the reader is trained on.

    python -m training.prepare pairs sentence_questions.jsonl --out FOLDER
    python -m training.prepare sets --set DOCUMENTS QUESTIONS --cache FOLDER --out FOLDER

`pairs` writes FOLDER/pairs.npz and FOLDER/scale.npy, `sets` writes FOLDER/sets.npz; `pairs` comes first.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from index.states import LONGEST
from index.weigh import DEPTH
from training.fit import ranked_out_of_fold, read_sets
from training.groups import Group, Groups, scales, to_bytes
from training.pairs import keywords, misspelt, nearest, read_pairs, swapped
from training.states import Lower

REACH = 50
"""Near sentences of a pair are looked for so many sentences before and after its own."""

UNKNOWN = (-1, -1)


class _Builder:
    """Questions and passages, each text once, and the groups of them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.questions: list[str] = []
        self.passages: dict[tuple[str, str], int] = {}
        self.groups: list[Group] = []

    def add(
        self,
        question: str,
        texts: Sequence[tuple[str, str]],
        gold: Sequence[bool],
        kind: str,
        fold: str = "",
        row: int = -1,
        ends: Sequence[tuple[int, int]] = (),
        places: Sequence[int] = (),
    ) -> None:
        """In an order by chance: a place in the list tells nothing."""
        self.questions.append(question)
        order = list(range(len(texts)))
        self.chance.shuffle(order)
        ends = ends or [UNKNOWN] * len(texts)
        self.groups.append(
            Group(
                question=len(self.questions) - 1,
                candidates=tuple(self.passages.setdefault(texts[at], len(self.passages)) for at in order),
                gold=tuple(bool(gold[at]) for at in order),
                ends=tuple(ends[at] for at in order),
                fold=fold,
                kind=kind,
                row=row,
                places=tuple(places[at] for at in order) if places else (),
            )
        )

    def states(self, lower: Lower, scale: np.ndarray | None) -> tuple[Groups, np.ndarray]:
        passages = lower.passages(list(self.passages))
        scale = scales(passages) if scale is None else scale
        questions = [to_bytes(states, scale) for states in lower.questions(self.questions)]
        return Groups(questions, [to_bytes(at, scale)[:LONGEST] for at in passages], self.groups), scale


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    kinds = parser.add_subparsers(dest="kind", required=True)
    pairs = kinds.add_parser("pairs")
    pairs.add_argument("file", type=Path)
    sets = kinds.add_parser("sets")
    sets.add_argument("--set", nargs=2, type=Path, action="append", required=True, metavar=("DOCUMENTS", "QUESTIONS"))
    sets.add_argument("--cache", type=Path, required=True)
    for one in (pairs, sets):
        one.add_argument("--out", type=Path, required=True)
        one.add_argument("--threads", type=int, default=2)
    given = parser.parse_args(argv)
    torch.set_num_threads(given.threads)
    given.out.mkdir(parents=True, exist_ok=True)
    lower = Lower()
    if given.kind == "pairs":
        groups, scale = _of_pairs(given.file, lower).states(lower, None)
        np.save(given.out / "scale.npy", scale)
    else:
        groups, _ = _of_sets(given.set, given.cache, lower).states(lower, np.load(given.out / "scale.npy"))
    groups.save(given.out / f"{given.kind}.npz")
    print(f"{len(groups.groups)} groups, {sum(len(at.candidates) for at in groups.groups)} candidates")
    return 0


def _of_pairs(file: Path, lower: Lower) -> _Builder:
    sentences, pairs = read_pairs(file)
    near = nearest(lower.vectors([at.question for at in pairs]), lower.vectors(sentences), sentences, pairs, REACH, 12)
    chance = random.Random(1)
    made = _Builder(chance)
    texts = [
        (f"{sentences[at - 1]}\n{own}" if at and chance.random() < 0.9 else own, own)
        for at, own in enumerate(sentences)
    ]
    for pair, others in zip(pairs, near, strict=True):
        asked = _as_typed(pair.question, chance)
        hard = chance.sample(others[:4], min(2, len(others))) + chance.sample(others[4:], min(1, len(others[4:])))
        if chance.random() < 0.08:
            made.add(asked, [texts[at] for at in others[:4]], [False] * len(others[:4]), "absent")
        else:
            made.add(asked, [texts[at] for at in (pair.sentence, *hard)], [True] + [False] * len(hard), "asked")
        if chance.random() < 0.4:
            evidence = sentences[pair.sentence]
            other = swapped(pair.question, evidence, [sentences[at] for at in others], chance)
            if other:
                chosen = (pair.sentence, *others[:2])
                made.add(other, [texts[at] for at in chosen], [False] * len(chosen), "swapped")
    return made


def _of_sets(sets: Sequence[tuple[Path, Path]], cache: Path, lower: Lower) -> _Builder:
    """Every row that was collected, with its best hits by the signals; more swapped questions, for training alone."""
    rows = read_sets(sets, cache)
    ranked = ranked_out_of_fold(rows)
    chance = random.Random(2)
    made = _Builder(chance)
    for at, (row, hits) in enumerate(zip(rows, ranked, strict=True)):
        best = [hit.row for hit in hits[:DEPTH]]
        texts = [row.texts[place] for place in best]
        gold = [bool(row.gold[place]) for place in best]
        ends = [
            _ends(own, row.answers, lower) if right else UNKNOWN for (_, own), right in zip(texts, gold, strict=True)
        ]
        made.add(row.question, texts, gold, row.kind, row.fold, at, ends, best)
        if row.kind == "asked" and any(gold) and chance.random() < 0.6:
            evidence = " ".join(text for (text, _), right in zip(texts, gold, strict=True) if right)
            others = [own for (_, own), right in zip(texts, gold, strict=True) if not right]
            if other := swapped(row.question, evidence, others, chance):
                made.add(other, texts[:3], [False] * len(texts[:3]), "made", row.fold)
    return made


def _as_typed(question: str, chance: random.Random) -> str:
    way = chance.random()
    if way < 0.08:
        question = keywords(question, chance) or question
    elif way < 0.16:
        question = misspelt(question, chance)
    return question.rstrip(" ?") if chance.random() < 0.3 else question


def _ends(own: str, answers: Sequence[str], lower: Lower) -> tuple[int, int]:
    """First and last token of the words of `own` that answer."""
    for answer in sorted(answers, key=len):
        if (start := own.find(answer)) < 0:
            continue
        read = lower.tokenizer(own, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        held = [n for n, (a, b) in enumerate(read["offset_mapping"]) if a < start + len(answer) and start < b]
        if held and held[-1] < LONGEST:
            return held[0], held[-1]
    return UNKNOWN


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
