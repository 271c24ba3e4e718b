"""Candidates from dense and keyword search, fused by rank, each with its features."""

from __future__ import annotations

import pytest
from index.retrieval.features import FEATURES
from index.text.questions import QuestionAnalysis

from index.domain.answers import Hit
from index.retrieval.retriever import Retriever, fuse
from tests.support.index_fakes import CoverageScorer, WordEmbedder, search_index

EMBEDDER = WordEmbedder()
BREAD = (
    "Bread is made of flour and water.\n\nTea is made of leaves and water.\n\nA house is made of bricks by masons.\n"
)


def retrieve(question: str, candidates: int = 50, **files: str) -> list[Hit]:
    return Retriever(reranker=CoverageScorer(), candidates=candidates).retrieve(
        search_index(**files), QuestionAnalysis.of(question), EMBEDDER.question(question)
    )


def test_fusion_orders_by_the_sum_of_reciprocal_ranks():
    assert fuse([1, 2, 3], [3, 1, 4]) == [1, 3, 2, 4]


def test_fusion_breaks_ties_by_the_order_of_the_text():
    assert fuse([5, 2], [2, 5]) == [2, 5]


def test_fusion_of_nothing_is_nothing():
    assert fuse() == fuse([], []) == []


def test_a_row_that_one_ranking_lacks_is_kept():
    assert fuse([7], [1, 2]) == [1, 7, 2]


def test_hits_come_in_the_order_of_the_reranker_with_their_scores():
    hits = retrieve("What is bread made of?", a_md=BREAD)
    assert hits[0].passage.text == "Bread is made of flour and water."
    assert hits[0].score == 1.0
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_every_hit_carries_its_cosine_its_row_and_all_features():
    hits = retrieve("bread flour", a_md=BREAD)
    assert sorted(hit.row for hit in hits) == [0, 1, 2]
    assert all(len(hit.features) == len(FEATURES) for hit in hits)
    assert all(-1.001 <= hit.cosine <= 1.001 for hit in hits)
    assert {hit.row: hit.bm25 > 0 for hit in hits} == {0: True, 1: True, 2: False}  # 1 comes after it


def test_a_word_for_word_match_is_found_though_many_passages_are_nearer():
    crowd = "".join(f"The word number{n} is in this sentence of many.\n\n" for n in range(60))
    far = "Whoever reads on finds zzyzx here, among other words that nobody asked about at all.\n"
    hits = retrieve("Is the word zzyzx in this sentence of many?", candidates=5, a_md=crowd + far)
    assert far.strip() in [hit.passage.text for hit in hits]
    assert len(hits) == 5


def test_neighbours_of_another_section_or_document_are_no_context():
    files = {
        "a_md": "Bread is made of flour.\n\n# Other\n\nThe house is big and old.\n",
        "b_md": "Nothing is in this one.\n",
    }
    gains = {}
    for hit in retrieve("bread flour", **files):
        gains[hit.passage.text] = hit.features[FEATURES.index("late_before")]
    assert gains == pytest.approx(dict.fromkeys(gains, 0.0), abs=1e-6)


@pytest.mark.parametrize(
    "question", ["", " ", "the of and", "🦙", "?!", "word " * 2_500, "x" * 10_000, "\u202e\u200b", "日本語"]
)
def test_any_question_is_taken_without_a_fall(question):
    hits = retrieve(question, a_md=BREAD)
    assert len(hits) <= 3
    assert all(0 <= hit.score <= 1 for hit in hits)


def test_a_shelf_of_one_passage_is_searched_too():
    assert [hit.row for hit in retrieve("bread", a_md="Bread is made of flour.")] == [0]
