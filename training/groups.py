"""Questions with their candidates, as the reader is trained on: states kept as bytes, written to one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

__all__ = ["Group", "Groups", "scales", "to_bytes"]

Side = tuple[np.ndarray, np.ndarray]
"""A question's or a passage's states and the ids of their tokens."""


@dataclass(frozen=True, slots=True)
class Group:
    """A question (its place among the questions), its candidates (places among the passages), and which of them
    answer."""

    question: int
    candidates: tuple[int, ...]
    gold: tuple[bool, ...]


@dataclass
class Groups:
    """`questions` and `passages` are (states, ids) each: int8 of shape (tokens, width), and (tokens,)."""

    questions: list[Side] = field(default_factory=list)
    passages: list[Side] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    def save(self, path: Path) -> None:
        np.savez(
            path,
            **_joined("question", self.questions),
            **_joined("passage", self.passages),
            groups=np.asarray(json.dumps([[at.question, at.candidates, at.gold] for at in self.groups])),
        )

    @classmethod
    def load(cls, path: Path) -> Groups:
        with np.load(path, allow_pickle=False) as kept:
            rows = json.loads(str(kept["groups"]))
            groups = [Group(question, tuple(places), tuple(gold)) for question, places, gold in rows]
            return cls(_parted("question", kept), _parted("passage", kept), groups)


def _joined(name: str, sides: Sequence[Side]) -> dict[str, np.ndarray]:
    return {
        f"{name}_states": np.concatenate([states for states, _ in sides]),
        f"{name}_ids": np.concatenate([ids for _, ids in sides]),
        f"{name}_ends": np.cumsum([len(ids) for _, ids in sides]),
    }


def _parted(name: str, kept: Mapping[str, np.ndarray]) -> list[Side]:
    ends = kept[f"{name}_ends"][:-1]
    return list(zip(np.split(kept[f"{name}_states"], ends), np.split(kept[f"{name}_ids"], ends), strict=True))


def scales(states: Sequence[np.ndarray]) -> np.ndarray:
    """How much a step of a byte is worth in each dimension: almost all values fit."""
    sample = np.concatenate([at.astype(np.float32) for at in states[:: max(1, len(states) // 4000)]])
    return (np.quantile(np.abs(sample), 0.9995, axis=0) / 127).astype(np.float32)


def to_bytes(states: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(states.astype(np.float32) / scale), -127, 127).astype(np.int8)
