"""Progress on standard error."""

from __future__ import annotations

from index.cli._terminal import StageLines


def test_a_long_stage_tells_tokens_a_second_and_the_time_left(capsys):
    times = [0.0]
    lines = StageLines(clock=lambda: times[0])
    lines("reading sources", 0, 10)
    for second in range(70):
        times[0] = float(second)
        lines("embedding passages", 6_000 * second, 1_800_000)
    assert capsys.readouterr().err.splitlines() == [
        "reading sources ...",
        "embedding passages ...",
        "embedding passages: 180,000 of 1,800,000 tokens, 6,000 a second, about 4 min left",
        "embedding passages: 360,000 of 1,800,000 tokens, 6,000 a second, about 4 min left",
    ]


def test_without_a_total_no_time_left_is_told(capsys):
    times = [0.0]
    lines = StageLines(clock=lambda: times[0])
    lines("embedding passages", 0, 0)
    times[0] = 30.0
    lines("embedding passages", 30_000, 0)
    assert capsys.readouterr().err.splitlines()[1:] == ["embedding passages: 30,000 tokens, 1,000 a second"]
