"""A source is found by what people type of its name."""

from __future__ import annotations

import pytest

from index.text.names import matching_names

NAMES = {
    "a": ["llama-4-release.md", "llama-4-release", "The Llama 4 herd"],
    "b": ["changelog.md", "changelog", "Changelog"],
    "c": ["guides/changelog.md", "changelog", "Changes of the guides"],
    "d": ["faq.md", "faq", "Questions and answers"],
}


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("changelog.md", ["b"]),
        ("changelog", ["b", "c"]),
        ("Llama 4 release", ["a"]),
        ("the herd", ["a"]),
        ("llama4 relase", ["a"]),
        ("relase", ["a"]),
        ("the lama herd", ["a"]),
        ("FAQ", ["d"]),
        ("questions", ["d"]),
        ("weather report", []),
        ("", []),
        ("?!", []),
    ],
)
def test_the_clearest_match_is_taken_and_several_are_told(typed, keys):
    assert matching_names(typed, NAMES) == keys
