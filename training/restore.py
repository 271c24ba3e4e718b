"""Restore a reader's weights from its exported graph, to train it further.

    python -m training.restore index/checking --base ../shared/models/reader --out build/training/checker

The matrices come back as the int8 graph has them: logits differ from those before the export as much as the graph's do.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from training.export import GRAPH
from training.model import load_reader, save_reader

__all__ = ["graph_weights", "restore"]

READER = "reader."
EMBEDDINGS = "enc.embeddings.word_embeddings"
HEADS = ("query", "key", "value")


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graph", type=Path, help="folder of the exported reader")
    parser.add_argument("--base", type=Path, required=True, help="folder with its configuration and tokenizer")
    parser.add_argument("--out", type=Path, required=True, help="folder of the restored reader")
    arguments = parser.parse_args(argv)
    restore(arguments.graph, arguments.base, arguments.out)
    return 0


def restore(graph: Path, base: Path, out: Path) -> None:
    """Write the reader of an exported graph as a folder that `training.train` starts from.

    Raises ValueError if the graph lacks a weight of the model in `base`, or has one of another shape.
    """
    model = load_reader(base)
    found, wanted = dict(graph_weights(graph / GRAPH)), model.state_dict()
    wrong = [name for name, value in wanted.items() if found.get(name, np.empty(0)).shape != tuple(value.shape)]
    if wrong:
        raise ValueError(f"{graph / GRAPH} has not the weights of the model in {base}: {', '.join(sorted(wrong)[:5])}")
    model.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(found[name])) for name in wanted})
    save_reader(model, out, base)


def graph_weights(path: Path) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Yield names and float32 weights of an int8 graph that `training.export` wrote."""
    graph = onnx.load(path).graph
    stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    for name, value in stored.items():
        if name.startswith(READER) and value.dtype == np.float32:
            own = name.removeprefix(READER).replace(".linear", "")
            yield (own.removesuffix("_Transposed"), value.T) if own.endswith("_Transposed") else (own, value)
    rows = stored[f"{READER}{EMBEDDINGS}.rows"].astype(np.float32)
    yield f"{EMBEDDINGS}.weight", rows * stored[f"{READER}{EMBEDDINGS}.scales"]
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            name = _parameter(node.name)
            weight = _matrix(stored, node.input[1]).T
            yield name, weight * stored.get(f"{READER}{name.removesuffix('.weight')}.inverse", np.float32(1))
        elif node.op_type == "QAttention":
            layer = re.findall(r"\d+", node.name)[0]
            weights, biases = _matrix(stored, node.input[1]).T, stored[node.input[2]]
            parts = zip(HEADS, np.split(weights, len(HEADS)), np.split(biases, len(HEADS)), strict=True)
            for head, weight, bias in parts:
                yield f"enc.encoder.layer.{layer}.attention.self.{head}.weight", weight
                yield f"enc.encoder.layer.{layer}.attention.self.{head}.bias", bias
        elif node.op_type == "MatMul" and node.input[1] in stored and not node.input[1].startswith(READER):
            yield _parameter(node.name), stored[node.input[1]].T


def _parameter(node: str) -> str:
    """Return the name of the weight that a node multiplies by, from its own: "/reader/enc/.../dense/MatMul"."""
    return node.removeprefix("/reader/").rsplit("/", 1)[0].replace("/", ".").removesuffix(".linear") + ".weight"


def _matrix(stored: Mapping[str, np.ndarray[Any, Any]], quantized: str) -> np.ndarray[Any, Any]:
    """Return an int8 matrix as float32; its scales are of the last axis."""
    name = quantized.removesuffix("_quantized")
    values = stored[quantized].astype(np.float32) - stored[f"{name}_zero_point"].astype(np.float32)
    return np.asarray(values * stored[f"{name}_scale"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
