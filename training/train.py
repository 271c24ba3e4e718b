"""Train the reader on groups of candidates.

    python -m training.train GROUPS.npz --out FOLDER [--from WEIGHTS] [--fold N] [--epochs 1] [--rate 5e-5]

A run that was stopped goes on from its last checkpoint. On a GPU where there is one.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.folds import fold_of
from training.groups import Group, Groups
from training.reader import Reader

__all__ = ["load", "scores"]

BATCH = 16
"""Groups in a step."""

PARTS = 3
"""Pairs of a step are read in so many parts of like length, so that little is padded."""

SPANS = 0.3
"""Weight of the loss of the words that answer."""

CHECKPOINT = 100

KINDS = {"asked": 4, "absent": 4, "made": 3, "swapped": 3, "stranger": 2}
"""Kinds of groups that are trained on (see `training.collect` and `training.prepare`), and how many of the candidates
are: those that answer, and of the others some by chance."""


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=Path, required=True, help="worth of a step of a byte, by dimension")
    parser.add_argument("--from", dest="begin", type=Path, help="weights to begin with")
    parser.add_argument("--fold", type=int, help="leave out the articles of this fold")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args(argv)
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    given.out.mkdir(parents=True, exist_ok=True)
    sets = [Groups.load(path) for path in given.groups]
    articles = sorted({group.fold for at in sets for group in at.groups if group.kind != "single"})
    work = [
        (at, group)
        for at in sets
        for group in at.groups
        if group.kind in KINDS and (given.fold is None or fold_of(group.fold, articles) != given.fold)
    ]
    reader = Reader().to(device).train()
    if given.begin:
        load(reader, given.begin)
    scale = torch.from_numpy(np.load(given.scale)).to(device)
    steps = int(given.epochs * len(work) / BATCH)
    heads = [*reader.head.parameters(), *reader.ends.parameters(), reader.kind]
    optimizer = torch.optim.AdamW(
        [
            {"params": list(reader.layers.parameters()), "lr": given.rate},
            {"params": heads, "lr": given.rate * 10},
        ],
        weight_decay=0.01,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.06 * steps + 1), max(0.0, 1 - step / steps))
    )
    kept, step = given.out / "checkpoint.pt", 0
    if kept.exists():
        state = torch.load(kept, weights_only=True)
        reader.load_state_dict(state["reader"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        step = state["step"]
        print(f"goes on from step {step}", file=sys.stderr)
    order = _order(len(work), steps * BATCH, given.seed)
    started, losses = time.monotonic(), []
    while step < steps:
        chance = random.Random(given.seed + step)
        batch = [(at, _fewer(group, chance)) for at, group in (work[at] for at in order[step * BATCH :][:BATCH])]
        loss = _loss(reader, batch, scale, device)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(float(loss.detach()))
        step += 1
        if step % 20 == 0:
            left = (time.monotonic() - started) / len(losses) * (steps - step) / 60
            print(f"step {step} of {steps}, loss {np.mean(losses[-100:]):.4f}, {left:.0f} min left", flush=True)
        if step % CHECKPOINT == 0:
            torch.save(
                {
                    "reader": reader.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "schedule": schedule.state_dict(),
                    "step": step,
                },
                kept.with_suffix(".new"),
            )
            kept.with_suffix(".new").replace(kept)
    torch.save(reader.state_dict(), given.out / "reader.pt")
    kept.unlink(missing_ok=True)
    return 0


def load(reader: Reader, path: Path) -> Reader:
    reader.load_state_dict(torch.load(path, weights_only=True, map_location="cpu"))
    return reader


def scores(
    reader: Reader, groups: Groups, chosen: Sequence[Group], scale: Tensor
) -> list[tuple[np.ndarray, list[np.ndarray]]]:
    """For each group the log-odds of its candidates, and for each candidate the log-odds of its tokens' two ends."""
    reader.eval()
    found = []
    with torch.inference_mode():
        for begin in range(0, len(chosen), BATCH):
            batch = [(groups, group) for group in chosen[begin : begin + BATCH]]
            odds, ends = _read(reader, batch, scale, "cpu")
            at = 0
            for _, group in batch:
                n = len(group.candidates)
                found.append((odds[at : at + n].numpy(), [one.numpy() for one in ends[at : at + n]]))
                at += n
    return found


