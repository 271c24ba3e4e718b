"""Who may ask now, and what everybody else is told."""

from __future__ import annotations

import pytest

from bot.policy.rate_limits import Limits, RateLimiter


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def fair(clock: Clock | None = None, **limits: float) -> RateLimiter:
    values = {"user_seconds": 0.0, "server_per_minute": 0, "most_waiting": 0} | limits
    return RateLimiter(Limits(**values), clock=clock or Clock())


def test_the_wait_is_said_in_whole_seconds_rounded_up_and_does_not_grow_by_trying() -> None:
    clock = Clock()
    fairness = fair(clock, user_seconds=3.0)
    assert fairness.refusal(1, None) == ""
    replies = []
    for moment in (1000.0, 1000.5, 1001.5, 1002.9, 1003.1):
        clock.now = moment
        replies.append(fairness.refusal(1, None).removeprefix("One question at a time, please: try again in "))
    assert replies == ["3 s.", "3 s.", "2 s.", "1 s.", ""]


def test_users_wait_for_themselves_alone() -> None:
    fairness = fair(user_seconds=3.0)
    assert [bool(fairness.refusal(user, None)) for user in (1, 2, 1)] == [False, False, True]


def test_no_cool_down_lets_everyone_ask_at_any_time() -> None:
    fairness = fair()
    assert [fairness.refusal(1, 7), fairness.refusal(1, 7)] == ["", ""]


def test_whoever_may_ask_again_is_forgotten() -> None:
    clock = Clock()
    fairness = fair(clock, user_seconds=3.0)
    for user in range(1000):
        fairness.refusal(user, None)
    clock.now += 4
    fairness.refusal(1000, None)
    assert len(fairness._users[3.0]._cache) == 1


def test_a_server_may_ask_so_often_a_minute_and_another_one_too() -> None:
    clock = Clock()
    fairness = fair(clock, server_per_minute=2)
    assert [fairness.refusal(user, 7) for user in (1, 2)] == ["", ""]
    clock.now += 15
    assert fairness.refusal(3, 7) == "This server asks more than I can take just now: try again in 45 s."
    assert fairness.refusal(3, 8) == ""
    assert fairness.refusal(3, None) == ""
    clock.now += 45
    assert fairness.refusal(3, 7) == ""


def test_a_question_refused_for_its_server_does_not_start_the_users_cool_down() -> None:
    fairness = fair(user_seconds=60.0, server_per_minute=1)
    assert fairness.refusal(1, 7) == ""
    assert "This server" in fairness.refusal(2, 7)
    assert fairness.refusal(2, None) == ""


def test_a_question_refused_for_its_user_does_not_count_for_the_server() -> None:
    fairness = fair(user_seconds=60.0, server_per_minute=2)
    replies = [fairness.refusal(user, 7) for user in (1, 1, 1, 2)]
    assert [bool(refusal) for refusal in replies] == [False, True, True, False]


def test_a_servers_own_cool_down_goes_before_the_bots() -> None:
    fairness = fair(user_seconds=3.0)
    assert fairness.refusal(1, 7, user_seconds=30.0) == ""
    assert fairness.refusal(1, 7, user_seconds=30.0).endswith("try again in 30 s.")
    assert fairness.refusal(2, 8, user_seconds=0.0) == ""
    assert fairness.refusal(2, 8, user_seconds=0.0) == ""


def test_one_question_of_a_user_is_in_flight() -> None:
    fairness = fair()
    with fairness.in_flight(1):
        assert "still being answered" in fairness.refusal(1, None)
        assert fairness.refusal(2, None) == ""
    assert fairness.refusal(1, None) == ""


def test_a_question_that_failed_is_no_longer_in_flight() -> None:
    fairness = fair()
    with pytest.raises(ZeroDivisionError), fairness.in_flight(1):
        raise ZeroDivisionError
    assert fairness.waiting == 0
    assert fairness.refusal(1, None) == ""


def test_a_full_queue_says_so_and_how_long_it_may_take() -> None:
    clock = Clock()
    fairness = fair(clock, most_waiting=2)
    for _ in range(60):
        with fairness.in_flight(9):
            clock.now += 4.0
    with fairness.in_flight(1), fairness.in_flight(2):
        refusal = fairness.refusal(3, None)
        assert refusal == "Too many questions are waiting just now: try again in 8 s."
    assert fairness.refusal(3, None) == ""
