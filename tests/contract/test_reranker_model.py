"""What RERANKER_MODEL chooses, and what a reader's files must be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from index.answering.extractive import ExtractiveGenerator
from index.ranking.cross_encoder import CrossEncoderReranker
from index.ranking.logistic import LogisticRanker
from index.ranking.stacking import StackedRanker
from index.retrieval.hidden_states import StateStore, StateStoreBuilder

from index import Settings, open_library
from index.answering.answerer import Answerer
from index.domain.answers import Answer
from index.domain.errors import LibraryError
from index.domain.ports import Encoding, States
from index.retrieval.retriever import Retriever
from tests.support.index_fakes import search_index, write

TEXTS = {
    "bridge_md": "# The bridge\n\nThe bridge was opened in 1932. It is painted grey. It took eight years to build.\n",
    "bread_md": "# Bread\n\nBread needs flour, water, yeast and salt. It is baked for an hour.\n",
}
QUESTION = "When was the bridge opened?"
NEAR = 0.003
"""Cosines of the store on disk are rounded."""


def asked(folder: Path, reranker_model: str) -> Answer:
    seeds = write(folder / "seeds", **TEXTS)
    library = open_library(
        Settings(_env_file=None, seeds_dir=seeds, index_dir=folder / "index", reranker_model=reranker_model)
    )
    library.reindex()
    return library.ask(QUESTION)


@pytest.fixture(scope="module")
def by_features(real_embedder) -> Answer:
    """The answer where nothing but the features decides."""
    scorer = LogisticRanker()
    answerer = Answerer(
        embedder=real_embedder,
        retriever=Retriever(reranker=scorer),
        generator=ExtractiveGenerator(),
        confidence=scorer.confidence,
        threshold=0.0,
    )
    return answerer.answer(search_index(embedder=real_embedder, **TEXTS), QUESTION)


@pytest.mark.parametrize("none", ["none", "None"])
def test_with_none_the_features_alone_decide(none, tmp_path, by_features):
    answer = asked(tmp_path, none)
    assert answer.citations[0].score == pytest.approx(by_features.citations[0].score, abs=NEAR)
    assert answer.citations[0].quote == by_features.citations[0].quote
    assert answer.confidence == pytest.approx(by_features.confidence, abs=NEAR)


@pytest.mark.parametrize("bundled", ["bundled", "Bundled"])
def test_with_bundled_what_was_read_counts_too(bundled, tmp_path, by_features):
    answer = asked(tmp_path, bundled)
    assert answer.citations[0].quote.startswith("The bridge was opened in 1932.")
    assert answer.confidence != pytest.approx(by_features.confidence, abs=10 * NEAR)


def test_a_hub_name_without_the_internet_is_refused_at_once_with_what_to_set(tmp_path):
    script = (
        "from index.ranking.cross_encoder import CrossEncoderReranker\nfrom index.domain.errors import LibraryError\n"
        "from index.ranking.logistic import LogisticRanker\n"
        "try:\n    CrossEncoderReranker(LogisticRanker(), 'nobody/such-a-reranker')\n"
        "except LibraryError as error:\n    print(error)\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "'nobody/such-a-reranker' cannot be loaded: set RERANKER_MODEL" in process.stdout


def test_an_embedding_model_is_no_cross_encoder(tiny_model):
    with pytest.raises(LibraryError, match=r"RERANKER_MODEL .* is no cross-encoder"):
        CrossEncoderReranker(LogisticRanker(), str(tiny_model))


@pytest.mark.parametrize("content", [None, "", "{"])
def test_weights_that_are_missing_or_broken_are_refused_with_what_mends_it(content, tmp_path):
    path = tmp_path / "weights.json"
    if content is not None:
        path.write_text(content, "utf-8")
    for load in (LogisticRanker, lambda weight: StackedRanker(LogisticRanker(), None, weight)):
        with pytest.raises(
            LibraryError, match=r"index/ranking/weights\.json is missing or broken: install Footnote anew"
        ):
            load(path)


def test_passages_without_a_token_of_their_own_have_states_without_rows(tmp_path):
    unit = np.ones(1, np.float32)
    bare = States(np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
    full = States(np.asarray([[1.0, -2.0, 3.0, -4.0]], np.float32), np.asarray([7]))
    builder = StateStoreBuilder()
    for states_before in (bare, full, bare):
        builder.add([Encoding(unit, unit[np.newaxis], ("x",), (), states_before)])
    builder.finish().save(tmp_path)
    states = StateStore.load(tmp_path)
    assert [len(states.of(number)) for number in range(3)] == [0, 1, 0]
    assert states.of(1).rows == pytest.approx(full.rows, abs=0.05)
    only = StateStoreBuilder()
    only.add([Encoding(unit, unit[np.newaxis], ("x",), (), bare)])
    assert len(only.finish().of(0)) == 0
