"""Which processes of one bot may share a folder of state."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.client.state_lock import holding_state
from bot.shards import ShardRange
from index import LibraryError

TOKEN = "token"


def test_processes_that_share_the_shards_run_together(tmp_path: Path) -> None:
    with holding_state(tmp_path, TOKEN, ShardRange(2, (0,))), holding_state(tmp_path, TOKEN, ShardRange(2, (1,))):
        assert len(list(tmp_path.glob("bot-*-*.lock"))) == 2


def test_process_of_all_shards_runs_alone(tmp_path: Path) -> None:
    with (
        holding_state(tmp_path, TOKEN, ShardRange(2, (0,))),
        pytest.raises(LibraryError, match="runs already"),
        holding_state(tmp_path, TOKEN),
    ):
        pass
    with holding_state(tmp_path, TOKEN), holding_state(tmp_path, "another"):
        pass


def test_shared_shards_do_not_run_beside_a_process_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.client.state_lock.STARTING_SECONDS", 0.1)
    with (
        holding_state(tmp_path, TOKEN),
        pytest.raises(LibraryError, match="SHARD_COUNT and SHARD_IDS"),
        holding_state(tmp_path, TOKEN, ShardRange(2, (0,))),
    ):
        pass
