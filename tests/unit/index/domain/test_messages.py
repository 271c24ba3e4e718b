"""A phrase is an English text to whoever doesn't ask, and keeps what it is made of wherever it is written down."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.domain.errors import LibraryError, SourceRejected, UnreadableSource
from index.domain.messages import (
    LIST,
    REBUILD,
    Message,
    join_messages,
    message_from_json,
    message_of,
    message_to_json,
    system_message,
    with_fix,
    without_fix,
)
from index.domain.snapshots import SkippedSource, Snapshot
from index.journal.journal import Journal
from index.parsing._sandbox import read_in_sandbox
from index.snapshots.manifest import FORMAT, Manifest
from index.sources.web import CachedPage, WebSources

NESTED = Message(
    "{name} {why}; {all}",
    name="a {why}.md",
    why=Message("is larger than {size} MB", size=2.5),
    all=(Message("and {number} more", number=1_200), "b"),
)


def parts(text: str) -> object:
    """All that a text is made of; a plain one is made of itself."""
    return message_to_json(text)


def test_a_phrase_is_its_english_text() -> None:
    assert NESTED == "a {why}.md is larger than 2.5 MB; and 1,200 more; b"
    assert isinstance(NESTED, str)
    assert json.dumps({"reason": NESTED}) == '{"reason": "a {why}.md is larger than 2.5 MB; and 1,200 more; b"}'


def test_a_phrase_stays_one_within_a_noun_that_becomes_a_table() -> None:
    assert isinstance(asdict(SkippedSource("a.md", NESTED))["reason"], Message)


def test_what_is_packed_comes_back_with_all_it_is_made_of() -> None:
    back = message_from_json(json.loads(json.dumps(message_to_json(NESTED))))
    assert (back, parts(back)) == (NESTED, parts(NESTED))
    assert message_from_json(message_to_json("plain [text]")) == "plain [text]"


@pytest.mark.parametrize("row", [None, 1, {}, ["a", 1, {}], [["a", {}], None], ["a", {"b": None}]])
def test_what_was_not_packed_is_no_text(row: object) -> None:
    with pytest.raises(TypeError):
        message_from_json(row)


@given(st.text(), st.text())
def test_a_value_is_put_in_as_it_stands_whatever_it_holds(name: str, other: str) -> None:
    assert Message("{a} and {b}", a=name, b=other) == f"{name} and {other}"


def test_an_error_tells_the_phrase_that_it_was_raised_with() -> None:
    error = SourceRejected("a.md", Message("is empty"))
    assert (str(error), parts(error.message)) == ("a.md is empty.", parts(message_of(error)))
    assert isinstance(error.message, Message)
    assert LibraryError("A plain text.").message == "A plain text."


def test_what_the_system_says_often_is_a_phrase_and_the_rest_stays_as_it_is() -> None:
    assert isinstance(system_message(OSError(28, "No space left on device")), Message)
    assert system_message(OSError(1, "Something odd")) == "Something odd"
    assert system_message(OSError()) == ""


def test_the_step_that_mends_the_live_snapshot_is_left_out_of_another() -> None:
    error = LibraryError(with_fix(REBUILD, "{file} is damaged", file="tokens.npy"))
    assert str(error) == "tokens.npy is damaged: run `python -m index reindex` to build it anew."
    assert without_fix(error) == "tokens.npy is damaged."
    other = with_fix(LIST, "There is no snapshot {id}", id="5eed")
    assert without_fix(LibraryError(other)) is other


def test_a_manifest_keeps_the_reasons_of_files_that_were_skipped() -> None:
    snapshot = Snapshot("20250405T100000000000Z-5eed5eed", datetime(2025, 4, 5, tzinfo=UTC), "m", 3, {}, 0, FORMAT)
    skipped = (SkippedSource("a.md", NESTED), SkippedSource("b.md", "of before"))
    made = Manifest(snapshot, max_tokens=9, titles={}, skipped=skipped, files={})
    back = Manifest.from_json(made.to_json())
    assert [parts(skipped_file.reason) for skipped_file in back.skipped] == [parts(NESTED), "of before"]
    assert (back, back.to_json()) == (made, made.to_json())


def test_the_copy_of_a_page_keeps_why_it_is_old(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text('[[source]]\nurl = "http://127.0.0.1/a.md"\nname = "a"\n', "utf-8")
    web = WebSources(tmp_path / "fetched", max_bytes=100)
    web.refresh(tmp_path)
    (skipped,) = web.read(tmp_path).skipped
    host = Message(
        "{host} is an address of a private network: allow it in FETCH_ALLOW_HOSTS, or list another", host="127.0.0.1"
    )
    assert parts(skipped.reason) == parts(Message("could not be fetched: {why}", why=host))
    assert CachedPage("a", "b").problem == ""


def test_a_reason_comes_out_of_the_process_that_reads_as_it_went_in() -> None:
    with pytest.raises(UnreadableSource) as refused:
        read_in_sandbox("docx", b"no archive")
    assert parts(message_of(refused.value)) == parts(Message("is no Word document: save it anew as .docx"))


def test_the_audit_keeps_phrases_and_shows_lines_of_before_as_they_were_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite3")
    journal.add_audit_entry(
        user=1, origin="2", action=Message("rollback {id}", id="5eed"), outcome=join_messages((NESTED, "b"))
    )
    with journal._file.writing() as db:
        db.execute("INSERT INTO audit (at, place, what, outcome) VALUES ('2025-04-05T00:00:00+00:00', '2', 'x', 'y')")
        db.execute(
            "INSERT INTO audit (at, place, what, outcome, phrases) "
            "VALUES ('2025-04-05T00:00:00+00:00', '2', 'x', 'y', '[[1], 2]')"
        )
    *before, line = journal.audit_entries(9)
    assert [(entry.action, entry.outcome) for entry in before] == [("x", "y"), ("x", "y")]
    assert (parts(line.action), parts(line.outcome)) == (
        ["rollback {id}", {"id": "5eed"}],
        parts(join_messages((NESTED, "b"))),
    )
