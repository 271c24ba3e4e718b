"""Whether a sentence says something of the name asked about or of another."""

from __future__ import annotations

import pytest

from index.answering._attribution import belongs_to_other
from tests.support.index_fakes import search_index

EXPERTS = {"expert"}


def other(text: str, owner: str) -> bool:
    """Whether the last sentence tells of another name's experts than the owner's."""
    return belongs_to_other(search_index(a_md=text).passages[-1], {owner}, EXPERTS)


@pytest.mark.parametrize(
    ("text", "owner", "expected"),
    [
        ("Maverick, with 128 experts, beats Gemini.", "gemini", True),
        ("Maverick, with 128 experts, beats Gemini.", "maverick", False),
        ("The model Maverick beats the experts of Gemini.", "gemini", False),
        ("Experts praised Maverick and Gemini.", "gemini", False),
        ("It has 128 experts.", "gemini", False),
    ],
    ids=["another name before it", "its own", "joined by of", "no name before it", "the owner is not named"],
)
def test_a_thing_told_behind_another_name_belongs_to_that(text, owner, expected):
    assert other(text, owner) is expected


def test_the_sentence_before_is_read_if_the_passage_has_no_word_asked():
    text = "Maverick has 128 experts. It beats Gemini."
    assert other(text, "gemini") is True
    assert other(text, "maverick") is False


def test_a_name_that_opens_a_sentence_counts_if_it_is_explained_at_once():
    assert other("Maverick, which has 128 experts, beats Gemini.", "gemini") is True
