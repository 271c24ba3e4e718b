"""BM25 over passages: scores by row."""

from __future__ import annotations

import numpy as np
import pytest

from index.retrieval.bm25 import Bm25Index
from index.text.tokens import content_stems
from tests.support.index_fakes import search_index

TEXT = (
    "# Scout\n\nScout has sixteen experts and a long window.\n\n"
    "# Maverick\n\nMaverick has many experts and a chat version.\n\n"
    "# Bread\n\nBread is made of flour and water and salt.\n"
)


@pytest.fixture(scope="module")
def keyword() -> Bm25Index:
    return search_index(a_md=TEXT).keyword


def scores(keyword: Bm25Index, question: str) -> list[float]:
    return [float(score) for score in keyword.scores(content_stems(question))]


def test_a_row_is_a_passage_and_one_without_a_word_of_the_question_scores_0(keyword):
    first, second, third = scores(keyword, "How is bread made?")
    assert (first, second) == (0.0, 0.0)
    assert third > 0


def test_words_are_compared_by_their_stem(keyword):
    assert scores(keyword, "breads") == scores(keyword, "bread")


def test_a_rare_word_weighs_more_than_a_common_one(keyword):
    assert max(scores(keyword, "window")) > max(scores(keyword, "experts")) > 0


@pytest.mark.parametrize(
    ("word", "counts"),
    [
        ("maverik", True),  # a letter less
        ("maverrick", True),  # more
        ("mavexick", True),  # other
        ("mavreick", True),  # two exchanged
        ("mavixxck", False),
        ("xaverick", False),
        ("sal", False),  # too short
        ("llama", False),
    ],
)
def test_an_unknown_word_counts_as_the_one_that_is_spelt_nearly_alike(keyword, word, counts):
    assert scores(keyword, word) == (scores(keyword, "maverick") if counts else [0.0, 0.0, 0.0])


def test_a_word_that_passages_have_is_never_taken_for_another():
    index = search_index(a_md="# A\n\nThe house is big and old.\n\n# B\n\nThe mouse is small and grey.\n")
    assert scores(index.keyword, "mouse")[0] == 0.0


def test_a_word_that_is_asked_twice_counts_once(keyword):
    assert scores(keyword, "bread bread") == scores(keyword, "bread")


def test_own_words_weigh_more_than_those_of_the_context():
    text = "# Tea\n\nThere is water in it, says the cook.\n\n# Other\n\nThe tea is hot, says the cook too.\n"
    first, second = scores(search_index(a_md=text).keyword, "tea")
    assert 0 < first < second


@pytest.mark.parametrize("question", ["", "the of and", "🦙", "unheard zzyzx", "?"])
def test_a_question_without_a_known_word_scores_0_everywhere(keyword, question):
    assert scores(keyword, question) == [0.0, 0.0, 0.0]


def test_a_passage_without_a_word_keeps_rows_and_passages_in_step():
    index = search_index(a_md="Bread is made of flour.\n\n🦙🦙🦙\n\nWater is wet and clear.\n")
    assert len(index.passages) == 3
    assert np.argmax(scores(index.keyword, "water")) == 2


def test_passages_without_any_word_make_an_index_too():
    assert scores(search_index(a_md="🦙🦙🦙\n\n🐑🐑🐑\n").keyword, "llama") == [0.0, 0.0]


def test_what_is_saved_scores_the_same_and_holds_no_pickle(keyword, tmp_path):
    keyword.save(tmp_path)
    loaded = Bm25Index.load(tmp_path)
    for question in ("experts of Maverick", "maverik", "unheard"):
        assert scores(loaded, question) == scores(keyword, question)
    assert {path.suffix for path in tmp_path.rglob("*") if path.is_file()} <= {".json", ".npy"}
