"""The int8 graph of the bundled embedder."""

from __future__ import annotations

from index.embedding.onnx_embedder import PASSAGE_GRAPH, PASSAGE_RECIPES
from training.passage_encoder import make_graph


def test_the_graph_shipped_is_the_one_that_training_writes():
    graph, recipes = make_graph()
    assert graph == PASSAGE_GRAPH.read_bytes()
    assert recipes == PASSAGE_RECIPES.read_text("utf-8")
