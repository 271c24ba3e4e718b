"""Gaps as a message and as a table: within Discord's limits, harmless, and true."""

from __future__ import annotations

import csv
import io
import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.views.custom_id import ComponentId
from bot.views.gaps import gaps_message
from bot.views.gaps_csv import escape_formula, gaps_to_csv
from index.domain.activity import Gap, Theme
from index.domain.answers import Citation
from tests.support.discord.rules import all_components, text_of
from tests.support.harmless import EVIL, blocks, check_harmless, citations, texts
from tests.support.makers import make_citation

NOON = datetime(2025, 4, 5, 12, 0, tzinfo=UTC)
ids = (f"id-{number}" for number in itertools.count())


def make_gap(question: str = "When is it?", **changes: Any) -> Gap:
    values: dict[str, Any] = {
        "question": question,
        "times": 1,
        "newest": NOON,
        "ids": (next(ids),),
        "why": "unanswered",
    }
    return Gap(**(values | changes))


def make_theme(*questions: str, nearest: tuple[Citation, ...] = (), **changes: Any) -> Theme:
    return Theme(tuple(make_gap(question, **changes) for question in questions), nearest)


def text(themes: list[Theme], page: int = 1, note: str = "") -> str:
    return "\n".join(blocks(gaps_message(themes, page, note=note)))


def table(themes: list[Theme]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(gaps_to_csv(themes).decode("utf-8-sig"), newline="")))


some_gaps = st.builds(
    make_gap,
    texts,
    times=st.integers(1, 10**6),
    ids=st.builds(lambda: (next(ids),)),
    why=st.sampled_from(["unanswered", "unhelpful", "reported", "new"]),
    reasons=st.lists(texts, max_size=5).map(tuple),
)
some_themes = st.builds(
    Theme, st.lists(some_gaps, min_size=1, max_size=8).map(tuple), st.lists(citations, max_size=4).map(tuple)
)
worst = [
    Theme(
        tuple(
            make_gap(EVIL * 20, times=10**6, why=why, reasons=(EVIL * 20,) * 9)
            for why in ("unanswered", "unhelpful", "reported", "unanswered", "reported")
        ),
        (make_citation(1, EVIL * 9, title=EVIL, section=EVIL, source=EVIL),) * 5,
    )
    for _ in range(12)
]


@given(themes=st.lists(some_themes, max_size=12), page=st.integers(-1, 99), note=texts)
@example(themes=worst, page=3, note="Solved: 3 questions.")
@example(themes=worst, page=1, note=EVIL * 99)
def test_a_page_is_harmless_whatever_was_asked(themes: list[Theme], page: int, note: str) -> None:
    check_harmless(gaps_message(themes, page, note=note))