def _fewer(group: Group, chance: random.Random) -> Group:
    """The group with no more candidates than are trained on."""
    others = [at for at, gold in enumerate(group.gold) if not gold]
    room = max(1, KINDS[group.kind] - sum(group.gold))
    kept = sorted([at for at, gold in enumerate(group.gold) if gold] + chance.sample(others, min(room, len(others))))
    return replace(
        group,
        candidates=tuple(group.candidates[at] for at in kept),
        gold=tuple(group.gold[at] for at in kept),
        ends=tuple(group.ends[at] for at in kept),
    )


def _order(size: int, wanted: int, seed: int) -> list[int]:
    chance, order = random.Random(seed), []
    while len(order) < wanted:
        turn = list(range(size))
        chance.shuffle(turn)
        order += turn
    return order


def _loss(reader: Reader, batch: Sequence[tuple[Groups, Group]], scale: Tensor, device: str) -> Tensor:
    """Cross-entropy over a group's candidates and "none of them", and over the tokens of the words that answer."""
    odds, ends = _read(reader, batch, scale, device)
    total, spans, at = odds.new_zeros(()), [], 0
    for _, group in batch:
        n = len(group.candidates)
        own = torch.cat((odds.new_zeros(1), odds[at : at + n]))
        gold = torch.tensor([not any(group.gold), *group.gold], device=device)
        total = total + torch.logsumexp(own, 0) - torch.logsumexp(own[gold], 0)
        for one, (first, last) in zip(ends[at : at + n], group.ends, strict=True):
            if 0 <= first <= last < len(one):
                logs = torch.log_softmax(one, 0)
                spans.append(-(logs[first, 0] + logs[last, 1]) / 2)
        at += n
    loss = total / len(batch)
    return loss + SPANS * torch.stack(spans).mean() if spans else loss


def _read(
    reader: Reader, batch: Sequence[tuple[Groups, Group]], scale: Tensor, device: str
) -> tuple[Tensor, list[Tensor]]:
    """Log-odds of all candidates of the batch, in order, and of the tokens of each passage."""
    pairs = [
        (groups.questions[group.question], groups.passages[at]) for groups, group in batch for at in group.candidates
    ]
    by_length = sorted(range(len(pairs)), key=lambda at: len(pairs[at][0]) + len(pairs[at][1]))
    parts = [part.tolist() for part in np.array_split(np.asarray(by_length), PARTS) if len(part)]
    odds: list[Tensor | None] = [None] * len(pairs)
    ends: list[Tensor | None] = [None] * len(pairs)
    for part in parts:
        longest = max(len(pairs[at][0]) + len(pairs[at][1]) for at in part)
        states = np.zeros((len(part), longest, len(scale)), np.int8)
        mask = np.zeros((len(part), longest), np.int64)
        second = np.zeros_like(mask)
        for row, at in enumerate(part):
            question, passage = pairs[at]
            end = len(question) + len(passage)
            states[row, : len(question)], states[row, len(question) : end] = question, passage
            mask[row, :end], second[row, len(question) : end] = 1, 1
        found, tokens = reader(
            torch.from_numpy(states).to(device).float() * scale,
            torch.from_numpy(mask).to(device),
            torch.from_numpy(second).to(device),
        )
        for row, at in enumerate(part):
            n = len(pairs[at][0])
            odds[at], ends[at] = found[row], tokens[row, n : n + len(pairs[at][1])]
    return torch.stack([at for at in odds if at is not None]), [at for at in ends if at is not None]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
