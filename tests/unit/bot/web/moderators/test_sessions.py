from __future__ import annotations

from bot.web.moderators.sessions import IDLE_SECONDS, MOST_PER_USER, MOST_SESSIONS, Sessions
from tests.support.discord.client import Clock

PLACES = {1: "Here"}


def opened(sessions: Sessions, user: int = 1) -> str:
    return sessions.open(user, "librarian", "en-US", "token", PLACES)


def test_ids_are_long_and_never_the_same() -> None:
    sessions = Sessions(clock=Clock())
    ids = {opened(sessions, user) for user in range(100)}
    assert len(ids) == 100
    assert min(map(len, ids)) >= 43


def test_oldest_session_of_a_user_goes_for_a_new_one() -> None:
    sessions = Sessions(clock=Clock())
    first, *others = [opened(sessions) for _ in range(MOST_PER_USER + 1)]
    assert sessions.find(first) is None
    assert all(sessions.find(session) for session in others)


def test_there_are_never_more_than_so_many_sessions() -> None:
    sessions = Sessions(clock=Clock())
    first = opened(sessions, 0)
    for user in range(1, MOST_SESSIONS + 1):
        last = opened(sessions, user)
    assert sessions.find(first) is None
    assert sessions.find(last) is not None


def test_look_that_does_not_renew_lets_a_session_expire() -> None:
    clock = Clock()
    sessions = Sessions(clock=clock)
    session = opened(sessions)
    clock.now += IDLE_SECONDS
    assert sessions.find(session, renew=False) is not None
    clock.now += 1
    assert sessions.find(session) is None


def test_neither_token_nor_form_token_is_in_what_is_logged_of_a_session() -> None:
    sessions = Sessions(clock=Clock())
    session = sessions.find(sessions.open(1, "librarian", "en-US", "very-secret", PLACES))
    assert session is not None
    assert "very-secret" not in repr(session)
    assert session.csrf not in repr(session)


def test_place_that_a_user_no_longer_moderates_is_left() -> None:
    sessions = Sessions(clock=Clock())
    session = sessions.find(opened(sessions))
    assert session is not None
    session.move({2: "There"})
    assert session.place == 2
