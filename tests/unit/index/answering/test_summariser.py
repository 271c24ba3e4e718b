"""Summaries quote one snapshot to the letter: all of it, one source, or what is new."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from index.answering.summariser import Summariser
from index.domain.answers import NO_QUESTION
from index.domain.errors import NoSuchMoment, NoSuchSource
from index.domain.ports import Vectors
from index.domain.snapshots import SourceChanges
from index.reading.intents import Intent, IntentClassifier
from index.text.moments import Moment
from tests.support.answering_fakes import words_reader
from tests.support.index_fakes import WordEmbedder, answerer, search_index

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
CHANGES = """# Changes

## 2026-11-20

The new router sends every token to two experts at once.

## 2026-05-01

The first model was released to everybody with a small window.
"""
GUIDE = "---\ndate: 2026-01-15\n---\n\n# Guide\n\nThe guide explains how every model is installed on a laptop.\n"
INDEX = search_index(changes_md=CHANGES, guide_md=GUIDE)
NEW, OLD = "The new router sends", "The first model was"
GUIDED = "The guide explains how"


class Earlier:
    """Changes that are told."""

    def __init__(self, *beginnings: str, removed: int = 0, removed_sources: tuple[str, ...] = ()) -> None:
        rows = (row for row, passage in enumerate(INDEX.passages) if passage.text.startswith(beginnings or ("?!",)))
        self.told = SourceChanges(tuple(rows), removed, removed_sources)
        self.asked: list[Moment] = []

    def since(self, moment: Moment, search_index: object) -> SourceChanges:
        self.asked.append(moment)
        return self.told

    def kept(self) -> str:
        return "20261101T120000000000Z-1a2b3c4d"


def summarise(source: str = "", since: str = "", changes: Earlier | None = None):
    made = Summariser(changes=changes, clock=lambda: NOW)
    return made.summarise(INDEX, source=source, since=since)


def beginnings(answer) -> list[str]:
    return [" ".join(citation.quote.split()[:4]) for citation in answer.citations]


def test_without_a_source_all_are_summed_up_the_newest_first():
    summary = summarise()
    assert {citation.source for citation in summary.answer.citations} == {"changes.md", "guide.md"}
    assert len(summary.windows) == len(INDEX.windows)
    assert summary.answer.question == "Summary of all sources"


@pytest.mark.parametrize("typed", ["guide.md", "Guide", "the giude", "guid"])
def test_a_source_is_found_by_its_name_and_quoted_alone(typed):
    summary = summarise(typed.replace("the ", ""))
    assert beginnings(summary.answer) == [GUIDED]
    assert {INDEX.documents[window.document_id].source for window in summary.windows} == {"guide.md"}


def test_an_unknown_source_is_told_with_those_that_there_are():
    with pytest.raises(NoSuchSource, match=r"There is no source 'weather report'. There are: changes.md, guide.md."):
        summarise("weather report")


def test_by_date_what_is_dated_since_is_new():
    summary = summarise(since="2026-11-01")
    assert beginnings(summary.answer) == [NEW]
    assert summary.answer.text.startswith("New or changed passages since 2026-11-01: 1.")
    assert {row for window in summary.windows for row in window.rows} == {
        row for row, passage in enumerate(INDEX.passages) if passage.text.startswith(NEW)
    }


def test_the_newest_comes_first():
    assert beginnings(summarise(since="2026-01-01").answer) == [NEW, OLD, GUIDED]


def test_what_an_earlier_snapshot_lacks_is_new_whatever_its_date():
    answer = summarise(since="2026-11-01", changes=Earlier(GUIDED)).answer
    assert beginnings(answer) == [NEW, GUIDED]


def test_since_a_snapshot_only_what_it_lacks_is_new():
    changes = Earlier(GUIDED)
    assert beginnings(summarise(since="20261101T12", changes=changes).answer) == [GUIDED]
    assert beginnings(summarise(since="1a2b3c4d", changes=changes).answer) == [GUIDED]
    assert [moment.snapshot for moment in changes.asked] == ["20261101T12", "1a2b3c4d"]


def test_news_of_one_source_leave_out_the_others():
    answer = summarise("guide", "2026-11-01", Earlier(GUIDED, removed=3)).answer
    assert beginnings(answer) == [GUIDED]
    assert "removed" not in answer.text


def test_what_was_removed_is_counted_and_named_but_not_quoted():
    answer = summarise(since="last month", changes=Earlier(removed=2, removed_sources=("old.md",))).answer
    assert "Passages removed since: 2. Sources removed since: old.md." in answer.text
    assert beginnings(answer) == [NEW]
    assert {citation.source for citation in answer.citations} == {"changes.md"}


def test_nothing_new_is_said_so_and_is_no_gap():
    answer = summarise(since="yesterday").answer
    assert (answer.abstained, answer.why, answer.citations) == (True, NO_QUESTION, ())
    assert answer.text == "Nothing is new since 2026-11-26."


def test_a_moment_that_is_none_is_told_with_what_is_kept():
    with pytest.raises(NoSuchMoment, match=r"'the flood' is neither a date.*Kept are 20261101T120000000000Z-1a2b3c4d"):
        summarise(since="the flood", changes=Earlier())


def test_a_moment_in_the_future_is_refused():
    with pytest.raises(NoSuchMoment, match="2027-01-01 is in the future"):
        summarise(since="2027-01-01")


class ByFirstWord(IntentClassifier):
    """What begins as "what's new" asks for a summary, anything else is a question."""

    wanted = WordEmbedder().question("what's new")

    def classify(self, vector: Vectors) -> Intent:
        return Intent.QUESTION

    guess = classify

    def may_ask_for_summary(self, vector: Vectors, least: float) -> bool:
        return bool(np.allclose(vector, self.wanted))


def ask(question: str, changes: Earlier):
    made = answerer(
        WordEmbedder(),
        reader=words_reader(9.0, "router"),
        intents=ByFirstWord(*([np.zeros(1)] * 6)),
        summariser=Summariser(changes=changes, clock=lambda: NOW),
    )
    return made.read_and_answer(INDEX, question)


@pytest.mark.parametrize("since", ["2026-11-01", "last week", "the last reindex", "20261101T12"])
def test_a_question_what_is_new_since_a_moment_is_answered_so(since):
    result = ask(f"what's new since {since}?", Earlier(NEW))
    assert beginnings(result.answer) == [NEW]
    assert result.answer.text.startswith("New or changed passages since ")
    assert result.summary


def test_a_question_about_something_else_since_a_moment_is_read_as_one():
    result = ask("Who sends the tokens since 2026-11-01?", Earlier(GUIDED))
    assert (result.summary, result.answer.abstained) == (None, False)


def test_a_question_since_a_moment_that_is_not_known_says_why():
    class Nothing(Earlier):
        def since(self, moment: Moment, search_index: object) -> SourceChanges:
            raise NoSuchMoment("No snapshot is kept.")

    answer = ask("what's new since the last reindex", Nothing()).answer
    assert (answer.abstained, answer.text, answer.why) == (True, "No snapshot is kept.", NO_QUESTION)
