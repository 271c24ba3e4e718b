"""Progress and cancellation of a reindex."""

from __future__ import annotations

import threading

import pytest

from index.domain.errors import ReindexCancelled
from index.indexing.progress import ReindexProgress, ReindexRequest


def test_what_is_left_of_a_step_follows_from_its_rate_so_far():
    times = [100.0]
    progress = ReindexProgress([ReindexRequest()], clock=lambda: times[0])
    progress("reading sources", 0, 10)
    assert progress.now.seconds_left is None
    times[0] += 4
    progress("reading sources", 2, 10)
    assert (progress.now.seconds_left, progress.now.seconds) == (16.0, 4.0)
    progress("embedding passages", 100, 1_000)  # a step that was begun before
    assert progress.now.seconds_left is None
    times[0] += 10
    progress("embedding passages", 200, 1_000)
    assert (progress.now.seconds_left, progress.now.seconds) == (80.0, 14.0)
    progress("writing the snapshot", 0, 0)
    assert progress.now.seconds_left is None


def test_the_rate_is_that_of_late_so_that_kept_parts_soon_count_no_more():
    times = [0.0]
    progress = ReindexProgress([ReindexRequest()], clock=lambda: times[0])
    progress("embedding passages", 0, 10_000_000)
    for second in range(1, 101):
        times[0] = float(second)
        progress("embedding passages", 4_000_000 + 6_000 * second, 10_000_000)
    assert progress.now.per_second == 6_000
    assert progress.now.seconds_left == 900


def test_the_log_tells_tokens_a_second_and_the_time_left_each_minute(caplog):
    times = [0.0]
    progress = ReindexProgress([ReindexRequest()], clock=lambda: times[0])
    with caplog.at_level("INFO", "index.indexing.progress"):
        for second in range(131):
            times[0] = float(second)
            progress("reading sources", second, 1_000)
        for second in range(131):
            times[0] = 131.0 + second
            progress("embedding passages", 6_000 * second, 1_440_000)
    assert caplog.messages == [
        "Embedding passages: 360000 of 1440000 tokens, 6000 a second, about 3 min left",
        "Embedding passages: 720000 of 1440000 tokens, 6000 a second, about 2 min left",
    ]


def test_what_is_committed_can_no_longer_be_cancelled():
    cancelled = threading.Event()
    progress = ReindexProgress([ReindexRequest(cancelled=cancelled)])
    progress.commit()
    cancelled.set()
    progress("asking open gaps again", 1, 2)
    assert (progress.now.stage, progress.now.done) == ("asking open gaps again", 1)


def test_a_cancelled_run_cannot_be_committed():
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(ReindexCancelled, match="the index is as it was before"):
        ReindexProgress([ReindexRequest(cancelled=cancelled)]).commit()
