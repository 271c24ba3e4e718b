"""When a weekly digest is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.policy.guild_settings import DigestProblem, GuildSettings, InvalidSetting
from bot.policy.weekly_digest import due_since, last_moment

MONDAY = datetime(2025, 4, 7, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("later", "weekday", "moment"),
    [
        (timedelta(0), 0, MONDAY),
        (timedelta(hours=-1), 0, MONDAY - WEEK),
        (timedelta(days=6, hours=23), 0, MONDAY),
        (timedelta(days=1), 6, MONDAY - timedelta(days=1)),
    ],
)
def test_the_last_moment_is_the_hour_of_the_weekday(later: timedelta, weekday: int, moment: datetime) -> None:
    assert last_moment(MONDAY + later, weekday) == moment


@pytest.mark.parametrize(
    ("late", "due"),
    [(timedelta(0), True), (timedelta(days=2, minutes=-1), True), (timedelta(days=2), False), (-WEEK / 7, False)],
)
def test_a_digest_is_due_from_its_moment_until_two_days_later(late: timedelta, due: bool) -> None:
    assert (due_since(MONDAY + late, 0, MONDAY - WEEK) == MONDAY) is due


def test_a_digest_is_due_once() -> None:
    assert due_since(MONDAY + timedelta(hours=1), 0, MONDAY) is None


def test_another_weekday_brings_no_second_digest_within_days() -> None:
    assert due_since(MONDAY + timedelta(days=2), 2, MONDAY) is None
    assert due_since(MONDAY + timedelta(days=4), 4, MONDAY) == MONDAY + timedelta(days=4)


def test_the_digest_of_a_server_is_off_until_it_is_chosen() -> None:
    assert GuildSettings().digest_channel is None
    assert GuildSettings.from_rows({"digest_day": "9", "digest_problem": "odd"}).digest_day == 6
    with pytest.raises(InvalidSetting):
        GuildSettings().with_digest(None, 3)


def test_choosing_the_digest_anew_ends_its_problem_and_keeps_its_day() -> None:
    stopped = GuildSettings(digest_channel=1, digest_day=4, digest_problem=DigestProblem.GONE)
    assert GuildSettings.from_rows({k: v for k, v in stopped.to_rows().items() if v is not None}) == stopped
    assert stopped.with_digest(2) == GuildSettings(digest_channel=2, digest_day=4)
    assert stopped.with_digest(None) == GuildSettings()
