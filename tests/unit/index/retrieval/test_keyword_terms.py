"""The terms of a passage, and what an unknown stem is taken for."""

from __future__ import annotations

import pytest

from index.retrieval.keyword_terms import most_similar, passage_terms
from tests.support.index_fakes import WordEmbedder, parse_files

COUNTS = {"scout": 3, "shout": 7, "score": 9, "scouts": 7}


def with_prefix(prefix: str) -> dict[str, int]:
    return {term: count for term, count in COUNTS.items() if term.startswith(prefix)}


def test_own_words_are_there_three_times_and_the_context_once():
    _, passages = parse_files(WordEmbedder(), a_md="# Tea\n\nWater boils.\n\nLeaves follow.\n")
    assert sorted(passage_terms(passages[1])) == sorted(["tea", "water", "boil", *["leav", "follow"] * 3])


def test_a_passage_without_words_keeps_its_context_alone():
    _, passages = parse_files(WordEmbedder(), a_md="# Tea\n\n🦙🦙🦙\n")
    assert passage_terms(passages[0]) == ["tea"]


@pytest.mark.parametrize(
    ("stem", "similar"), [("scoutt", "scouts"), ("scuot", "scout"), ("scou", ""), ("sc0ut", ""), ("xcout", "")]
)
def test_the_most_frequent_stem_at_distance_1_is_taken(stem, similar):
    assert most_similar(stem, with_prefix) == similar


def test_of_as_frequent_stems_the_first_by_alphabet_is_taken():
    assert most_similar("abcde", lambda prefix: {"abcdf": 1, "abcda": 1}) == "abcda"


def test_a_stem_that_is_not_known_any_more_is_passed_over():
    assert most_similar("scoutt", with_prefix, lambda term: term != "scouts") == "scout"
