"""Shards as people write them."""

from __future__ import annotations

import pytest

from bot.shards import ShardRange, format_shards, parse_shards


def test_numbers_and_ranges_name_shards() -> None:
    assert parse_shards("0-3,8") == (0, 1, 2, 3, 8)
    assert parse_shards(" 2, 0-1 2 ") == (0, 1, 2)
    assert parse_shards("") == ()


@pytest.mark.parametrize("text", ["a", "3-1", "-1", "0..3", "1-2-3", "0-99999999", "0x1"])
def test_other_texts_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 0-3,8"):
        parse_shards(text)


def test_shards_are_written_in_runs() -> None:
    assert format_shards((8, 0, 1, 2, 3)) == "0-3,8"
    assert format_shards(()) == ""


def test_shards_are_shared_only_where_some_are_named() -> None:
    assert not ShardRange(16).shared
    assert ShardRange(16, (0, 1)).shared
