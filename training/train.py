"""Train the reader further from given weights, on a GPU if there is one, else on the processor.

    python -m training.train build/training/data/*.jsonl.gz --base ../shared/models/reader --out build/training/reader

Progress is kept in OUT/checkpoint.pt every few minutes: the same command, run again, goes on from there.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training.batches import cut, prepare
from training.data import read_jsonl
from training.distil import load_labels
from training.losses import distillation_loss, reader_loss
from training.model import ReaderModel, load_reader, save_reader
from training.tokens import PairTokenizer

__all__ = ["freeze", "train"]

WARM_UP = 60
"""Steps over which the rate rises."""


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--base", type=Path, required=True, help="folder of the reader to start from")
    parser.add_argument("--out", type=Path, required=True, help="folder of the trained reader")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--rate", type=float, default=4e-5, help="greatest learning rate")
    parser.add_argument("--dropout", type=float, default=0.0, help="on a processor it doubles the time of a step")
    parser.add_argument("--tokens", type=int, default=4_000, help="tokens of a batch, padding included")
    parser.add_argument("--frozen", type=int, default=0, help="lower layers that stay as they are, embeddings included")
    parser.add_argument("--teacher", type=Path, help="folder of labels that training.distil wrote")
    parser.add_argument("--hard", type=float, default=0.3, help="weight of the labels beside the teacher's")
    parser.add_argument("--save-minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    lines = [line for path in arguments.data for line in read_jsonl(path)]
    train(lines, arguments)
    return 0


def train(lines: list[dict[str, Any]], arguments: argparse.Namespace) -> None:
    torch.manual_seed(arguments.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tokenizer = PairTokenizer(arguments.base)
    model = load_reader(arguments.base, dropout=arguments.dropout)
    if arguments.frozen:
        freeze(model, arguments.frozen)
    model.to(device).train()
    optimizer = torch.optim.AdamW(_parameter_groups(model), lr=arguments.rate, betas=(0.9, 0.98))
    batches = [
        batch
        for epoch in range(int(np.ceil(arguments.epochs)))
        for batch in cut(lines, arguments.tokens, arguments.seed * 7_919 + epoch)
    ]
    batches = batches[: int(len(batches) * arguments.epochs / np.ceil(arguments.epochs))]
    checkpoint = arguments.out / "checkpoint.pt"
    arguments.out.mkdir(parents=True, exist_ok=True)
    soft = load_labels(arguments.teacher) if arguments.teacher else {}
    done = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        done = int(kept["step"])
    saved = started = time.monotonic()
    losses: list[float] = []
    for step in range(done, len(batches)):
        rate = arguments.rate * min(1.0, (step + 1) / WARM_UP) * max(0.02, 1 - step / len(batches))
        for group in optimizer.param_groups:
            group["lr"] = rate
        part = [lines[place] for place in batches[step]]
        batch, targets = prepare(part, tokenizer, random.Random(arguments.seed * 1_000_003 + step), soft)
        torch.manual_seed(arguments.seed * 1_000_003 + step)  # the same dropout after an interruption
        with torch.autocast(device.type, torch.bfloat16):
            outputs = model(*(tensor.to(device) for tensor in (batch.ids, batch.mask, batch.types)))
        loss = reader_loss(outputs, batch, targets, arguments.hard) + distillation_loss(outputs, batch, targets)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % 50 == 0 or step + 1 == len(batches):
            pace = (time.monotonic() - started) / (step + 1 - done)
            print(f"step {step + 1} of {len(batches)}, loss {np.mean(losses):.4f}, "
                  f"{pace * (len(batches) - step - 1) / 60:.0f} minutes left", flush=True)  # fmt: skip
            losses = []
        if time.monotonic() - saved > arguments.save_minutes * 60:
            _save_checkpoint(checkpoint, model, optimizer, step + 1)
            saved = time.monotonic()
    save_reader(model, arguments.out, arguments.base)
    checkpoint.unlink(missing_ok=True)


def freeze(model: ReaderModel, layers: int) -> None:
    """Keep the embeddings and the lower layers as they are: what they know is general, and a step takes less time."""
    for part in (model.enc.embeddings, *model.enc.encoder.layer[:layers]):
        part.requires_grad_(False)


def _parameter_groups(model: ReaderModel) -> list[dict[str, Any]]:
    named = [(name, value) for name, value in model.named_parameters() if value.requires_grad]
    decayed = [value for name, value in named if value.dim() > 1 and "embeddings" not in name]
    kept = [value for name, value in named if value.dim() <= 1 or "embeddings" in name]
    return [{"params": decayed, "weight_decay": 0.01}, {"params": kept, "weight_decay": 0.0}]


def _save_checkpoint(path: Path, model: ReaderModel, optimizer: torch.optim.Optimizer, step: int) -> None:
    partial = path.with_suffix(".partial")
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, partial)
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
