"""Train the reader on groups of candidates.

    python -m training.train GROUPS.npz --scale SCALE.npy --out FOLDER [--from WEIGHTS] [--epochs 1] [--rate 1e-4]

A run that was stopped continues from its last checkpoint. It uses a GPU if there is one; on several cores it is fastest
as so many processes of one thread, `torchrun --nproc-per-node 2 -m training.train ... --threads 1`, which share each
batch.
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

__all__ = ["load_weights"]

BATCH = 16
"""Groups in a step."""

PARTS = 3
"""The pairs of a step are read in so many parts of like length, so that little is padded."""

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
    arguments = parser.parse_args(argv)
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    bfloat16 = device == "cuda" or torch.cpu._is_amx_tile_supported()  # elsewhere 16 bits are no faster
    rank, workers = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    if workers > 1:
        distributed.init_process_group("gloo")
    arguments.out.mkdir(parents=True, exist_ok=True)
    groups = Groups.load(arguments.groups)
    reader = Reader().to(device).train()
    if arguments.begin:
        load_weights(reader, arguments.begin)
    scale = torch.from_numpy(np.load(arguments.scale)).to(device)
    steps = int(arguments.epochs * len(groups.groups) / BATCH)
    optimizer = _optimizer(reader, arguments.rate)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.06 * steps + 1), max(0.0, 1 - step / steps))
    )
    checkpoint, step = arguments.out / "checkpoint.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        reader.load_state_dict(state["reader"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        step = state["step"]
        print(f"goes on from step {step}", file=sys.stderr)
    order = _shuffled_order(len(groups.groups), steps * BATCH, arguments.seed)
    started, losses = time.monotonic(), []
    while step < steps:
        batch = [groups.groups[index] for index in order[step * BATCH :][:BATCH]]
        with torch.autocast(device, torch.bfloat16, enabled=bfloat16):
            loss = _loss(reader, groups, batch[rank::workers], scale, device)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it without types
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
                checkpoint.with_suffix(".new"),
            )
            checkpoint.with_suffix(".new").replace(checkpoint)
    if rank == 0:
        torch.save(reader.state_dict(), arguments.out / "reader.pt")
        checkpoint.unlink(missing_ok=True)
    if workers > 1:
        distributed.destroy_process_group()
    return 0


def load_weights(reader: Reader, path: Path) -> Reader:
    reader.load_state_dict(torch.load(path, weights_only=True, map_location="cpu"))
    return reader


def _optimizer(reader: Reader, rate: float) -> torch.optim.Optimizer:
    """Return an optimizer: new weights learn ten times faster than the layers, which are pretrained."""
    layers = list(reader.layers.parameters())
    layer_ids = {id(parameter) for parameter in layers}
    new = [parameter for parameter in reader.parameters() if id(parameter) not in layer_ids]
    return torch.optim.AdamW([{"params": layers, "lr": rate}, {"params": new, "lr": rate * 10}], weight_decay=0.01)


def _average_gradients(reader: Reader, workers: int) -> None:
    """Replace the gradients of every worker by the mean of all."""
    parameters = list(reader.parameters())
    flat = torch.cat(
        [
            (torch.zeros_like(parameter) if parameter.grad is None else parameter.grad).flatten()
            for parameter in parameters
        ]
    )
    distributed.all_reduce(flat)
    flat /= workers
    for parameter, mean in zip(
        parameters, torch.split(flat, [parameter.numel() for parameter in parameters]), strict=True
    ):
        parameter.grad = mean.view_as(parameter)


def _shuffled_order(size: int, wanted: int, seed: int) -> list[int]:
    generator = random.Random(seed)
    order: list[int] = []
    while len(order) < wanted:
        epoch = list(range(size))
        generator.shuffle(epoch)
        order += epoch
    return order


def _loss(reader: Reader, groups: Groups, batch: Sequence[Group], scale: Tensor, device: str) -> Tensor:
    """Return the cross-entropy over a group's candidates and "none of them", averaged over the groups."""
    odds = _read(reader, groups, batch, scale, device)
    total, first = odds.new_zeros(()), 0
    for group in batch:
        n = len(group.candidates)
        group_odds = torch.cat((odds.new_zeros(1), odds[first : first + n]))
        gold = torch.tensor([not any(group.gold), *group.gold], device=device)
        total = total + torch.logsumexp(group_odds, 0) - torch.logsumexp(group_odds[gold], 0)
        first += n
    return total / len(batch)


def _read(reader: Reader, groups: Groups, batch: Sequence[Group], scale: Tensor, device: str) -> Tensor:
    """Return the log-odds of all candidates of the batch, in order."""
    pairs = [
        (groups.questions[group.question], groups.passages[index]) for group in batch for index in group.candidates
    ]
    lengths = [len(question_ids) + len(passage_ids) for (_, question_ids), (_, passage_ids) in pairs]
    by_length = sorted(range(len(pairs)), key=lengths.__getitem__)
    parts = [part.tolist() for part in np.array_split(np.asarray(by_length), PARTS) if len(part)]
    odds: list[Tensor | None] = [None] * len(pairs)
    for part in parts:
        longest = max(lengths[index] for index in part)
        states = np.zeros((len(part), longest, len(scale)), np.int8)
        ids = np.zeros((len(part), longest), np.int64)
        mask, second = np.zeros_like(ids), np.zeros_like(ids)
        for row, index in enumerate(part):
            (question, question_ids), (passage, passage_ids) = pairs[index]
            n, end = len(question_ids), lengths[index]
            states[row, :n], states[row, n:end] = question, passage
            ids[row, :n], ids[row, n:end] = question_ids, passage_ids
            mask[row, :end], second[row, n:end] = 1, 1
        part_odds = reader(
            torch.from_numpy(states).to(device).float() * scale,
            torch.from_numpy(ids).to(device),
            torch.from_numpy(mask).to(device),
            torch.from_numpy(second).to(device),
        )
        for row, index in enumerate(part):
            odds[index] = part_odds[row]
    return torch.stack([value.float() for value in odds if value is not None])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
