"""What a reader says of questions and windows: a folder of weights by torch, an exported graph by onnxruntime."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from index.reading.onnx_reader import GRAPH, OnnxReader, best_spans
from training.model import load_reader
from training.tokens import Pair, PairTokenizer

__all__ = ["Flags", "Floats", "GraphReader", "Prediction", "Reader", "TorchReader", "open_reader"]

Flags = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

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
        Probabilities: entailed, neutral, contradicted.
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
    """The reader of an exported graph, as the product reads: one pair at a time."""

    def __init__(self, folder: Path) -> None:
        self._reader = OnnxReader(folder)

    def predict(self, texts: Sequence[tuple[str, str]]) -> Iterator[Prediction]:
        for question, window in texts:
            reading = self._reader.read(question, window)
            start, end = (reading.spans[0].start, reading.spans[0].end) if reading.spans else (0, 0)
            assert reading.entailment is not None  # noqa: S101 (of our reader it is always there)
            shares = (reading.entailment.entailed, reading.entailment.neutral, reading.entailment.contradicted)
            yield Prediction(reading.answerable, start, end, shares)


def open_reader(path: Path) -> Reader:
    """Return the reader of a folder of weights, of a graph, or of a folder with `reader.onnx`."""
    folder = path if path.is_dir() else path.parent
    return GraphReader(folder) if (folder / GRAPH.name).exists() else TorchReader(path)


def _prediction(pair: Pair, answerable: Any, start: Floats, end: Floats, nli: Floats) -> Prediction:
    window = slice(pair.start, pair.start + len(pair.offsets))
    spans = best_spans(start[window], end[window], pair.offsets)
    begin, stop = (spans[0].start, spans[0].end) if spans else (0, 0)
    shares = np.exp(nli - nli.max())
    entailed, neutral, contradicted = shares / shares.sum()
    return Prediction(float(answerable), begin, stop, (float(entailed), float(neutral), float(contradicted)))
