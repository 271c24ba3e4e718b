"""What a reader says of questions and windows: a folder of weights by torch, an exported graph by onnxruntime."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
import torch

from training.model import load_reader
from training.tokens import Pair, PairTokenizer

__all__ = ["Flags", "Floats", "GraphReader", "Prediction", "Reader", "TorchReader", "best_span", "open_reader"]

Flags = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

LONGEST = 30
"""Tokens of an answer at most."""
BATCH = 16


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a reader says of one pair.

    Attributes
    ----------
    answerable : float
        Log-odds that the window answers.
    start, end : int
        Characters of the window that answer best; equal if the window is empty.
    nli : tuple of float
        Logits: entailed, neutral, contradicted.
    """

    answerable: float
    start: int
    end: int
    nli: tuple[float, float, float]


class Reader(Protocol):
    """Reads pairs of texts."""

    def predict(self, texts: Sequence[tuple[str, str]]) -> Iterator[Prediction]:
        """Yield what the reader says of each (question or claim, window or evidence), in order."""


class TorchReader:
    """The reader of a folder, in float32."""

    def __init__(self, folder: Path) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = load_reader(folder).to(self._device).eval()
        self._tokenizer = PairTokenizer(folder)

    def predict(self, texts: Sequence[tuple[str, str]]) -> Iterator[Prediction]:
        pairs = self._tokenizer.pairs(texts)
        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place].ids))
        predictions: dict[int, Prediction] = {}
        for begin in range(0, len(order), BATCH):
            places = order[begin : begin + BATCH]
            batch = self._tokenizer.batch([pairs[place] for place in places])
            with torch.inference_mode():
                tensors = (batch.ids, batch.mask, batch.types)
                outputs = self._model(*(tensor.to(self._device) for tensor in tensors))
            arrays = [output.double().cpu().numpy() for output in outputs]
            for place, answerable, start, end, nli in zip(places, *arrays, strict=True):
                predictions[place] = _prediction(pairs[place], answerable, start, end, nli)
        yield from (predictions[place] for place in range(len(pairs)))


class GraphReader:
    """The reader of an exported graph, with the tokenizer beside it; one pair at a time, as the product reads."""

    def __init__(self, graph: Path, *, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._tokenizer = PairTokenizer(graph.parent)

    def predict(self, texts: Sequence[tuple[str, str]]) -> Iterator[Prediction]:
        for pair in self._tokenizer.pairs(texts):
            types = np.zeros((1, len(pair.ids)), np.int64)
            types[:, pair.start :] = 1
            outputs = self._session.run(None, {"ids": np.array([pair.ids], np.int64), "types": types})
            answerable, start, end, nli = (np.asarray(output, np.float64)[0] for output in outputs)
            yield _prediction(pair, answerable, start, end, nli)


def open_reader(path: Path) -> Reader:
    """Return the reader of a folder of weights, of a graph, or of a folder with `reader.onnx`."""
    graph = path / "reader.onnx" if path.is_dir() else path
    return GraphReader(graph) if graph.exists() else TorchReader(path)


def best_span(start: Floats, end: Floats) -> tuple[int, int]:
    """Return first and last token of the likeliest span of at most LONGEST tokens, from the window's logits."""
    allowed = np.triu(np.ones((len(start), len(start)), bool))
    allowed &= ~np.triu(allowed, LONGEST)
    scores = np.where(allowed, start[:, None] + end[None, :], -np.inf)
    first, last = np.unravel_index(int(scores.argmax()), scores.shape)
    return int(first), int(last)


def _prediction(pair: Pair, answerable: Any, start: Floats, end: Floats, nli: Floats) -> Prediction:
    window = slice(pair.start, pair.start + len(pair.offsets))
    begin = stop = 0
    if pair.offsets:
        first, last = best_span(start[window], end[window])
        begin, stop = pair.offsets[first][0], pair.offsets[last][1]
    return Prediction(float(answerable), begin, stop, (float(nli[0]), float(nli[1]), float(nli[2])))
