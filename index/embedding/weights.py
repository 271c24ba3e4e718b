"""Sessions over graphs without weights: the weights are read from the installed model's file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.domain.ports import Vectors
from index.embedding.onnx_runtime import import_onnxruntime, single_thread_options

__all__ = ["WEIGHTS_FILE", "WORD_VECTORS", "WORD_VECTORS_OFFSET", "open_session"]

WEIGHTS_FILE = "model.safetensors"

WORD_VECTORS, WORD_VECTORS_OFFSET = "embeddings.word_embeddings.weight", 808_088
"""The graphs read these from the file itself, at this byte. They are mapped: most words' bytes are never needed."""

LARGEST = 127
LEAST = 1e-12


def open_session(graph: Path, recipes: Path, folder: Path) -> Any:
    """Return a session of a graph, its constants made of the weights in a folder.

    `recipes` names for each constant but the word vectors how it is made, a key of KINDS, and of which weights.

    Raises
    ------
    ValueError
        The word vectors are not where the graphs read them.
    """
    onnxruntime = import_onnxruntime()
    weights = _mapped_weights(folder / WEIGHTS_FILE)
    given = {
        constant: onnxruntime.OrtValue.ortvalue_from_numpy(
            np.ascontiguousarray(KINDS[kind]([weights[name] for name in names]))
        )
        for constant, (kind, names) in json.loads(recipes.read_text("utf-8")).items()
    }
    options = single_thread_options()
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    options.add_external_initializers(list(given), list(given.values()))
    return onnxruntime.InferenceSession(graph.read_bytes(), options, providers=["CPUExecutionProvider"])


def _joined(matrices: Sequence[Vectors]) -> Vectors:
    return np.concatenate(matrices) if len(matrices) > 1 else matrices[0]


def _transposed(matrices: Sequence[Vectors]) -> Vectors:
    return _joined(matrices).T


def _scales(matrices: Sequence[Vectors]) -> Vectors:
    """Return how much a step of int8 is, for each output."""
    steps: Vectors = np.maximum(np.abs(_joined(matrices)).max(axis=1), LEAST) / LARGEST
    return steps


def _rounded(matrices: Sequence[Vectors]) -> NDArray[np.int8]:
    steps: Vectors = np.rint(_joined(matrices) / _scales(matrices)[:, None])
    return steps.astype(np.int8).T


KINDS: dict[str, Callable[[Sequence[Vectors]], NDArray[Any]]] = {
    "float": _joined,
    "transposed": _transposed,
    "int8": _rounded,
    "scales": _scales,
}
"""How a constant is made of weights, which stand output by output in the file and are joined by their outputs."""


def _mapped_weights(file: Path) -> dict[str, Vectors]:
    """Return the tensors of a safetensors file, mapped into memory."""
    with file.open("rb") as stream:
        size = int.from_bytes(stream.read(8), "little")
        table = json.loads(stream.read(size))
    if table[WORD_VECTORS]["data_offsets"][0] + 8 + size != WORD_VECTORS_OFFSET:
        raise ValueError("the weights are those of another version")
    data = np.memmap(file, np.uint8, mode="r", offset=8 + size)
    weights = {}
    for name, entry in table.items():
        if entry.get("dtype") == "F32":
            begin, end = entry["data_offsets"]
            weights[name] = np.asarray(data[begin:end]).view(np.float32).reshape(entry["shape"])
    return weights
