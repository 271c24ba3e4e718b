"""Locks and notices by PostgreSQL when its server is away, or another process silent."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from index.coordination._connecting import lock_key
from index.coordination.postgres import PostgresCoordinator
from index.domain.errors import Busy, CoordinationUnavailable
from tests.support.postgres import PASSWORD, PostgresServer
from tests.support.waiting import wait_until


@pytest.fixture
def coordinator(postgres_url: str) -> Iterator[PostgresCoordinator]:
    coordinator = PostgresCoordinator(postgres_url)
    yield coordinator
    coordinator.close()


def returned(coordinator: PostgresCoordinator) -> bool:
    try:
        coordinator.get("any")
    except CoordinationUnavailable:
        return False
    return True


def test_name_has_the_same_lock_in_every_release() -> None:
    assert lock_key("build") == -2414221072496158441


def test_nothing_is_connected_before_it_is_needed() -> None:
    coordinator = PostgresCoordinator("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(CoordinationUnavailable):
        coordinator.get("any")
    coordinator.close()


def test_lock_is_lost_with_the_server_and_had_again_after_it(
    coordinator: PostgresCoordinator, postgres_url: str, postgres_server: PostgresServer
) -> None:
    with coordinator.lock("leader") as lock:
        assert lock.held()
        postgres_server.stop()
        try:
            wait_until(lambda: not lock.held())
            with pytest.raises(Busy, match="can't be reached"), coordinator.lock("shard"):
                pass
        finally:
            postgres_server.start()
        other = PostgresCoordinator(postgres_url)
        with other.lock("leader", wait=10) as taken:
            assert taken.held()
            assert not lock.held()
            with pytest.raises(Busy), coordinator.lock("leader"):
                pass
        other.close()
    with coordinator.lock("leader", wait=10) as again:
        assert again.held()


def test_notices_of_a_gap_come_after_it(
    coordinator: PostgresCoordinator, postgres_url: str, postgres_server: PostgresServer
) -> None:
    heard: list[str] = []
    coordinator.listen("settings", heard.append)
    coordinator.notify("settings", "before")
    wait_until(lambda: heard == ["before"])
    postgres_server.stop()
    postgres_server.start()
    other = PostgresCoordinator(postgres_url)
    wait_until(lambda: returned(other))
    other.notify("settings", "first")
    other.notify("settings", "second")
    wait_until(lambda: heard == ["before", "first", "second"])
    other.close()


def test_text_of_a_notice_may_be_long(coordinator: PostgresCoordinator) -> None:
    heard: list[str] = []
    coordinator.listen("run", heard.append)
    coordinator.notify("run", "é" * 20_000)
    wait_until(lambda: heard == ["é" * 20_000])


def test_session_that_was_ended_by_the_server_is_made_anew(
    coordinator: PostgresCoordinator, postgres_server: PostgresServer
) -> None:
    coordinator.put("session", "1")
    postgres_server.stop()
    postgres_server.start()
    wait_until(lambda: returned(coordinator))
    coordinator.put("session", "2")
    assert coordinator.get("session") == "2"


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        (lambda url: url.replace(PASSWORD, "another-secret"), "refuses the user or the password: check DATABASE_URL."),
        (lambda url: url.rpartition("/")[0] + "/nothing", "has no such database: create it"),
        (lambda _: f"postgresql://footnote:{PASSWORD}@127.0.0.1:1/any", "can't be reached: see that it runs"),
    ],
)
def test_error_says_what_to_do_and_no_password(
    postgres_url: str, wrong: object, remedy: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    coordinator = PostgresCoordinator(wrong(postgres_url))  # type: ignore[operator]
    with pytest.raises(CoordinationUnavailable) as caught:
        coordinator.put("key", "text")
    assert remedy in caught.value.log_detail
    told = caught.value.log_message + caplog.text
    assert not [secret for secret in (PASSWORD, "another-secret") if secret in told]
    coordinator.close()
