"""An error as a reply: in the reader's language as far as the bot knows its kind."""

from __future__ import annotations

import pytest

from bot.errors import IN_SHORT, explain
from bot.language import language, speaking
from index import LibraryError
from index.errors import Damaged, IndexMismatch, NoIndex

GERMAN = language("de")


@pytest.mark.parametrize(("error", "known"), [(NoIndex, "NoIndex"), (Damaged, "IndexMismatch")])
def test_what_the_index_says_is_said_in_short_in_another_language_also_of_a_kind_of_a_known_error(
    error: type[LibraryError], known: str
) -> None:
    with speaking(GERMAN):
        said = explain(error("At length: run `python -m index reindex`."), "asking")
    assert said == GERMAN.say(IN_SHORT[known]) != IN_SHORT[known]


@pytest.mark.parametrize("error", [Damaged, IndexMismatch, NoIndex, LibraryError])
def test_in_english_an_error_is_told_at_length(error: type[LibraryError]) -> None:
    with speaking(language(None)):
        assert explain(error("tokens.npy is damaged."), "asking") == "tokens.npy is damaged."
