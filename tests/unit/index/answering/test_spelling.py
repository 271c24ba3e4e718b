"""Misspelt words of a question, spelt as the sources have them."""

from __future__ import annotations

import pytest

from index.answering._spelling import SpellingCorrector
from tests.support.index_fakes import WordEmbedder, library, search_index, write

KNOWN = {"the", "found", "scouts", "experience", "windows", "contest"}
"""Words that are one piece to the model, beside those of the sources."""

SHELF = search_index(
    a_md="Maverick has 128 experts. The context window of Scout is large. Behemoth's parameters are many.\n"
)


def pieces(word: str) -> int:
    return 3 if word in KNOWN else 4


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("how many experst has mavrick", "how many experts has Maverick"),
        ("whats the contxt window?", "whats the context window?"),
        ("Behemot paramters", "Behemoth parameters"),
        ("Is it Scout's contest?", "Is it Scout's contest?"),  # a word that people use is none misspelt
        ("What is the context window of Scout?", "What is the context window of Scout?"),
        ("Who is Zuckerberg?", "Who is Zuckerberg?"),  # nothing is spelt nearly so
        ("scot", "scot"),  # too short to tell
        ("Kontext window", "Kontext window"),  # the first letter is seldom a slip
        ("", ""),
    ],
)
def test_an_unknown_word_is_read_as_the_similar_one_of_the_sources(asked, read):
    """A word that nobody uses is a misspelling of a word of the sources that it resembles."""
    assert SpellingCorrector(pieces).correct(asked, SHELF) == read


class Fussy(WordEmbedder):
    """Knows few words as one piece."""

    def count(self, text: str) -> int:
        return pieces(text) if text.isalpha() else super().count(text)


def test_a_misspelt_question_is_answered_and_its_reading_is_shown(tmp_path):
    """The answer says how the question was read."""
    made = library(write(tmp_path / "seeds", a_md="Maverick has 128 experts.\n"), tmp_path / "index", embedder=Fussy())
    made.reindex()
    answer = made.ask("how many experst has mavrick")
    assert (answer.abstained, answer.question) == (False, "how many experst has mavrick")
    assert answer.read_as == "how many experts has Maverick"
    assert answer.citations[0].quote == "Maverick has 128 experts."
    assert made.ask("how many experts has Maverick").read_as == ""


def test_a_follow_up_says_how_its_misspelt_words_were_read(tmp_path):
    made = library(write(tmp_path / "seeds", a_md="Maverick has 128 experts.\n"), tmp_path / "index", embedder=Fussy())
    made.reindex()
    whose = {"user": 1, "guild": None, "channel": 2}
    made.conversation.reply("What does Maverick have?", **whose)
    reply = made.conversation.reply("how many experst does it have?", **whose)
    assert reply.answer.read_as == "How many experts does Maverick have?"
