"""Train the reader further from given weights, on a GPU if there is one, else on the processor.

    python -m training.train build/training/data/*.jsonl.gz --base ../shared/models/reader --out build/training/reader

Progress is kept in OUT/checkpoint.pt every few minutes: the same command, run again, goes on from there.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from training.batches import Targets, cut, prepare
from training.data import read_jsonl
from training.distil import SoftLabel, load_labels
from training.losses import distillation_loss, reader_loss
from training.model import ReaderModel, load_reader, save_reader
from training.tokens import Batch, PairTokenizer

__all__ = ["freeze", "train"]

WARM_UP = 0.03
"""Share of the run in which the rate rises."""
REPORTED = 50
"""Steps between two reports."""


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
    parser.add_argument("--minutes", type=float, help="be done in so many minutes, whatever the epochs")
    parser.add_argument("--workers", type=int, default=0, help="processes that prepare batches, for a GPU")
    parser.add_argument("--save-minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    lines = [line for path in arguments.data for line in read_jsonl(path)]
    train(lines, arguments)
    return 0


class PreparedBatches(Dataset[tuple[Batch, Targets]]):
    """The batches of a run by step, the same whichever process prepares them."""

    def __init__(
        self,
        lines: Sequence[dict[str, Any]],
        tokenizer: PairTokenizer,
        soft: Mapping[str, SoftLabel],
        arguments: argparse.Namespace,
    ) -> None:
        epochs, self._seed = arguments.epochs, arguments.seed
        batches = [
            batch
            for epoch in range(int(np.ceil(epochs)))
            for batch in cut(lines, arguments.tokens, self._seed * 7_919 + epoch)
        ]
        self._batches = batches[: int(len(batches) * epochs / np.ceil(epochs))]
        self._lines, self._tokenizer, self._soft = lines, tokenizer, soft

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, step: int) -> tuple[Batch, Targets]:
        part = [self._lines[place] for place in self._batches[step]]
        return prepare(part, self._tokenizer, random.Random(self._seed * 1_000_003 + step), self._soft)


def train(lines: list[dict[str, Any]], arguments: argparse.Namespace) -> None:
    torch.manual_seed(arguments.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = load_reader(arguments.base, dropout=arguments.dropout)
    if arguments.frozen:
        freeze(model, arguments.frozen)
    model.to(device).train()
    optimizer = torch.optim.AdamW(
        _parameter_groups(model), lr=arguments.rate, betas=(0.9, 0.98), fused=device.type == "cuda"
    )
    soft = load_labels(arguments.teacher) if arguments.teacher else {}
    batches = PreparedBatches(lines, PairTokenizer(arguments.base), soft, arguments)
    checkpoint = arguments.out / "checkpoint.pt"
    arguments.out.mkdir(parents=True, exist_ok=True)
    done, spent = 0, 0.0
    if checkpoint.exists():
        kept = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        done, spent = int(kept["step"]), float(kept["seconds"])
    saved = started = time.monotonic()
    losses = torch.zeros((), device=device)
    loader = DataLoader(batches, batch_size=None, sampler=range(done, len(batches)), num_workers=arguments.workers)
    for step, (batch, targets) in enumerate(loader, done):
        seconds = spent + time.monotonic() - started
        progress = max(step / len(batches), seconds / (60 * arguments.minutes) if arguments.minutes else 0.0)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = arguments.rate * min(1.0, (progress + 1 / len(batches)) / WARM_UP) * max(0.02, 1 - progress)
        torch.manual_seed(arguments.seed * 1_000_003 + step)  # the same dropout after an interruption
        with torch.autocast(device.type, torch.bfloat16):
            outputs = model(*(tensor.to(device) for tensor in (batch.ids, batch.mask, batch.types)))
        loss = reader_loss(outputs, batch, targets, arguments.hard) + distillation_loss(outputs, batch, targets)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses += loss.detach()
        if (step + 1) % REPORTED == 0:
            pace = (time.monotonic() - started) / (step + 1 - done)
            print(f"step {step + 1} of {len(batches)}, loss {losses.item() / REPORTED:.4f}, "
                  f"{pace * (len(batches) - step - 1) / 60:.0f} minutes left", flush=True)  # fmt: skip
            losses.zero_()
        if time.monotonic() - saved > arguments.save_minutes * 60:
            _save_checkpoint(checkpoint, model, optimizer, step + 1, seconds)
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


def _save_checkpoint(
    path: Path, model: ReaderModel, optimizer: torch.optim.Optimizer, step: int, seconds: float
) -> None:
    partial = path.with_suffix(".partial")
    kept = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "seconds": seconds}
    torch.save(kept, partial)
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
