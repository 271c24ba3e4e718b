"""The bench of several processes, for some seconds."""

from __future__ import annotations

import pytest

from tests.bench.scale.measure_processes import measure_processes, rows

pytestmark = [pytest.mark.slow, pytest.mark.e2e]


async def test_no_question_of_a_crowd_is_lost_or_answered_twice_when_a_process_is_killed() -> None:
    result = await measure_processes(100, 5.0, 10.0)
    assert result["asked"] > 0
    assert (result["unanswered"], result["twice"], result["late"]) == (0, 0, 0)
    table = {row.name.strip(): row.figure for row in rows(result)}
    assert table["unanswered"] == "0"
    assert table["killed"] == "shard 1"
