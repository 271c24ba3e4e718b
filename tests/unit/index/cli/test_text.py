"""What the command line says counts one thing as one."""

from __future__ import annotations

import re

import pytest

from index.cli._text import MOST_LISTED, answer_lines, report_lines, snapshot_lines, status_lines
from index.cli.json_output import answer_line, status_json
from index.domain.answers import WrittenSentence
from index.domain.generation import GenerationFault
from index.domain.messages import count
from index.domain.regressions import ChangedAnswer, QuestionOrigin, RegressionCheck
from index.domain.snapshots import Status, StorageStatus, VectorSearch
from tests.support.makers import make_abstention, make_answer, make_citation, make_info, make_report


@pytest.mark.parametrize(("number", "said"), [(0, "0 sources"), (1, "1 source"), (2, "2 sources")])
def test_a_number_has_its_noun_in_the_singular_only_where_it_is_one(number, said):
    assert count(number, "source") == said


def test_an_answer_shows_each_quotation_once():
    first, second = make_citation(quote="It has 16 experts."), make_citation(2, "Another has 128.", context="Maverick")
    text = "\n".join(answer_lines(make_answer(first, second, confidence=0.8)))
    assert text.count("It has 16 experts.") == text.count("Another has 128.") == 1
    assert "[2] [Maverick] Another has 128.\n" in text
    assert "confidence 0.80 (likely)" in text


def test_words_of_an_answer_besides_its_quotations_are_shown_too():
    lines = list(answer_lines(make_answer(make_citation(quote="In May."), text="The sources disagree: In May. [1]")))
    assert lines[0] == "The sources disagree: In May. [1]"


def test_a_follow_up_says_how_it_was_read():
    assert next(answer_lines(make_answer(read_as="Who\nis it? and now?"))) == "Read as: Who is it? and now?\n"
    assert not next(answer_lines(make_answer())).startswith("Read as")


def test_an_abstention_says_why_before_the_nearest_passages():
    lines = list(answer_lines(make_abstention(make_citation(), text="The sources don't say.")))
    assert lines[:2] == ["The sources don't say.", "\nThe nearest passages:"]
    assert lines[-1].startswith("\nconfidence 0.12, snapshot ")


def test_a_snapshot_and_a_report_of_one_thing_say_so():
    (line,) = snapshot_lines([make_info(passages=1, sources=1)])
    assert "  1 passage of 1 source, " in line
    (anew,) = [
        line
        for line in report_lines(make_report(embedded=1, rebuild_reason="why"), live=True)
        if line.startswith("anew")
    ]
    assert re.fullmatch(r"anew +1 passage embedded: why", anew)


def test_a_report_lists_the_first_changed_answers_below_their_question():
    lost = ChangedAnswer("When\nis it?", "In May.", "")
    checks = (
        RegressionCheck(QuestionOrigin.OWN, 3, 2, (lost,), ("Who?",), "Only the first 2 of 3 questions were asked."),
        RegressionCheck(QuestionOrigin.HELPFUL, 30, 30, (lost,) * 30),
        RegressionCheck(QuestionOrigin.SUGGESTIONS, 0, 0),
    )
    lines = list(report_lines(make_report(regressions=checks), live=True))
    change = ["question   When is it?", "  was      In May.", "  now      no answer"]
    assert lines[-1 - 4 - 3 * MOST_LISTED - 5 : -1] == [
        *change,
        "wrong      Who?",
        "questions  2 asked, 1 lost, 0 changed, 1 wrong",
        "questions  Only the first 2 of 3 questions were asked.",
        *change * MOST_LISTED,
        "           and 10 more",
        "helpful    30 asked, 30 lost, 0 changed",
        "suggested  none to ask again",
    ]


def test_a_written_answer_says_by_whom_and_how_many_sentences_did_not_pass():
    written = make_answer(
        generator="scout", sentences=(WrittenSentence("It has 16.", (1,)),), dropped=1, text="It has 16. [1]"
    )
    lines = list(answer_lines(written))
    assert lines[0] == "It has 16. [1]"
    assert lines[-1] == "written by scout, every sentence checked; 1 sentence did not pass"


@pytest.mark.parametrize("fault", list(GenerationFault))
def test_a_written_answer_with_a_fault_is_not_written_to_its_end(fault):
    written = make_answer(generator="scout", sentences=(WrittenSentence("It has 16.", (1,)),), fault=fault.value)
    *_, last = answer_lines(written)
    assert last.startswith("written by scout, every sentence checked; not to its end: ")
    assert "nothing" not in last
    line = answer_line(None, written)
    assert (line["fault"], [sentence["text"] for sentence in line["sentences"]]) == (fault, ["It has 16."])


@pytest.mark.parametrize("fault", list(GenerationFault))
def test_an_answer_that_could_not_be_written_says_why(fault):
    *_, last = answer_lines(make_answer(fault=fault.value))
    assert last.startswith("not written by the language model: ")


def test_status_says_what_a_search_by_codes_finds():
    searches = (VectorSearch("flat", 40), VectorSearch("pq4", 400_000, 0.987, 300, 300, 3.0))
    status = Status(None, (), (), "", "words", True, vectors=searches)
    lines = [line for line in status_lines(status) if line.startswith("vectors")]
    assert lines == ["vectors    400,000, searched by their codes, which finds 98.7% of the nearest 20"]
    assert status_json(status)["vectors"][1]["recall"] == 0.987


def test_status_names_the_object_storage_and_what_is_live_there() -> None:
    status = Status(None, (), (), "", "m", ready=False, storage=StorageStatus("s3://b/p", "x", "It is damaged."))
    assert [*status_lines(status)][:2] == ["storage    s3://b/p, live there: x", "           It is damaged."]
    assert status_json(status)["storage"]["snapshot"] == "x"
