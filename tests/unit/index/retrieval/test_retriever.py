"""Windows from dense and keyword search, fused by rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from index.domain.errors import Damaged
from index.domain.reading import Window
from index.retrieval.retriever import FEW_WINDOWS, Retriever, fuse
from tests.support.index_fakes import WordEmbedder, search_index

EMBEDDER = WordEmbedder()
BREAD = {
    "bread_md": "Bread is made of flour and water.\n",
    "tea_md": "Tea is made of leaves and water.\n",
    "house_md": "A house is made of bricks by masons.\n",
}
CROWD = {f"n{number}_md": f"The letter number{number} is about nothing at all.\n" for number in range(FEW_WINDOWS + 8)}


def retrieve(question: str, **files: str) -> list[Window]:
    return Retriever(windows=3).retrieve(search_index(**files), question, EMBEDDER.question(question))


def test_fusion_orders_by_the_sum_of_reciprocal_ranks():
    assert fuse([1, 2, 3], [3, 1, 4]) == [1, 3, 2, 4]


def test_fusion_breaks_ties_by_the_order_of_the_text():
    assert fuse([5, 2], [2, 5]) == [2, 5]


def test_fusion_of_nothing_is_nothing():
    assert fuse() == fuse([], []) == []


def test_a_row_that_one_ranking_lacks_is_kept():
    assert fuse([7], [1, 2]) == [1, 7, 2]


def test_an_index_with_few_windows_is_returned_whole_best_first():
    files = dict(list(CROWD.items())[: FEW_WINDOWS - 1])
    windows = retrieve("bread flour", **files, a_md="Bread is made of flour and water.\n")
    assert len(windows) == len({window.document_id for window in windows}) == FEW_WINDOWS
    assert windows[0].text.startswith("a\nBread is made of flour")


def test_of_many_windows_the_best_are_returned():
    windows = retrieve("What is tea made of?", **CROWD, **BREAD)
    assert len(windows) == 3
    assert windows[0].text == "tea\nTea is made of leaves and water."


def test_a_window_is_returned_once_though_several_of_its_passages_are_found():
    windows = retrieve("tea", **CROWD, a_md="Tea is made of leaves, they say.\n\nTea is good for you, they say.\n")
    assert len({window.document_id for window in windows}) == len(windows) == 3


@pytest.mark.parametrize("typo", ["maverik", "maverrick", "mavexick", "mavreick"])
def test_a_word_with_one_letter_wrong_is_found(typo):
    far = " ".join(["The maverick", *(f"and word{number}" for number in range(40)), "sleep."])
    assert any(window.text.startswith("far\n") for window in retrieve(typo, **CROWD, far_md=far))


def test_a_word_for_word_match_is_found_though_many_passages_are_nearer():
    files = {f"n{number}_md": f"The word number{number} is in this sentence.\n" for number in range(60)}
    index = search_index(
        **files, far_md="Whoever reads on finds zzyzx here, among other words that nobody asked about."
    )
    question = "Is the word zzyzx in this sentence?"
    assert 60 in Retriever(candidates=5).rows(index, question, EMBEDDER.question(question))


def test_rows_come_from_both_searches_without_repetition():
    index = search_index(**BREAD)
    rows = Retriever(candidates=2).rows(index, "bread flour", EMBEDDER.question("bread flour"))
    assert rows[0] == 0
    assert len(rows) == len(set(rows)) <= 3


@pytest.mark.parametrize(
    "question", ["", " ", "the of and", "🦙", "?!", "word " * 2_500, "x" * 10_000, "\u202e\u200b", "日本語"]
)
def test_any_question_is_taken_without_a_fall(question):
    assert len(retrieve(question, **BREAD)) == 3


class DamagedKeywords:
    def search(self, stems: Sequence[str], k: int) -> list[tuple[int, float]]:
        raise ValueError("it ends in its header")


def test_damage_that_shows_when_searching_says_to_rebuild():
    index = replace(search_index(**BREAD), keyword=DamagedKeywords())
    with pytest.raises(
        Damaged, match="The files of snapshot a-snapshot are damaged: run `python -m index reindex`"
    ) as at:
        Retriever().retrieve(index, "bread", EMBEDDER.question("bread"))
    assert at.value.log_detail == "it ends in its header"


def test_an_index_of_one_passage_is_searched_too():
    assert [window.rows for window in retrieve("bread", a_md="Bread is made of flour.")] == [range(1)]
