"""A draft shows the sentences of an output as far as they have come, and nothing that acts on a terminal."""

from __future__ import annotations

import json

import pytest

from index.generation.draft_text import readable_text

OUTPUT = json.dumps(
    {
        "answers": True,
        "sentences": [
            {
                "evidence": [{"number": 1, "quote": "ten million"}],
                "text": "Scout reads \u201cten\u201d million.",
                "english": "",
            },
            {"evidence": [], "text": "It is open.", "english": "It is open."},
        ],
    }
)


def test_every_prefix_of_an_output_shows_a_prefix_of_its_sentences():
    whole = "Scout reads “ten” million. It is open."
    shown = [readable_text(OUTPUT[:end]) for end in range(len(OUTPUT) + 1)]
    assert all(whole.startswith(text) for text in shown)
    assert shown == sorted(shown, key=len)
    assert (shown[0], shown[-1]) == ("", whole)
    assert len(set(shown)) > 30


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("Scout reads  ten\nmillion tokens.", "Scout reads ten million tokens."),
        ("<think>What is asked?", ""),
        ("<think>What is asked?</think>\n" + OUTPUT, "Scout reads “ten” million. It is open."),
        ("```json\n", ""),
        (f"```json\n{OUTPUT}\n```", "Scout reads “ten” million. It is open."),
        ("\x1b[2Jred\u202e", "[2Jred"),
        ('{"sentences": [{"text": "\\u001b]0;x\\u0007Hi"}', "]0;xHi"),
        ('{"sentences": 3', ""),
        ("{broken", ""),
    ],
)
def test_prose_and_thoughts_and_code_blocks_are_read_and_controls_are_not(output, text):
    assert readable_text(output) == text
