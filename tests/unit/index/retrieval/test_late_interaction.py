"""Late interaction: the best match of each word, from token vectors kept as bytes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from index.retrieval.late_interaction import WIDTH, TokenStore, TokenStoreBuilder

from index.domain.ports import Encoding
from tests.support.index_fakes import WordEmbedder, word_vector

EMBEDDER = WordEmbedder()
PASSAGES = ["scout has sixteen experts", "bread needs flour", "flour"]


def store(*texts: str) -> TokenStore:
    builder = TokenStoreBuilder()
    for block in EMBEDDER.passages([(text, "") for text in texts]):
        builder.add(block)
    return builder.finish()


def test_a_word_that_a_passage_has_is_met_with_1_and_one_that_it_lacks_with_less():
    best, _ = store(*PASSAGES).matches(EMBEDDER.question("sixteen flour"), [0, 1, 2])
    assert best.shape == (3, 2)
    assert best[0, 0] == pytest.approx(1, abs=0.02)
    assert best[1:, 1] == pytest.approx([1, 1], abs=0.02)
    assert best[0, 1] < 0.8
    assert best[2, 0] < 0.8


def test_the_reverse_is_the_mean_over_the_passages_own_words():
    _, reverse = store("flour flour flour", "bread flour").matches(EMBEDDER.question("flour"), [0, 1])
    cosine = float(word_vector("bread") @ word_vector("flour"))
    assert reverse == pytest.approx([1, (1 + cosine) / 2], abs=0.02)


def test_matches_come_in_the_order_of_the_passages_that_were_named():
    encoding = EMBEDDER.question("flour bread")
    forwards, back = store(*PASSAGES).matches(encoding, [0, 1, 2]), store(*PASSAGES).matches(encoding, [2, 1, 0])
    assert forwards[0][::-1] == pytest.approx(back[0])
    assert forwards[1][::-1] == pytest.approx(back[1])


def test_bytes_keep_the_cosines_of_wide_vectors():
    chance = np.random.default_rng(3)
    basis = chance.standard_normal((40, 384))
    tokens = (chance.standard_normal((400, 40)) @ basis).astype(np.float32)
    tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
    builder = TokenStoreBuilder()
    builder.add([Encoding(row, row[np.newaxis], ("x",)) for row in tokens])
    best, _ = builder.finish().matches(Encoding(tokens[0], tokens[:5], tuple("abcde")), list(range(400)))
    assert best == pytest.approx(tokens @ tokens[:5].T, abs=0.02)


def test_matches_of_few_tokens_are_the_cosines_in_any_order_of_passages():
    """The scores do not depend on the order in which passages are stored."""
    chance = np.random.default_rng(4)
    tokens = chance.standard_normal((12, 384)).astype(np.float32)
    tokens /= np.linalg.norm(tokens, axis=1, keepdims=True)
    encoding = Encoding(tokens[0], tokens[10:], ("a", "b"))
    for order in (list(range(10)), list(range(10))[::-1]):
        builder = TokenStoreBuilder()
        builder.add([Encoding(tokens[place], tokens[place][np.newaxis], ("x",)) for place in order])
        best, _ = builder.finish().matches(encoding, range(10))
        assert best == pytest.approx(tokens[order] @ tokens[10:].T, abs=0.01)


def test_rarity_goes_by_the_inverse_document_frequency_of_bm25():
    weights = store(*PASSAGES).weights(["flour", "bread", "unheard"])
    wanted = [math.log(1 + (3 - n + 0.5) / (n + 0.5)) for n in (2, 1, 0)]
    assert weights / weights[2] == pytest.approx(np.asarray(wanted) / wanted[2], abs=1e-6)


def test_a_passage_of_many_blocks_is_found_in_its_own_rows():
    texts = [f"word{n} filler" for n in range(50)]
    best, _ = store(*texts).matches(EMBEDDER.question("word33"), range(50))
    assert int(np.argmax(best[:, 0])) == 33


def test_what_is_saved_matches_the_same_and_holds_no_pickle(tmp_path):
    made = store(*PASSAGES)
    made.save(tmp_path)
    loaded = TokenStore.load(tmp_path)
    encoding = EMBEDDER.question("bread experts")
    assert loaded.matches(encoding, [0, 1, 2])[0] == pytest.approx(made.matches(encoding, [0, 1, 2])[0])
    assert loaded.weights(["flour"]) == pytest.approx(made.weights(["flour"]))
    assert np.load(tmp_path / "tokens.npy", allow_pickle=False).dtype == np.int8
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".npy"}


def test_a_token_takes_no_more_bytes_than_the_width(real_embedder, tmp_path):
    many = "Bread needs flour, water, salt and a warm place; " * 20
    for text, shape in (("So does cake.", (4, 4)), (many, (240, WIDTH))):
        builder = TokenStoreBuilder()
        for block in real_embedder.passages([(text, "")]):
            builder.add(block)
        builder.finish().save(tmp_path)
        assert np.load(tmp_path / "tokens.npy").shape == shape
