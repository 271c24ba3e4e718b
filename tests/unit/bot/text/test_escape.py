"""Text is cut between words, and what would act in it is escaped, no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.escape import ELLIPSIS, escape, fit, fit_around_bold, fold, utf16_length
from tests.support.harmless import seen, texts


@given(text=texts)
def test_text_that_fits_is_shown_whole(text: str) -> None:
    assert seen(fit(text, 10**6)) == fold(text)


@given(text=texts, room=st.integers(1, 200))
def test_text_that_is_cut_ends_with_an_ellipsis_after_a_beginning_of_it(text: str, room: int) -> None:
    cut = fit(text, room)
    assert utf16_length(cut) <= room
    if cut != escape(fold(text)):
        assert cut.endswith(ELLIPSIS)
        assert fold(text).startswith(seen(cut.removesuffix(ELLIPSIS)).rstrip())


@given(words=st.lists(st.text("abc_*", min_size=1, max_size=9), min_size=30, max_size=60), room=st.integers(40, 90))
def test_words_are_not_cut_through(words: list[str], room: int) -> None:
    kept_words = seen(fit(" ".join(words), room)).removesuffix(" " + ELLIPSIS).split()
    assert kept_words == words[: len(kept_words)]
    assert kept_words


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two …"),
        ("one two three", 9, "one two …"),
        ("one two three", 8, "one …"),
        ("字" * 10, 5, "字字字字…"),
        ("incomprehensibilities are", 9, "incompre…"),
        ("_" * 10, 6, r"\_\_…"),
        ("e\u0301" * 10, 6, "e\u0301e\u0301…"),
        ("👩\u200d🚀" * 3, 12, "👩\u200d🚀👩\u200d🚀…"),
        ("😀" * 10, 6, "😀😀…"),
        ("word", 1, "…"),
    ],
)
def test_a_cut_respects_words_escapes_and_visible_characters(text: str, room: int, shown: str) -> None:
    assert fit(text, room) == shown


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("an industry-leading window of 10 million tokens, 12.5 % more", None),
        ("# Title", r"\# Title"),
        ("- item", r"\- item"),
        ("-# small", r"\-# small"),
        ("1. item", r"1\. item"),
        ("2.5 million", None),
        ("https://example.com/a_b", r"https\:\/\/example.com\/a\_b"),
        ("discord.gg/abc", r"discord.gg\/abc"),
        ("@everyone", "@\u200beveryone"),
        ("someone@example.com", None),
        ("<@123>", r"\<\@123\>"),
        ("[text](target)", r"\[text\]\(target)"),
        ("f(x)", None),
    ],
)
def test_only_what_would_act_is_escaped(text: str, escaped: str | None) -> None:
    assert escape(text) == (escaped or text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("a\u202eb\u2066c\u200fd", "abcd"),
        (" a\r\n\tb\u2028c ", "a b c"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("pass\u200dword", "password"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\ud800lone", "lone"),
    ],
)
def test_what_hides_or_reorders_text_is_dropped_and_spelling_is_kept(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_quotation_is_cut_between_words_and_no_more_than_it_must_be() -> None:
    text = "one two three four five six seven"
    assert fit_around_bold(text, (14, 18), 33 + 4) == "one two three **four** five six seven"
    assert fit_around_bold(text, (14, 18), 36) == "one two three **four** five six …"
    assert fit_around_bold(text, (14, 18), 32) == "… two three **four** five six …"
    assert fit_around_bold(text, (14, 18), 12) == "… **four** …"
    assert fit_around_bold(text, (14, 18), 11) == "one two …"
    assert fit_around_bold(text, None, 20) == "one two three four …"


@given(text=st.text(max_size=80), start=st.integers(0, 80), length=st.integers(0, 20), room=st.integers(12, 90))
def test_whatever_is_cut_around_fits_its_room(text: str, start: int, length: int, room: int) -> None:
    line = fold(text)
    bold = (min(start, len(line)), min(start + length, len(line)))
    assert utf16_length(fit_around_bold(text, bold, room)) <= room
