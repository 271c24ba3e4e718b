"""The reader that ships: its file, its checksum, and what it reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from index.ranking.onnx_reader import CARD, READER, OnnxReader

from index.domain.answers import Hit
from index.domain.documents import Passage
from index.domain.errors import LibraryError
from index.domain.ports import Query, States
from index.embedding.onnx_embedder import BUNDLED
from index.embedding.sentence_transformer import SentenceTransformerEmbedder

TEXTS = ("The bridge was opened in 1932.", "Bread needs yeast, water and salt.")
PASSAGE = Passage("", "", "", 0, 1, "x", "x", "", "x")


@pytest.fixture(scope="module")
def query() -> Query:
    model = SentenceTransformerEmbedder(BUNDLED)
    states = [next(iter(model.passages([(text, text)])))[0].states for text in TEXTS]
    question = "When was the bridge opened?"
    return Query(question, model.question(question), lambda row: states[row])


def hits(*rows: int) -> list[Hit]:
    return [Hit(PASSAGE, 0.0, 0.0, (), row) for row in rows]


def test_the_sentence_that_answers_has_the_higher_odds(query):
    first, second = OnnxReader().odds(query, hits(0, 1))
    assert first > second


def test_odds_are_in_the_order_of_the_hits_and_do_not_depend_on_the_others(query):
    reader = OnnxReader()
    assert reader.odds(query, hits(1, 0)) == reader.odds(query, hits(0, 1))[::-1]
    assert reader.odds(query, hits(0)) == reader.odds(query, hits(0, 1))[:1]


def test_a_passage_without_states_is_not_read(query):
    bare = Query(query.text, query.encoding, lambda row: States(np.zeros((0, 0), np.float32), np.zeros(0, np.int64)))
    assert OnnxReader().odds(bare, hits(0)) == [None]


def test_the_file_that_ships_is_at_most_25_mb():
    assert READER.stat().st_size <= 25_000_000


def test_a_file_with_another_checksum_is_refused(tmp_path: Path):
    changed = bytearray(READER.read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "reader.onnx").write_bytes(changed)
    with pytest.raises(LibraryError, match="not the file that this program was published with"):
        OnnxReader(tmp_path / "reader.onnx", CARD)


def test_a_missing_file_or_a_broken_card_says_how_to_mend_it(tmp_path: Path):
    with pytest.raises(LibraryError, match="RERANKER_MODEL=none"):
        OnnxReader(tmp_path / "none.onnx", CARD)
    (tmp_path / "card.json").write_text(json.dumps({}), "utf-8")
    with pytest.raises(LibraryError, match="install Footnote anew"):
        OnnxReader(READER, tmp_path / "card.json")
