"""BM25 over passages: scores by row, rarity by word."""

from __future__ import annotations

import math

import numpy as np
import pytest
from index.text.questions import QuestionAnalysis

from index.retrieval.bm25 import Bm25Index
from index.text.tokens import stem
from tests.support.index_fakes import search_index

TEXT = (
    "# Scout\n\nScout has sixteen experts and a long window.\n\n"
    "# Maverick\n\nMaverick has many experts and a chat version.\n\n"
    "# Bread\n\nBread is made of flour and water and salt.\n"
)


@pytest.fixture(scope="module")
def keyword() -> Bm25Index:
    return search_index(a_md=TEXT).keyword


def test_a_row_is_a_passage_and_one_without_a_word_of_the_question_scores_0(keyword):
    scores = keyword.scores(QuestionAnalysis.of("How is bread made?").stems)
    assert scores.shape == (3,)
    assert scores[2] > 0
    assert scores[:2].tolist() == [0.0, 0.0]


def test_words_are_compared_by_their_stem(keyword):
    assert (
        keyword.scores(QuestionAnalysis.of("breads").stems).tolist()
        == keyword.scores(QuestionAnalysis.of("bread").stems).tolist()
    )


def test_rows_are_those_that_hold_every_stem_or_none(keyword):
    assert keyword.rows(["expert"]) == [0, 1]
    assert keyword.rows(["expert", "window"]) == [0]
    assert keyword.rows(["expert", "llama"]) == keyword.rows([]) == []


@pytest.mark.parametrize(
    ("word", "held"),
    [
        ("maverick", True),
        ("maverik", True),  # a letter less
        ("maverrick", True),  # more
        ("mavexick", True),  # other
        ("mavreick", True),  # two exchanged
        ("máverick", True),
        ("mavixxck", False),
        ("xaverick", False),
        ("sal", False),  # too short for a slip to be plain
        ("llama", False),
    ],
)
def test_a_word_is_held_that_is_spelt_nearly_alike(keyword, word, held):
    assert keyword.holds(word) is held


def test_a_word_that_is_asked_twice_counts_once(keyword):
    assert (
        keyword.scores(QuestionAnalysis.of("bread bread").stems).tolist()
        == keyword.scores(QuestionAnalysis.of("bread").stems).tolist()
    )


def test_own_words_weigh_more_than_those_of_the_context():
    documents = search_index(
        a_md="# Tea\n\nThere is water in it, says the cook.\n\n# Other\n\nThe tea is hot, says the cook too.\n"
    )
    scores = documents.keyword.scores(QuestionAnalysis.of("tea").stems)
    assert 0 < scores[0] < scores[1]


@pytest.mark.parametrize("question", ["", "the of and", "🦙", "unheard zzyzx", "?"])
def test_a_question_without_a_known_word_scores_0_everywhere(keyword, question):
    assert keyword.scores(QuestionAnalysis.of(question).stems).tolist() == [0.0, 0.0, 0.0]


def test_rarity_goes_by_the_inverse_document_frequency_of_bm25(keyword):
    weights = keyword.weights([stem("experts"), stem("bread"), "unheard"])
    rarity = [math.log(1 + (3 - n + 0.5) / (n + 0.5)) for n in (2, 1, 0)]
    assert [weight / weights["unheard"] for weight in weights.values()] == pytest.approx(
        [weight / rarity[2] for weight in rarity]
    )


def test_a_passage_without_a_word_keeps_rows_and_passages_in_step():
    documents = search_index(a_md="Bread is made of flour.\n\n🦙🦙🦙\n\nWater is wet and clear.\n")
    assert len(documents.passages) == 3
    assert np.argmax(documents.keyword.scores(QuestionAnalysis.of("water").stems)) == 2


def test_passages_without_any_word_make_an_index_too():
    assert search_index(a_md="🦙🦙🦙\n\n🐑🐑🐑\n").keyword.scores(QuestionAnalysis.of("llama").stems).tolist() == [
        0.0,
        0.0,
    ]


def test_what_is_saved_scores_the_same_and_holds_no_pickle(keyword, tmp_path):
    keyword.save(tmp_path)
    loaded = Bm25Index.load(tmp_path)
    assert (
        loaded.scores(QuestionAnalysis.of("experts of Maverick").stems).tolist()
        == keyword.scores(QuestionAnalysis.of("experts of Maverick").stems).tolist()
    )
    assert loaded.weights(["bread"]) == keyword.weights(["bread"])
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} <= {".json", ".npy"}
