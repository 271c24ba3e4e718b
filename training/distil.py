"""Keep what teachers say of training lines, for `training.train --teacher`.

    python -m training.distil build/training/data/*.gz --teachers ../shared/models/teacher --out build/training/soft

A line's labels are the mean of all teachers' probabilities (Hinton, Vinyals and Dean 2015, arXiv 1503.02531), over the
window's tokens: BERT and MPNet cut a window into the same word pieces. Parts that are there already are not made again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from training.data import read_jsonl
from training.model import ReaderModel, load_reader
from training.tokens import PairTokenizer, pair_key, texts_of

__all__ = ["SoftLabel", "Teacher", "load_labels", "write_labels"]

PART = 1_024
"""Lines of a file of labels."""
MASKED = -1e4

Halves = np.ndarray[Any, np.dtype[np.float16]]


@dataclass(frozen=True, slots=True)
class SoftLabel:
    """Probabilities: that a window answers, of its tokens to begin and end the answering words, of a claim's labels."""

    answerable: float
    starts: Halves
    ends: Halves
    nli: tuple[float, ...]


class Teacher:
    """A reader whose probabilities another learns."""

    def __init__(self, model: ReaderModel, tokenizer: PairTokenizer) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = model.to(self._device).eval()
        self._tokenizer = tokenizer

    def label(self, texts: Sequence[tuple[str, str]]) -> list[SoftLabel]:
        """Return the labels of (question, window)."""
        pairs = self._tokenizer.pairs(texts)
        batch = self._tokenizer.batch(pairs)
        with torch.inference_mode(), torch.autocast(self._device.type, torch.bfloat16):
            tensors = (batch.ids, batch.mask, batch.types)
            answerable, start, end, nli = self._model(*(tensor.to(self._device) for tensor in tensors))
        answers, relations = answerable.float().sigmoid().cpu(), nli.float().softmax(1).cpu()
        starts, ends = (
            logits.float().cpu().masked_fill(~batch.window, MASKED).softmax(1).half().numpy() for logits in (start, end)
        )
        return [
            SoftLabel(float(answers[row]), starts[row][window], ends[row][window], tuple(relations[row].tolist()))
            for row, window in enumerate(batch.window.numpy())
        ]


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--teachers", type=Path, nargs="+", required=True, help="folders of readers")
    parser.add_argument("--out", type=Path, required=True, help="folder of the labels")
    parser.add_argument("--batch", type=int, default=16, help="pairs that a teacher reads at once")
    arguments = parser.parse_args(argv)
    lines = (line for path in arguments.data for line in read_jsonl(path))
    teachers = [Teacher(load_reader(folder), PairTokenizer(folder)) for folder in arguments.teachers]
    write_labels([texts_of(line) for line in lines], teachers, arguments.out, arguments.batch)
    return 0


def write_labels(texts: Sequence[tuple[str, str]], teachers: Sequence[Teacher], out: Path, batch: int = 16) -> None:
    """Write the labels that `out` lacks, in parts; each is complete or absent."""
    out.mkdir(parents=True, exist_ok=True)
    known = load_labels(out)
    missing = {key: text for text in texts if (key := pair_key(*text)) not in known}
    keys = sorted(missing, key=lambda key: len(missing[key][1]))
    first = len(list(out.glob("*.npz")))
    for number, begin in enumerate(range(0, len(keys), PART), first):
        part = keys[begin : begin + PART]
        labels: list[SoftLabel] = []
        for start in range(0, len(part), batch):
            asked = [missing[key] for key in part[start : start + batch]]
            labels += [_mean(answers) for answers in zip(*(teacher.label(asked) for teacher in teachers), strict=True)]
        partial = out / "labels.partial"
        with partial.open("wb") as file:
            np.savez(
                file,
                keys=np.array(part),
                answerable=np.array([label.answerable for label in labels], np.float32),
                nli=np.array([label.nli for label in labels], np.float32),
                lengths=np.array([len(label.starts) for label in labels]),
                starts=np.concatenate([label.starts for label in labels]),
                ends=np.concatenate([label.ends for label in labels]),
            )
        partial.replace(out / f"{number:05}.npz")
        print(f"{begin + len(part)} of {len(keys)} lines labelled", file=sys.stderr)


def load_labels(folder: Path) -> Mapping[str, SoftLabel]:
    """Return the labels of a folder and the folders in it by `pair_key`."""
    labels: dict[str, SoftLabel] = {}
    for path in sorted(folder.rglob("*.npz")):
        with np.load(path) as part:
            ends = np.cumsum(part["lengths"])[:-1]
            rows = zip(
                part["keys"],
                part["answerable"],
                np.split(part["starts"], ends),
                np.split(part["ends"], ends),
                part["nli"].tolist(),
                strict=True,
            )
            labels |= {
                str(key): SoftLabel(float(answer), start, end, tuple(nli)) for key, answer, start, end, nli in rows
            }
    return labels


def _mean(labels: Sequence[SoftLabel]) -> SoftLabel:
    """Return the mean of the teachers' labels, over the tokens that all of them saw."""
    count = min(len(label.starts) for label in labels)
    starts = np.stack([label.starts[:count] for label in labels]).mean(0, dtype=np.float32)
    ends = np.stack([label.ends[:count] for label in labels]).mean(0, dtype=np.float32)
    answerable = float(np.mean([label.answerable for label in labels]))
    nli = tuple(np.mean([label.nli for label in labels], axis=0).tolist())
    return SoftLabel(answerable, starts.astype(np.float16), ends.astype(np.float16), nli)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