@given(st.lists(some_themes, min_size=1, max_size=12))
def test_every_theme_is_on_one_page_and_its_button_names_its_newest_answer(themes: list[Theme]) -> None:
    pages = -(-len(themes) // 5)
    names = []
    for page in range(1, pages + 1):
        buttons = [
            component
            for component in all_components(gaps_message(themes, page).to_components())
            if component["type"] == 2
        ]
        names += [
            ComponentId.parse(component["custom_id"]) for component in buttons if component["label"] == "Mark as solved"
        ]
    assert [(press.action, press.answer) for press in names if press] == [
        ("gapsolve", theme.gaps[0].ids[0]) for theme in themes
    ]


def theme_lines(theme: Theme) -> list[str]:
    head, *lines, closing = text([theme]).splitlines()
    assert "in 1 theme**" in head
    assert closing == "-# Newest first. What is solved comes back when it is asked again without a good answer."
    return lines


def test_a_theme_tells_how_often_why_and_what_voters_wrote() -> None:
    gap = make_gap("When was *that*?", times=3, why="unhelpful", reasons=("No [date]", "Wrong"))
    assert theme_lines(Theme((make_gap("When is it?"), gap), (make_citation(1, "On April 29."),))) == [
        "**1. When is it?**",
        "-# Asked 4 times, last <t:1743854400:R> · no answer (1), not helpful (1) · 2 wordings",
        r"-# Voters wrote: “No \[date\]”, “Wrong”",
    ]


def test_without_reasons_a_theme_tells_other_wordings_else_the_nearest_passage() -> None:
    nearest = (make_citation(1, "On _April_ 29."),) * 2
    gap = make_gap("When was *that*?", times=3)
    assert theme_lines(Theme((make_gap(), gap), nearest))[2:] == [r"-# Also: “When was \*that\*?” (3 times)"]
    wanted = r"-# Nearest: “On \_April\_ 29.” llama-4-release.md"
    assert theme_lines(Theme((make_gap(),), nearest))[2:] == [wanted]
    assert len(theme_lines(Theme((make_gap(),)))) == 2


@given(some_themes)
def test_a_theme_has_at_most_three_lines(theme: Theme) -> None:
    assert len(theme_lines(theme)) <= 3


def test_what_is_left_out_of_a_theme_is_counted() -> None:
    questions = ("Q0", "Q1", "Q2", "Q3", "Q4", "Q5")
    assert "Also: “Q1” (once), “Q2” (once) and 3 more" in text([make_theme(*questions)])
    assert "Voters wrote: “R”, “R” and 4 more" in text([make_theme(*questions, reasons=("R",))])


def test_a_long_theme_takes_no_room_from_short_ones() -> None:
    short = [make_theme(f"Short question number {number}, which is whole?") for number in range(4)]
    rendered = text([worst[0], *short])
    assert all(f"Short question number {number}, which is whole?**" in rendered for number in range(4))
    assert "and 43 more" in rendered


def test_in_five_long_themes_every_question_can_still_be_read() -> None:
    for block in blocks(gaps_message(worst))[1:6]:
        assert len(block.splitlines()[0]) > 60


@pytest.mark.parametrize(("page", "shown"), [(-1, 1), (0, 1), (1, 1), (2, 2), (3, 2), (999_999, 2)])
def test_a_page_past_the_end_is_the_last(page: int, shown: int) -> None:
    rendered = text([make_theme(f"Q{number}") for number in range(6)], page)
    assert f"page {shown} of 2" in rendered
    assert ("Q5" in rendered, "Q0" in rendered) == (shown == 2, shown == 1)


def test_only_pages_that_there_are_can_be_turned_to() -> None:
    def row(themes: int, page: int) -> list[tuple[str, bool]]:
        view = gaps_message([make_theme(f"Q{number}") for number in range(themes)], page)
        buttons = [component for component in all_components(view.to_components()) if component["type"] == 2]
        return [
            (component["label"], component["disabled"])
            for component in buttons
            if component["label"] != "Mark as solved"
        ]

    assert row(5, 1) == [("Export CSV", False)]
    assert row(11, 1) == [("Back", True), ("Next", False), ("Export CSV", False)]
    assert row(11, 2) == [("Back", False), ("Next", False), ("Export CSV", False)]
    assert row(11, 3) == [("Back", False), ("Next", True), ("Export CSV", False)]


def test_no_gaps_are_told_with_what_was_done() -> None:
    message = {"components": gaps_message([], note="Solved: 2 questions.").to_components()}
    assert text_of(message).startswith("Solved: 2 questions. There are no open gaps")


@given(st.text() | texts | st.builds(str.__add__, st.sampled_from("=+-@\t\r\n＝＋－＠"), texts))
def test_no_cell_begins_as_a_formula_does_and_none_is_changed_otherwise(cell: str) -> None:
    safe = escape_formula(cell)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert safe in (cell, f"'{cell}")
    assert (safe == cell) == (cell[:1] not in {*"=+-@\t\r\n＝＋－＠"})


@given(st.lists(some_themes, max_size=5))
def test_the_table_has_a_row_for_every_gap_and_no_cell_is_a_formula(themes: list[Theme]) -> None:
    """Every cell is one line."""
    rows = table(themes)
    assert [(row["theme"], row["times"], row["why"]) for row in rows] == [
        (str(number), str(gap.times), gap.why) for number, theme in enumerate(themes, 1) for gap in theme.gaps
    ]
    for cell in (cell for row in rows for cell in row.values()):
        assert cell == escape_formula(cell)
        assert "\n" not in cell
        assert "\r" not in cell


def test_the_table_begins_with_a_mark_by_which_excel_knows_utf8() -> None:
    assert gaps_to_csv([make_theme("Où?")]).startswith(b'\xef\xbb\xbf"theme","question"')


def test_marks_of_a_table_within_a_question_stay_in_its_cell() -> None:
    row = table([make_theme('He said "x",\n=1;\t2', reasons=("=a", "b"), nearest=(make_citation(1, "Words."),) * 2)])[0]
    passage = "“Words.” (The Llama 4 release · Models > Scout · llama-4-release.md)"
    assert row == {
        "theme": "1",
        "question": 'He said "x", =1; 2',
        "times": "1",
        "newest": "2025-04-05T12:00:00+00:00",
        "why": "unanswered",
        "reasons": "'=a | b",
        "nearest passages": f"{passage} | {passage}",
    }
