"""Train the reader on groups of candidates.

    python -m training.train GROUPS.npz --scale SCALE.npy --out FOLDER [--from WEIGHTS] [--epochs 1] [--rate 1e-4]

A run that was stopped goes on from its last checkpoint. On a GPU where there is one; on several cores best as so many
processes of one thread, `torchrun --nproc-per-node 2 -m training.train ... --threads 1`, which share each batch.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, distributed

from training.groups import Group, Groups
from training.reader import Reader

__all__ = ["load"]

BATCH = 16
"""Groups in a step."""

PARTS = 3
"""Pairs of a step are read in so many parts of like length, so that little is padded."""

CHECKPOINT = 100


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=Path, required=True, help="worth of a step of a byte, by dimension")
    parser.add_argument("--from", dest="begin", type=Path, help="weights to begin with")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args(argv)
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    short = device == "cuda" or torch.cpu._is_amx_tile_supported()  # elsewhere 16 bits are no faster
    rank, workers = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if workers > 1:
        distributed.init_process_group("gloo")
    given.out.mkdir(parents=True, exist_ok=True)
    groups = Groups.load(given.groups)
    reader = Reader().to(device).train()
    if given.begin:
        load(reader, given.begin)
    scale = torch.from_numpy(np.load(given.scale)).to(device)
    steps = int(given.epochs * len(groups.groups) / BATCH)
    optimizer = _optimizer(reader, given.rate)
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
    order = _order(len(groups.groups), steps * BATCH, given.seed)
    started, losses = time.monotonic(), []
    while step < steps:
        batch = [groups.groups[at] for at in order[step * BATCH :][:BATCH]]
        with torch.autocast(device, torch.bfloat16, enabled=short):
            loss = _loss(reader, groups, batch[rank::workers], scale, device)
        loss.backward()
        if workers > 1:
            _average_gradients(reader, workers)
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(float(loss.detach()))
        step += 1
        if step % 20 == 0 and rank == 0:
            left = (time.monotonic() - started) / len(losses) * (steps - step) / 60
            print(f"step {step} of {steps}, loss {np.mean(losses[-100:]):.4f}, {left:.0f} min left", flush=True)
        if step % CHECKPOINT == 0 and rank == 0:
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
    if rank == 0:
        torch.save(reader.state_dict(), given.out / "reader.pt")
        kept.unlink(missing_ok=True)
    if workers > 1:
        distributed.destroy_process_group()
    return 0


def load(reader: Reader, path: Path) -> Reader:
    reader.load_state_dict(torch.load(path, weights_only=True, map_location="cpu"))
    return reader


def _optimizer(reader: Reader, rate: float) -> torch.optim.Optimizer:
    """What is new learns ten times faster than the layers, which have learnt before."""
    layers = list(reader.layers.parameters())
    known = {id(at) for at in layers}
    fresh = [at for at in reader.parameters() if id(at) not in known]
    return torch.optim.AdamW([{"params": layers, "lr": rate}, {"params": fresh, "lr": rate * 10}], weight_decay=0.01)


def _average_gradients(reader: Reader, workers: int) -> None:
    """Every worker goes on with the mean of all workers' gradients."""
    parameters = list(reader.parameters())
    flat = torch.cat([(torch.zeros_like(at) if at.grad is None else at.grad).flatten() for at in parameters])
    distributed.all_reduce(flat)
    flat /= workers
    for at, mean in zip(parameters, flat.split([at.numel() for at in parameters]), strict=True):
        at.grad = mean.view_as(at)


def _order(size: int, wanted: int, seed: int) -> list[int]:
    chance, order = random.Random(seed), []
    while len(order) < wanted:
        turn = list(range(size))
        chance.shuffle(turn)
        order += turn
    return order


def _loss(reader: Reader, groups: Groups, batch: Sequence[Group], scale: Tensor, device: str) -> Tensor:
    """Cross-entropy over a group's candidates and "none of them", the mean of the groups."""
    odds = _read(reader, groups, batch, scale, device)
    total, at = odds.new_zeros(()), 0
    for group in batch:
        n = len(group.candidates)
        own = torch.cat((odds.new_zeros(1), odds[at : at + n]))
        gold = torch.tensor([not any(group.gold), *group.gold], device=device)
        total = total + torch.logsumexp(own, 0) - torch.logsumexp(own[gold], 0)
        at += n
    return total / len(batch)


def _read(reader: Reader, groups: Groups, batch: Sequence[Group], scale: Tensor, device: str) -> Tensor:
    """Log-odds of all candidates of the batch, in order."""
    pairs = [(groups.questions[group.question], groups.passages[at]) for group in batch for at in group.candidates]
    lengths = [len(asked) + len(own) for (_, asked), (_, own) in pairs]
    by_length = sorted(range(len(pairs)), key=lengths.__getitem__)
    parts = [part.tolist() for part in np.array_split(np.asarray(by_length), PARTS) if len(part)]
    odds: list[Tensor | None] = [None] * len(pairs)
    for part in parts:
        longest = max(lengths[at] for at in part)
        states = np.zeros((len(part), longest, len(scale)), np.int8)
        ids = np.zeros((len(part), longest), np.int64)
        mask, second = np.zeros_like(ids), np.zeros_like(ids)
        for row, at in enumerate(part):
            (question, asked), (passage, own) = pairs[at]
            n, end = len(asked), lengths[at]
            states[row, :n], states[row, n:end] = question, passage
            ids[row, :n], ids[row, n:end] = asked, own
            mask[row, :end], second[row, n:end] = 1, 1
        found = reader(
            torch.from_numpy(states).to(device).float() * scale,
            torch.from_numpy(ids).to(device),
            torch.from_numpy(mask).to(device),
            torch.from_numpy(second).to(device),
        )
        for row, at in enumerate(part):
            odds[at] = found[row]
    return torch.stack([at.float() for at in odds if at is not None])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
