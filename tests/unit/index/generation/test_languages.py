"""Sentences in other languages, compared with their English version."""

from __future__ import annotations

import pytest

from index.generation._languages import is_foreign, says_the_same

CONTEXT = "Llama 4 Scout by Meta has 10 million tokens. All developers use Maverick. LlamaCon is on April 29."


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Scout liest 10 Millionen Tokens.", "Scout reads 10 million tokens."),
        ("Scout liest 1,5 Millionen Tokens.", "Scout reads 1.5 million tokens."),
        ("Scout tiene 17 mil millones de parámetros.", "Scout has 17B parameters."),
        ("Scoutは1000万トークンを読めます。", "Scout can read 10 million tokens."),
        ("LlamaCon findet am 29. April statt.", "LlamaCon takes place on April 29."),
        ("LlamaConは4月29日に開催されます。", "LlamaCon takes place on April 29."),
        ("LlamaCon es el 29 de abril.", "LlamaCon is on April 29."),
        ("LlamaCon est le 3 janvier 2025.", "LlamaCon is on January 3, 2025."),
        ("Entwickler nutzen die 2 Modelle von Meta.", "Developers use the two models of Meta."),
        ("Es hat 1.500 Seiten.", "It has 1,500 pages."),
    ],
)
def test_the_same_numbers_months_and_names_say_the_same(text, english):
    assert says_the_same(text, english, CONTEXT)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Scout liest 12 Millionen Tokens.", "Scout reads 10 million tokens."),
        ("Scout liest 10 Milliarden Tokens.", "Scout reads 10 million tokens."),
        ("Scout liest viele Tokens.", "Scout reads 10 million tokens."),
        ("Scout liest 10 Millionen Tokens.", "Scout reads many tokens."),
        ("Maverick liest 10 Millionen Tokens.", "Scout reads 10 million tokens."),
        ("Scout und Maverick lesen viel.", "Scout reads a lot."),
        ("Maverickは読めます。", "It can read, like Scout."),
        ("ScoutとGPTは読めます。", "Scout can read."),
        ("LlamaCon findet am 29. Mai statt.", "LlamaCon takes place on April 29."),
        ("LlamaConは5月29日に開催されます。", "LlamaCon takes place on April 29."),
    ],
)
def test_another_number_month_or_name_says_something_else(text, english):
    assert not says_the_same(text, english, CONTEXT)


def test_english_is_not_foreign_and_scripts_and_other_words_are():
    assert not is_foreign("Scout reads 10 million tokens.")
    assert is_foreign("Scoutは読めます。")
    assert is_foreign("Scout liest zehn Millionen Tokens auf einmal.")
