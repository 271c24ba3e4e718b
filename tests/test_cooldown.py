"""The least time between two questions of one user."""

from __future__ import annotations

from bot.cooldown import Cooldown


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_wait_is_said_in_whole_seconds_rounded_up_and_does_not_grow_by_trying() -> None:
    clock = Clock()
    cooldown = Cooldown(3.0, clock=clock)
    assert cooldown.take(1) == 0
    waits = []
    for moment in (1000.0, 1000.5, 1001.5, 1002.9, 1003.1):
        clock.now = moment
        waits.append(cooldown.take(1))
    assert waits == [3, 3, 2, 1, 0]


def test_users_wait_for_themselves_alone() -> None:
    cooldown = Cooldown(3.0, clock=Clock())
    assert [cooldown.take(1), cooldown.take(2), cooldown.take(1)] == [0, 0, 3]


def test_no_cool_down_lets_everyone_ask_at_any_time() -> None:
    cooldown = Cooldown(0.0, clock=Clock())
    assert [cooldown.take(1), cooldown.take(1)] == [0, 0]


def test_whoever_may_ask_again_is_forgotten() -> None:
    clock = Clock()
    cooldown = Cooldown(3.0, clock=clock)
    for user in range(1000):
        cooldown.take(user)
    clock.now += 4
    cooldown.take(1000)
    assert len(cooldown._users._cache) == 1
