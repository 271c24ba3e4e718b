"""Any cross-encoder as `RERANKER_MODEL`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from index.ranking.cross_encoder import CrossEncoderReranker
from index.ranking.logistic import LogisticRanker
from index.retrieval.features import FEATURES

from index.domain.answers import Hit
from index.domain.documents import Passage
from index.domain.errors import LibraryError
from index.domain.ports import Encoding, Query, States

UNIT = np.ones(1, np.float32)
QUERY = Query(
    "who",
    Encoding(UNIT, UNIT[np.newaxis], ("x",)),
    lambda row: States(np.zeros((0, 0), np.float32), np.zeros(0, np.int64)),
)


def cross_encoder(folder: Path, labels: int = 1) -> Path:
    """A folder with a cross-encoder of random weights."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(1)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "who", *(f"w{n}" for n in range(20))]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"))
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=labels,
        initializer_range=1.0,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def hit(row: int) -> Hit:
    passage = Passage(str(row), "", "", 0, 1, "x", "x", "", f"w{row} w{row + 3}")
    return Hit(passage, 0.0, 0.0, tuple(0.1 * row for _ in FEATURES), row)


def test_hits_are_ordered_by_the_models_own_scores(tmp_path: Path):
    from sentence_transformers import CrossEncoder

    folder = cross_encoder(tmp_path)
    reranked = CrossEncoderReranker(LogisticRanker(), str(folder)).rerank(QUERY, [hit(row) for row in range(4)])
    scores = CrossEncoder(str(folder)).predict([("who", hit(row).passage.embedded) for row in range(4)])
    assert [hit.row for hit in reranked] == [int(row) for row in np.argsort(-scores)]
    assert len({hit.odds for hit in reranked}) == 4


def test_how_sure_an_answer_is_stays_what_the_features_say(tmp_path: Path):
    features = LogisticRanker()
    reranker = CrossEncoderReranker(features, str(cross_encoder(tmp_path)))
    hits = [hit(row) for row in range(4)]
    by_features = [replace(hit, score=hit.score) for hit in features.rerank(QUERY, hits)]
    assert reranker.confidence(reranker.rerank(QUERY, hits)) == features.confidence(by_features)


def test_a_model_that_cannot_be_loaded_is_named_with_what_to_set(tmp_path: Path):
    with pytest.raises(LibraryError, match="set RERANKER_MODEL"):
        CrossEncoderReranker(LogisticRanker(), str(tmp_path / "none"))


def test_a_model_with_several_scores_a_pair_is_refused(tmp_path: Path):
    with pytest.raises(LibraryError, match="gives 2 scores"):
        CrossEncoderReranker(LogisticRanker(), str(cross_encoder(tmp_path, labels=2)))
