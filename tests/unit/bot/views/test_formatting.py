"""Pieces that several messages share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.text.escape import utf16_length
from bot.views.custom_id import ComponentId
from bot.views.formatting import clamp_page, join_names, list_block, page_buttons, page_title
from bot.views.message import notice_message, share_room
from bot.views.times import relative_time
from tests.support.harmless import blocks


@pytest.mark.parametrize(
    ("page", "items", "shown"), [(1, 5, (1, 1)), (2, 6, (2, 2)), (9, 6, (2, 2)), (0, 6, (1, 2)), (-3, 11, (1, 3))]
)
def test_a_page_past_either_end_is_the_nearest(page: int, items: int, shown: tuple[int, int]) -> None:
    assert clamp_page(page, items, per_page=5) == shown


def test_a_title_names_its_page_only_if_there_are_several() -> None:
    assert page_title("**Gaps**", 1, 1) == "**Gaps**"
    assert page_title("**Gaps**", 2, 3) == "**Gaps**, page 2 of 3"


@pytest.mark.parametrize(
    ("page", "more", "pages", "disabled"), [(1, True, [0, 2], [True, False]), (3, False, [2, 4], [False, True])]
)
def test_page_buttons_lead_to_the_pages_beside(page: int, more: bool, pages: list[int], disabled: list[bool]) -> None:
    buttons = page_buttons(ComponentId("gaps", page=page), more=more)
    targets = [ComponentId.parse(str(button.custom_id)) for button in buttons]
    assert targets == [ComponentId("gaps", page=target) for target in pages]
    assert [button.disabled for button in buttons] == disabled


def test_a_single_page_has_no_buttons() -> None:
    assert page_buttons(ComponentId("gaps", page=1), more=False) == []


def test_a_list_shows_what_fits_and_counts_the_rest() -> None:
    lines = [f"- {number}" for number in range(20)]
    assert list_block("**Skipped**", lines[:2], more=3) == ["**Skipped**\n- 0\n- 1\nand 3 more"]
    (block,) = list_block("**Skipped**", lines)
    assert block.endswith("- 7\nand 12 more")
    (short,) = list_block("**Skipped**", lines, room=30)
    assert short == "**Skipped**\n- 0\nand 19 more"
    assert utf16_length(short) <= 30
    assert list_block("", []) == []


def test_names_in_a_row_are_escaped_and_counted() -> None:
    assert join_names(["a_b.md", "c.md"]) == r"a\_b.md, c.md"
    assert join_names(["x" * 90] * 9).endswith(" and 5 more")


def test_a_time_without_a_zone_is_in_utc() -> None:
    assert relative_time(datetime(2025, 4, 5, 12, 0)) == relative_time(datetime(2025, 4, 5, 12, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("wanted", "room", "shares"),
    [([], 10, []), ([5, 5], 20, [5, 5]), ([2, 50, 50], 22, [2, 10, 10]), ([9, 1], 4, [3, 1])],
)
def test_short_texts_leave_their_room_to_the_others(wanted: list[int], room: int, shares: list[int]) -> None:
    assert share_room(wanted, room) == shares


def test_times_in_a_notice_are_shown_in_the_zone_of_the_reader() -> None:
    (text,) = blocks(notice_message("It runs since 2025-04-05 12:00:30 UTC, not 2025-99-05 12:00 UTC or 12:00."))
    assert text == r"It runs since <t:1743854430:f>, not 2025-99-05 12\:00 UTC or 12\:00."
