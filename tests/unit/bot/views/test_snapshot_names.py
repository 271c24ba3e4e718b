"""Snapshots are shown by their time and the first letters of their id."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.views.message import notice_message
from bot.views.snapshot_names import name_snapshots, snapshot_letters, snapshot_name
from tests.support.harmless import blocks
from tests.support.makers import OLDER, SNAPSHOT


def test_a_snapshot_is_its_time_and_four_letters() -> None:
    assert snapshot_name(OLDER) == "<t:1743768000:f> (0bad)"


def test_more_letters_are_shown_only_if_others_begin_the_same() -> None:
    others = [f"20250405T120000000000Z-{letters}" for letters in ("0badc0de", "1a2b3c4d", "0badcafe")]
    assert snapshot_letters(OLDER, [OLDER, *others[:2]]) == "0badca"
    assert snapshot_letters(OLDER, [OLDER, SNAPSHOT]) == "0bad"
    assert snapshot_letters(OLDER, others) == "0badcafe"


def test_an_id_of_another_form_or_of_no_time_stays() -> None:
    assert snapshot_name("a*b") == r"a\*b"
    no_time = "20259999T120000000000Z-0badcafe"
    assert snapshot_name(no_time) == name_snapshots(no_time) == no_time


def test_ids_within_an_error_are_named_too() -> None:
    (text,) = blocks(notice_message(f"texts.jsonl of snapshot {OLDER} is damaged: it *is*."))
    assert text == r"texts.jsonl of snapshot <t:1743768000:f> (0bad) is damaged: it \*is\*."


@given(st.lists(st.text() | st.just(OLDER)).map("".join))
def test_a_text_with_names_is_never_longer(text: str) -> None:
    assert len(name_snapshots(text)) <= len(text)
