"""Words as search sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.tokens import STOP_WORDS, content_stems, stem, token_spans, tokenize


def test_words_and_numbers_are_lower_case_in_order():
    assert tokenize("LLaMA 4 Scout, 17B-parameters!") == ["llama", "4", "scout", "17", "b", "parameters"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("4.0 and 1,417", ["4.0", "and", "1,417"]),
        ("GPT-4.0.", ["gpt", "4.0"]),
        ("Meta's and Meta’s", ["meta", "and", "meta"]),
        ("don't don’t", ["don't", "don't"]),
        ("Ünïcode ÉCOLE 東京", ["ünïcode", "école", "東京"]),
        ("snake_case", ["snake", "case"]),
        ("🦙 ... — !", []),
        ("", []),
    ],
)
def test_what_is_a_word(text, words):
    assert tokenize(text) == words


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_places_of_words_lie_in_the_text_in_order_and_never_touch_white_space(text):
    last = 0
    for word, start, end in token_spans(text):
        assert last <= start < end <= len(text)
        assert not any(char.isspace() for char in text[start:end])
        assert word
        last = end


def test_a_place_covers_the_word_without_its_possessive():
    assert [("Meta's AI"[start:end], word) for word, start, end in token_spans("Meta's AI")] == [
        ("Meta", "meta"),
        ("AI", "ai"),
    ]


def test_content_is_the_stems_of_the_words_that_carry_a_topic():
    assert content_stems("What are the models that were released by Meta?") == [
        stem("models"),
        stem("released"),
        "meta",
    ]
    assert content_stems("models") == content_stems("model")


def test_articles_pronouns_and_question_words_carry_no_topic():
    assert {"the", "a", "it", "they", "is", "what", "who", "when", "of", "does"} <= STOP_WORDS
    assert not {"meta", "model", "released", "experts", "4"} & STOP_WORDS
