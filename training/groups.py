"""Questions with their candidates, as the reader is trained on: states kept as bytes, written to one file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

__all__ = ["Group", "Groups", "scales", "to_bytes"]


@dataclass(frozen=True, slots=True)
class Group:
    """A question (its place among the questions), its candidates (places among the passages), which of them answer,
    and the tokens, first and last, of the words that answer in each, (-1, -1) where they are not known.

    One that was collected from a question set names its row there and the candidates' places among its hits."""

    question: int
    candidates: tuple[int, ...]
    gold: tuple[bool, ...]
    ends: tuple[tuple[int, int], ...]
    fold: str
    kind: str
    row: int = -1
    places: tuple[int, ...] = ()


@dataclass
class Groups:
    """`questions` and `passages` are arrays of int8 of shape (tokens, width), one each."""

    questions: list[np.ndarray] = field(default_factory=list)
    passages: list[np.ndarray] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    def save(self, path: Path) -> None:
        np.savez(
            path,
            questions=np.concatenate(self.questions),
            question_ends=np.cumsum([len(at) for at in self.questions]),
            passages=np.concatenate(self.passages),
            passage_ends=np.cumsum([len(at) for at in self.passages]),
            groups=np.asarray(
                json.dumps(
                    [[g.question, g.candidates, g.gold, g.ends, g.fold, g.kind, g.row, g.places] for g in self.groups]
                )
            ),
        )

    @classmethod
    def load(cls, path: Path) -> Groups:
        with np.load(path, allow_pickle=False) as kept:
            groups = [
                Group(q, tuple(c), tuple(map(bool, g)), tuple((int(a), int(b)) for a, b in e), f, k, r, tuple(p))
                for q, c, g, e, f, k, r, p in json.loads(str(kept["groups"]))
            ]
            return cls(
                np.split(kept["questions"], kept["question_ends"][:-1]),
                np.split(kept["passages"], kept["passage_ends"][:-1]),
                groups,
            )


def scales(states: Sequence[np.ndarray]) -> np.ndarray:
    """How much a step of a byte is worth in each dimension: almost all values fit."""
    sample = np.concatenate([at.astype(np.float32) for at in states[:: max(1, len(states) // 4000)]])
    return (np.quantile(np.abs(sample), 0.9995, axis=0) / 127).astype(np.float32)


def to_bytes(states: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(states.astype(np.float32) / scale), -127, 127).astype(np.int8)
