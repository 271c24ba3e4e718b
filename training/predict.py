"""What a reader says of questions and windows: a folder of weights by torch, an exported graph by onnxruntime."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch

from index.domain.reading import Entailment, Reading
from index.reading.onnx_reader import GRAPH, OnnxReader, best_spans
from training.model import load_reader
from training.tokens import Pair, PairTokenizer

__all__ = ["BatchReader", "Flags", "Floats", "GraphReader", "TorchReader", "open_reader"]

Flags = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

BATCH = 16


class BatchReader(Protocol):
    """Reads many pairs of texts."""

    def read(self, texts: Sequence[tuple[str, str]]) -> Iterator[Reading]:
        """Yield what the reader says of each (question or claim, window or evidence), in order."""


class TorchReader:
    """The reader of a folder, in float32."""

    def __init__(self, folder: Path) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = load_reader(folder).to(self._device).eval()
        self._tokenizer = PairTokenizer(folder)

    def read(self, texts: Sequence[tuple[str, str]]) -> Iterator[Reading]:
        pairs = self._tokenizer.pairs(texts)
        order = sorted(range(len(pairs)), key=lambda place: len(pairs[place].ids))
        readings: dict[int, Reading] = {}
        for begin in range(0, len(order), BATCH):
            places = order[begin : begin + BATCH]
            batch = self._tokenizer.batch([pairs[place] for place in places])
            with torch.inference_mode():
                tensors = (batch.ids, batch.mask, batch.types)
                outputs = self._model(*(tensor.to(self._device) for tensor in tensors))
            arrays = [output.double().cpu().numpy() for output in outputs]
            for place, answerable, start, end, nli in zip(places, *arrays, strict=True):
                readings[place] = _reading(pairs[place], answerable, start, end, nli)
        yield from (readings[place] for place in range(len(pairs)))


class GraphReader:
    """The reader of an exported graph, as the product reads: one pair at a time."""

    def __init__(self, folder: Path) -> None:
        self._reader = OnnxReader(folder)

    def read(self, texts: Sequence[tuple[str, str]]) -> Iterator[Reading]:
        for question, window in texts:
            yield self._reader.read(question, window)


def open_reader(path: Path) -> BatchReader:
    """Return the reader of a folder of weights, of a graph, or of a folder with `reader.onnx`."""
    folder = path if path.is_dir() else path.parent
    return GraphReader(folder) if (folder / GRAPH.name).exists() else TorchReader(path)


def _reading(pair: Pair, answerable: Any, start: Floats, end: Floats, nli: Floats) -> Reading:
    window = slice(pair.start, pair.start + len(pair.offsets))
    shares = np.exp(nli - nli.max())
    entailment = Entailment(*map(float, shares / shares.sum()))
    return Reading(float(answerable), best_spans(start[window], end[window], pair.offsets), entailment)
