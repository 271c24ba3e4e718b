"""Answers in the console: what is printed, and that no text acts on the terminal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.domain.answers import LIKELY, NO_QUESTION, ShortAnswer
from index.domain.snapshots import SkippedSource
from tests.support.console_session import ConsoleSession
from tests.support.makers import make_abstention, make_answer, make_citation, make_report, make_source, make_status
from tests.support.writing_library import make_written

BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_an_answer_says_first_how_a_misspelt_question_was_read():
    console_session = ConsoleSession()
    console_session.library.answer = make_answer(read_as="how many experts has Maverick")
    console_session.session.handle("how many experst has mavrick")
    assert console_session.out.startswith("> how many experst has mavrick\nRead as: how many experts has Maverick\n")


def test_answer_shows_quotations_numbered_with_source_section_certainty_and_time():
    console_session = ConsoleSession()
    citations = make_citation(), make_citation(2, "Second.", source="b.md", section="")
    console_session.library.answer = make_answer(*citations, latency_ms=12.4)
    console_session.session.handle("What is the context window of Scout?")
    assert console_session.out == (
        "> What is the context window of Scout?\n"
        "[1] “It stands out for its efficiency and offers an industry-leading context window of 10 million tokens.”\n"
        "    llama-4-release.md, Models > Scout\n"
        "\n"
        "[2] “Second.”\n"
        "    b.md\n"
        "\n"
        "I am sure of this. Took 12 ms.\n"
        "\n"
    )


def test_answer_in_other_words_than_its_quotations_is_shown_above_them():
    console_session = ConsoleSession()
    console_session.library.answer = make_answer(make_citation(quote="Ten million."), text="It is ten million. [1]")
    console_session.session.handle("How long?")
    assert console_session.out.splitlines()[1:4] == ["It is ten million.", "", "[1] “Ten million.”"]


def test_short_answer_or_verdict_comes_first_and_is_bold_within_its_quotation():
    quote = "Scout has 16 experts."
    short = ShortAnswer("16 experts", "llama-4-release.md", 10, 20, 1)
    console_session = ConsoleSession(terminal=True)
    console_session.library.answer = make_answer(make_citation(quote=quote), short_answer=short)
    console_session.session.handle("How many?")
    assert "\x1b[1m16 experts\x1b[0m\n\n" in console_session.out
    assert "“Scout has \x1b[1m16 experts\x1b[0m.”" in console_session.out
    console_session = ConsoleSession()
    console_session.library.answer = make_answer(make_citation(quote=quote), verdict="yes")
    console_session.session.handle("Has it?")
    assert console_session.out.splitlines()[1:4] == ["Yes.", "", f"[1] “{quote}”"]


def test_an_unsure_answer_has_nothing_in_bold():
    short = ShortAnswer("16 experts", "llama-4-release.md", 10, 20, 1)
    answer = make_answer(make_citation(quote="Scout has 16 experts."), short_answer=short)
    console_session = ConsoleSession(terminal=True)
    console_session.library.answer = replace(answer, confidence=LIKELY - 0.01)
    console_session.session.handle("How many?")
    assert "“Scout has 16 experts.”" in console_session.out
    assert "16 experts\n\n" in console_session.out
    assert "\x1b[1m" not in console_session.out.partition("16 experts")[2]


def test_abstention_says_its_reason():
    console_session = ConsoleSession()
    console_session.library.answer = make_abstention(text="The sources don't mention Gemini.")
    console_session.session.handle("Gemini?")
    assert "The sources don't mention Gemini.\n\n" in console_session.out


def test_abstention_shows_the_nearest_passages_on_request_alone():
    console_session = ConsoleSession()
    console_session.library.answer = make_abstention(make_citation(quote="Near."), latency_ms=12.4)
    console_session.session.handle("Who founded OpenAI?")
    before = "> Who founded OpenAI?\nThe sources don't say.\n\nTook 12 ms. /more shows the nearest passages.\n\n"
    assert console_session.out == before
    console_session.session.handle("/more")
    assert console_session.out.removeprefix(before) == (
        "Passages near the last question, which may not be about it:\n\n"
        "[1] “Near.”\n    llama-4-release.md, Models > Scout\n\n"
    )


def test_more_passages_are_those_that_the_answer_does_not_quote():
    console_session = ConsoleSession()
    console_session.session.handle("/more")
    assert console_session.err == "Ask a question first.\n"
    console_session.session.handle("What?")
    console_session.library.further = make_citation(), make_citation(2, "Maverick has 128 experts.")
    console_session.session.handle("/more")
    assert console_session.out.count("10 million tokens") == 1
    assert "[2] “Maverick has 128 experts.”" in console_session.out
    console_session.library.further = ()
    console_session.session.handle("/more")
    assert console_session.out.endswith("There are no further passages near this question.\n")


def test_small_talk_offers_no_passages():
    console_session = ConsoleSession()
    console_session.library.answer = make_abstention(make_citation(), text="I answer questions.", why=NO_QUESTION)
    console_session.session.handle("hi")
    assert "/more" not in console_session.out


def test_context_stands_outside_the_quotation_and_a_list_has_a_line_for_each_item():
    console_session = ConsoleSession()
    cited = make_citation(quote="It runs on:\n- one H100\n- a host", context="Scout")
    console_session.library.answer = make_answer(cited)
    console_session.session.handle("Where?")
    assert console_session.out.splitlines()[1:4] == ["[1] [Scout] “It runs on:", "    • one H100", "    • a host”"]


@pytest.mark.parametrize(
    ("confidence", "said"),
    [(1.0, "I am sure of this."), (0.8, "This is likely right."), (0.0, "I am unsure of this.")],
)
def test_confidence_is_said_in_words(confidence, said):
    console_session = ConsoleSession()
    console_session.library.answer = make_answer(confidence=confidence)
    console_session.session.handle("What?")
    assert f"\n{said} Took " in console_session.out


def test_quotation_is_shown_as_a_person_reads_it():
    console_session = ConsoleSession()
    console_session.library.answer = make_answer(make_citation(quote="modelsâ€”LLaMA", shown="models—LLaMA"))
    console_session.session.handle("Which?")
    assert "“models—LLaMA”" in console_session.out
    assert "â€" not in console_session.out


def test_url_of_a_source_is_shown():
    console_session = ConsoleSession()
    console_session.library.answer = make_answer(make_citation(url="https://example.org/a"))
    console_session.session.handle("Which?")
    assert "    https://example.org/a\n" in console_session.out


@pytest.mark.parametrize("terminal", [True, False])
def test_no_text_acts_on_the_terminal_or_is_read_as_markup(terminal):
    console_session = ConsoleSession(terminal=terminal)
    evil = "a\x1b]0;title\x07b\x9b31mc\u202ed\re [bold]f[/bold] [link=x]g [/] :smile:"
    console_session.library.answer = make_answer(make_citation(quote=evil, section=evil, source=evil), text=evil)
    console_session.library.current = make_status(
        sources=(make_source(evil, title=evil),), skipped=(SkippedSource(evil, evil),)
    )
    console_session.library.report = make_report(added=(evil,), skipped=(SkippedSource(evil, evil),))
    for text in (evil, "/sources", "/status", "/reindex", f"/{evil}"):
        console_session.session.handle(text)
    printed = console_session.out + console_session.err
    assert "[bold]f[/bold] [link=x]g [/] :smile:" in printed
    assert "\x1b]" not in printed
    assert not set(printed) & set("\x07\x9b\u202e")
    assert "d e [bold]" in printed


@given(st.text())
def test_whatever_a_source_holds_only_readable_characters_are_printed(text):
    console_session = ConsoleSession()
    console_session.library.answer = make_answer(
        make_citation(quote=text, section=text, source=text, url=text), text=text
    )
    console_session.session.handle("What?")
    acting = {"Cc", "Cs", "Zl", "Zp"}
    assert [line for line in console_session.out if unicodedata.category(line) in acting and line != "\n"] == []
    assert not BIDI_CONTROLS & {unicodedata.bidirectional(line) for line in console_session.out}


def test_colour_and_control_sequences_never_leave_a_terminal():
    console_session = ConsoleSession(terminal=False)
    for text in ("What?", "/sources", "/status", "/help", "/reindex", "/nothing"):
        console_session.session.handle(text)
    assert "\x1b" not in console_session.out + console_session.err


def test_long_quotation_stays_on_one_line_where_output_is_no_terminal():
    console_session = ConsoleSession(width=40)
    console_session.session.handle("What?")
    assert "industry-leading context window of 10 million tokens.”\n" in console_session.out


def test_long_quotation_wraps_beside_its_number_on_a_terminal():
    console_session = ConsoleSession(terminal=True, width=60)
    console_session.session.handle("What?")
    rows = [re.sub(r"\x1b\[[\d;]*m", "", row).rstrip() for row in console_session.out.splitlines()]
    assert rows[:4] == [
        "[1] “It stands out for its efficiency and offers an",
        "    industry-leading context window of 10 million tokens.”",
        "    llama-4-release.md, Models > Scout",
        "",
    ]


def test_a_written_answer_that_a_fault_ended_says_so():
    console_session = ConsoleSession()
    console_session.library.answer = make_written("Scout reads much.", fault="timeout")
    console_session.session.handle("What is Scout?")
    assert "Scout reads much. [1]" in console_session.out
    assert "checked. It is not written to its end. The language model did not answer in time." in console_session.out
