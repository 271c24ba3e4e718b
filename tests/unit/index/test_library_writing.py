"""Answers that a language model writes, through the whole library on the fakes."""

from __future__ import annotations

import pytest

from index.domain.generation import GenerationFault, WritingRequest
from tests.support.generation_fakes import FakeGenerator, draft, output
from tests.support.index_fakes import library, write

BREAD = "# Baking\n\nBread is made of flour and water.\n\nTea is made of leaves and time.\n"
QUESTION = "What is bread made of?"
GOOD = output(draft("Bread is flour and water.", "made of flour and water"))


@pytest.fixture
def writing(tmp_path):
    generator = FakeGenerator()
    opened = library(write(tmp_path / "seeds", a_md=BREAD), tmp_path / "index", generator=generator)
    opened.reindex()
    return opened, generator


def test_a_question_that_asks_for_writing_is_written(writing):
    opened, generator = writing
    generator.outputs = [GOOD]
    answer = opened.ask(QUESTION, writing=WritingRequest())
    assert (answer.text, answer.generator) == ("Bread is flour and water. [1]", "scripted")
    assert BREAD[answer.citations[0].start : answer.citations[0].end] == "Bread is made of flour and water."


def test_no_other_question_and_no_reindex_asks_the_language_model(writing):
    opened, generator = writing
    assert opened.ask(QUESTION).generator == "extractive"
    opened.conversation.reply(QUESTION, user=1, guild=2, channel=3)
    opened.reindex()
    assert generator.asked == []


def test_a_written_answer_is_recorded_with_its_quotations(writing):
    opened, generator = writing
    generator.outputs = [GOOD, GOOD]
    recorded = opened.conversation.reply(QUESTION, user=1, guild=2, channel=3, writing=WritingRequest())
    assert opened.journal.entry(recorded.id).citations == recorded.answer.citations
    assert "flour" in opened.viewer.page(recorded.id, 1).text
    opened.conversation.reply("And why?", user=1, guild=2, channel=3, writing=WritingRequest())
    assert "Bread is made of flour and water." in generator.asked[-1][-1].text


def test_a_new_snapshot_is_written_anew(writing, tmp_path):
    opened, generator = writing
    generator.outputs = [GOOD, GenerationFault.BUSY]
    opened.ask(QUESTION, writing=WritingRequest())
    write(tmp_path / "seeds", a_md=BREAD.replace("Tea", "Brew"))
    opened.reindex()
    assert opened.ask(QUESTION, writing=WritingRequest()).fault == GenerationFault.BUSY
    assert len(generator.asked) == 2


def test_closing_the_library_closes_the_language_model(writing):
    opened, generator = writing
    opened.close()
    assert generator.is_closed
