"""Names are runs of capitalised words; the beginning of a sentence is none by itself."""

from __future__ import annotations

import pytest

from index.suggestions._proper_nouns import find_names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("such as GPT-4.0 and Gemini 2.0 Flash.", ["GPT-4.0 and Gemini 2.0 Flash"]),
        (
            "it beats GPT-4.5, Claude Sonnet 3.7, and Gemini 2.0 Pro on it",
            ["GPT-4.5, Claude Sonnet 3.7, and Gemini 2.0 Pro"],
        ),
        ("download on llama.com and Hugging Face.", ["llama.com and Hugging Face"]),
        ("the Battle of Carillon was", ["Battle of Carillon"]),
        ("the St. Lawrence River", ["St. Lawrence River"]),
        ("Frederick W. Mote wrote", ["Frederick W. Mote"]),
        ("the reign of Töregene and Île Royale", ["Töregene and Île Royale"]),
        ("Meta's new models", ["Meta"]),
        ("Routing a packet is easy.", []),
        ("In France he met the King.", ["France", "King"]),
        ("large language models (LLM)", []),
        ("nothing at all", []),
        ("", []),
    ],
)
def test_names_and_rows_of_names(text, found):
    assert [text[name.start : name.end] for name in find_names(text)] == found


def test_a_row_knows_its_parts():
    text = "the release includes LLaMA 4 Scout, LLaMA 4 Maverick, and a preview of LLaMA 4 Behemoth."
    (row,) = find_names(text)
    assert [text[slice(*part)] for part in row.parts] == ["LLaMA 4 Scout", "LLaMA 4 Maverick", "LLaMA 4 Behemoth"]
