"""Groups of a question and its candidates, which the reader is trained on: states kept as bytes, in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Group", "Groups", "byte_scales", "to_bytes"]

Side = tuple[np.ndarray, np.ndarray]
"""A question's or passage's states and the ids of their tokens."""


@dataclass(frozen=True, slots=True)
class Group:
    """A question and its candidates, as indices, and which of them answer."""

    question: int
    candidates: tuple[int, ...]
    gold: tuple[bool, ...]


@dataclass
class Groups:
    """Questions and passages as (states, ids): int8 of shape (tokens, width), and (tokens,)."""

    questions: list[Side] = field(default_factory=list)
    passages: list[Side] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    def save(self, path: Path) -> None:
        rows = [[group.question, group.candidates, group.gold] for group in self.groups]
        arrays: dict[str, Any] = _concatenate("question", self.questions) | _concatenate("passage", self.passages)
        np.savez(path, **arrays, groups=np.asarray(json.dumps(rows)))

    @classmethod
    def load(cls, path: Path) -> Groups:
        with np.load(path, allow_pickle=False) as arrays:
            rows = json.loads(str(arrays["groups"]))
            groups = [Group(question, tuple(places), tuple(gold)) for question, places, gold in rows]
            return cls(_split("question", arrays), _split("passage", arrays), groups)


def _concatenate(name: str, sides: Sequence[Side]) -> dict[str, np.ndarray]:
    return {
        f"{name}_states": np.concatenate([states for states, _ in sides]),
        f"{name}_ids": np.concatenate([ids for _, ids in sides]),
        f"{name}_ends": np.cumsum([len(ids) for _, ids in sides]),
    }


def _split(name: str, arrays: Mapping[str, np.ndarray]) -> list[Side]:
    ends = arrays[f"{name}_ends"][:-1]
    return list(zip(np.split(arrays[f"{name}_states"], ends), np.split(arrays[f"{name}_ids"], ends), strict=True))


def byte_scales(states: Sequence[np.ndarray]) -> np.ndarray:
    """Return how much a step of a byte is worth in each dimension, so that almost all values fit."""
    sample = np.concatenate([rows.astype(np.float32) for rows in states[:: max(1, len(states) // 4000)]])
    scales: np.ndarray = (np.quantile(np.abs(sample), 0.9995, axis=0) / 127).astype(np.float32)
    return scales


def to_bytes(states: np.ndarray, scale: np.ndarray) -> np.ndarray:
    rounded: np.ndarray = np.clip(np.rint(states.astype(np.float32) / scale), -127, 127).astype(np.int8)
    return rounded
