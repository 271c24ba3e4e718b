"""Moments are read from the words that people use, and numbers of versions are none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from index.text.moments import LAST_REINDEX, Moment, find_since, parse_moment

NOW = datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
"""A Friday."""


def day(text: str) -> str | None:
    moment = parse_moment(text, NOW)
    return moment.text if moment else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("today", "2026-11-27"),
        ("Yesterday", "2026-11-26"),
        ("last week", "2026-11-20"),
        ("the last 3 months", "2026-08-27"),
        ("the past two weeks", "2026-11-13"),
        ("a week ago", "2026-11-20"),
        ("2 hours ago", "2026-11-27 06:30 UTC"),
        ("last Monday", "2026-11-23"),
        ("Friday", "2026-11-20"),
        ("this week", "2026-11-23"),
        ("this year", "2026-01-01"),
        ("2025-04-05", "2025-04-05"),
        ("20250405", "2025-04-05"),
        ("5 April 2025", "2025-04-05"),
        ("4.5.2025", "2025-05-04"),
        ("April 5", "2026-04-05"),
        ("December", "2025-12-01"),
        ("2025", "2025-01-01"),
        ("2025-04-05T14:30:00+02:00", "2025-04-05 12:30 UTC"),
    ],
)
def test_dates_and_spans_of_time_are_moments(text, name):
    assert day(text) == name


@pytest.mark.parametrize(
    "text", ["", "4", "3.1", "v2024.1", "Llama 3", "2025-13-45", "3/4/2025", "march madness", "99999 years ago"]
)
def test_other_words_are_no_moments(text):
    assert day(text) is None


@pytest.mark.parametrize("text", ["the last reindex", "last re-index", "the previous snapshot"])
def test_the_last_reindex_is_a_moment_without_a_time(text):
    assert parse_moment(text, NOW) == Moment(LAST_REINDEX)


def test_a_part_of_a_snapshots_id_is_a_moment():
    assert parse_moment("snapshot 20260410t1200", NOW) == Moment("20260410T1200", snapshot="20260410T1200")
    whole = "20260410T120000000000Z-1a2b3c4d"
    assert parse_moment(whole, NOW) == Moment(whole, snapshot=whole)


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("What's new since last week?", "What's new"),
        ("what's new since April 5, 2025 in the docs?", "what's new in the docs?"),
        ("What changed since the last reindex", "What changed"),
    ],
)
def test_a_request_is_parted_from_its_moment(question, rest):
    found = find_since(question, NOW)
    assert found
    assert found[0] == rest


@pytest.mark.parametrize("question", ["What's new since Llama 3?", "Since when is it so?", "What is new?"])
def test_a_question_without_a_moment_has_none(question):
    assert find_since(question, NOW) is None


def test_a_snapshot_is_named_by_its_first_letters_too():
    assert parse_moment("snapshot 0BAD", NOW) == Moment("0bad", snapshot="0bad")
    assert parse_moment("0bad", NOW) is None
