"""Batches of training lines with what they should be read as."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.augment import vary_question
from training.distil import SoftLabel
from training.tokens import Batch, PairTokenizer, pair_key, texts_of

__all__ = ["Targets", "cut", "prepare"]

POOL = 2_048
"""Lines that are sorted by length before they are cut into batches."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What a batch should be read as.

    Attributes
    ----------
    answerable : Tensor, shape (pairs,)
        1.0 or 0.0; NaN for a claim.
    starts, ends : Tensor of bool, shape (pairs, tokens)
        Tokens that begin or end the answering words.
    nli : Tensor of int64, shape (pairs,)
        0 entailed, 1 neutral, 2 contradicted; of a question: the window says yes, neither, no; -1 if not known.
    weight : Tensor, shape (pairs,)
    soft_answerable : Tensor, shape (pairs,)
        The teachers' probability; NaN where they were not asked.
    soft_starts, soft_ends : Tensor, shape (pairs, tokens)
        The teachers' probabilities over the window's tokens.
    soft_nli : Tensor, shape (pairs, 3)
        The teachers' probabilities of a claim; NaN where they were not asked.
    """

    answerable: Tensor
    starts: Tensor
    ends: Tensor
    nli: Tensor
    weight: Tensor
    soft_answerable: Tensor
    soft_starts: Tensor
    soft_ends: Tensor
    soft_nli: Tensor


def cut(lines: Sequence[dict[str, Any]], tokens: int, seed: int) -> Iterator[list[int]]:
    """Yield the batches of one epoch as places of lines, of similar length, in random order.

    Parameters
    ----------
    tokens : int
        Tokens of a batch at most, padding included, by an estimate from the characters.
    """
    rng = random.Random(seed)
    order = rng.sample(range(len(lines)), len(lines))
    lengths = [24 + len(line.get("ctx") or line["premise"]) // 4 for line in lines]
    batches = []
    for begin in range(0, len(order), POOL):
        batch: list[int] = []
        for place in sorted(order[begin : begin + POOL], key=lambda place: lengths[place]):
            if batch and (len(batch) + 1) * lengths[place] > tokens:
                batches.append(batch)
                batch = []
            batch.append(place)
        batches.append(batch)
    rng.shuffle(batches)
    yield from batches


def prepare(
    lines: Sequence[dict[str, Any]],
    tokenizer: PairTokenizer,
    rng: random.Random,
    soft: Mapping[str, SoftLabel] | None = None,
) -> tuple[Batch, Targets]:
    """Return lines as a batch with its targets; questions are varied as people type them."""
    texts = [texts_of(line) for line in lines]
    pairs = tokenizer.pairs([
        (vary_question(first, rng), second) if "ctx" in line else (first, second)
        for line, (first, second) in zip(lines, texts, strict=True)
    ])  # fmt: skip
    batch = tokenizer.batch(pairs)
    starts, ends = torch.zeros_like(batch.window), torch.zeros_like(batch.window)
    soft_starts, soft_ends = torch.zeros(batch.window.shape), torch.zeros(batch.window.shape)
    soft_answerable, soft_nli = torch.full((len(lines),), torch.nan), torch.full((len(lines), 3), torch.nan)
    for row, (line, pair) in enumerate(zip(lines, pairs, strict=True)):
        for span in line.get("spans") or ():
            if tokens := pair.tokens_of(span):
                starts[row, tokens[0]] = ends[row, tokens[-1]] = True
        if line.get("ev") and not line.get("spans"):
            tokens = pair.tokens_of(line["ev"])
            starts[row, tokens] = ends[row, tokens] = True
        label = soft.get(pair_key(*texts[row])) if soft else None
        if label and "nli" in line:
            soft_nli[row] = torch.tensor(label.nli)
        if label and "ctx" in line:
            soft_answerable[row] = label.answerable
            for table, probabilities in ((soft_starts, label.starts), (soft_ends, label.ends)):
                count = min(len(probabilities), len(pair.offsets))
                table[row, pair.start : pair.start + count] = torch.from_numpy(probabilities[:count].astype(np.float32))
    answerable = torch.tensor([float(line["y"]) if line.get("y") is not None else float("nan") for line in lines])
    nli = torch.tensor([int(line.get("nli", -1)) for line in lines])
    weight = torch.tensor([float(line.get("w", 1.0)) for line in lines])
    return batch, Targets(answerable, starts, ends, nli, weight, soft_answerable, soft_starts, soft_ends, soft_nli)
