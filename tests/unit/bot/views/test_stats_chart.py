"""The picture of /stats: as large as it should be, as high as the figures, readable, and told in words."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.text.escape import utf16_length
from bot.views.stats import Totals
from bot.views.stats_chart import ANSWERED, INK, MAX_ALT_TEXT, PAPER, UNANSWERED, describe_chart, draw_chart
from index.domain.activity import Day
from tests.support.paths import ROOT

Picture = NDArray[np.uint8]
PANEL = slice(44, 422)
"""The rows of the bars, below the legend."""


def make_day(ago: int = 0, questions: int = 0, answered: int = 0, **changes: Any) -> Day:
    """A day of 2025, `ago` days before 5 May."""
    values = {"helpful": 0, "unhelpful": 0, "latencies_ms": (8.0,) * min(questions, 9)} | changes
    return Day(date(2025, 5, 5) - timedelta(ago), questions, answered, **values)


def decoded(png: bytes) -> Picture:
    """The picture as rows of red, green and blue."""
    from matplotlib.image import imread

    return np.round(imread(io.BytesIO(png))[:, :, :3] * 255).astype(np.uint8)


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def heights(picture: Picture, colour: str) -> list[int]:
    """How many dots of a colour each bar has, from left to right; the legend above is left out."""
    dots = (np.abs(picture[PANEL].astype(int) - rgb(colour)).max(axis=2) < 8).sum(axis=0)
    columns = [int(count) for count in dots]
    starts = [column for column in range(1, len(columns)) if columns[column] > 0 and columns[column - 1] == 0]
    return [max(columns[start : start + 20]) for start in starts]


def contrast(one: str, other: str) -> float:
    """As WCAG has it: 1 is none, 21 is black on white."""

    def light(colour: str) -> float:
        parts = [value / 255 for value in rgb(colour)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted([light(one), light(other)], reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


many_days = st.lists(
    st.builds(
        lambda answered, silent, up, down, ms: (answered + silent, answered, up, down, ms),
        *[st.integers(0, 10**9)] * 4,
        st.none() | st.floats(0, 10**9),
    ),
    min_size=1,
    max_size=90,
).map(
    lambda rows: [
        make_day(len(rows) - number, q, a, helpful=up, unhelpful=down, latencies_ms=() if ms is None else (ms,))
        for number, (q, a, up, down, ms) in enumerate(rows)
    ]
)


@pytest.mark.parametrize("span", [1, 7, 30, 90])
def test_the_picture_is_a_small_png_of_a_thousand_by_six_hundred(span: int) -> None:
    png = draw_chart(
        [make_day(span - day, day * 37 % 50, day * 11 % 30, helpful=day % 3, unhelpful=1) for day in range(span)]
    )
    assert png.startswith(b"\x89PNG")
    assert decoded(png).shape == (750, 800, 3)
    assert len(png) <= 300_000


def test_bars_are_as_high_as_the_figures_and_the_rest_stands_on_them() -> None:
    picture = decoded(
        draw_chart(
            [make_day(6 - number, questions, 10) for number, questions in enumerate([10, 10, 10, 20, 10, 20, 20])]
        )
    )
    answered = heights(picture, ANSWERED)
    assert len(answered) == 7
    assert max(answered) - min(answered) <= 2
    rows = np.flatnonzero((np.abs(picture[PANEL].astype(int) - rgb(UNANSWERED)).max(axis=2) < 8).any(axis=1))
    assert rows.max() - rows.min() == pytest.approx(
        answered[0], abs=4
    )  # ten were not answered, as high as ten that were


def test_a_day_without_questions_has_no_bar() -> None:
    picture = decoded(draw_chart([make_day(2, 4, 4), make_day(1), make_day(0, 2, 2)]))
    assert heights(picture, ANSWERED) == [
        pytest.approx(2 * heights(picture, ANSWERED)[1], abs=3),
        pytest.approx(170, abs=30),
    ]
    assert heights(picture, UNANSWERED) == []


def test_everything_on_the_picture_stands_out_from_its_ground_in_any_theme() -> None:
    corner = tuple(int(value) for value in decoded(draw_chart([make_day(0, 1, 1)]))[0, 0])
    assert corner == rgb(PAPER)  # its own ground, not the theme's
    assert contrast(INK, PAPER) >= 7  # text, AAA
    assert min(contrast(ANSWERED, PAPER), contrast(UNANSWERED, PAPER)) >= 3  # graphics
    assert contrast(PAPER, "#ffffff") >= 3


@settings(max_examples=8, deadline=None)
@given(many_days)
def test_any_figures_make_a_picture(days: list[Day]) -> None:
    assert decoded(draw_chart(days)).shape == (750, 800, 3)


def test_pictures_are_drawn_from_several_threads() -> None:
    days = [make_day(day, day + 3, day) for day in range(30, -1, -1)]
    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(draw_chart, [days] * 8))
    assert set(drawn) == {draw_chart(days)}


def test_drawing_says_nothing_where_matplotlib_may_write_nowhere(tmp_path: Path) -> None:
    """Its caches go to a temporary folder then, of which it would tell in the log."""
    drawing = (
        "import logging; logging.basicConfig(level=logging.INFO); from datetime import date\n"
        "from index.domain.activity import Day; from bot.views.stats_chart import draw_chart\n"
        "print(len(draw_chart([Day(date(2025, 5, 5), 3, 2, 1, 0, (8.0,))])) > 1000)"
    )
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    place = {"HOME": str(nowhere), "MPLCONFIGDIR": str(nowhere / "below"), "TMPDIR": str(tmp_path)}
    process = subprocess.run(
        [sys.executable, "-c", drawing], cwd=ROOT, env=os.environ | place, capture_output=True, text=True, check=False
    )
    assert (process.stdout, process.stderr, process.returncode) == ("True\n", "", 0)


def test_the_picture_is_told_with_the_figures_of_each_day() -> None:
    days = [make_day(2, 12, 9, helpful=3, unhelpful=1), make_day(1), make_day(0, 4, 4, latencies_ms=(20.0,) * 4)]
    assert describe_chart(days) == (
        "Bar chart of the questions from 2025-05-03 to 2025-05-05: 16 in all, 13 answered, 3 not. "
        "Below it, the share of votes that are helpful: 75 % in all. "
        "And the median time of a question by day: 8 ms over all days. "
        "By day, answered of asked: 3 May: 9 of 12; 4 May: 0 of 0; 5 May: 4 of 4."
    )


def test_many_days_are_told_by_the_week_and_their_sums_are_those_of_the_days() -> None:
    days = [make_day(89 - day, 5, 3) for day in range(90)]
    description = describe_chart(days).split("answered of asked: ")[1].rstrip(".").split("; ")
    assert description[0] == "5 Feb: 21 of 35"
    assert len(description) == 13
    assert description[-1] == "30 Apr: 18 of 30"


@given(many_days)
def test_the_picture_in_words_fits_and_names_no_half_figure(days: list[Day]) -> None:
    description = describe_chart(days)
    assert utf16_length(description) <= MAX_ALT_TEXT
    assert description.endswith(".")
    last = description.rpartition(" of ")[2].rstrip(".").replace(",", "")
    weeks = {str(Totals.of(days[start : start + 7]).questions) for start in range(0, len(days), 7)}
    assert last in {str(day.questions) for day in days} | weeks
