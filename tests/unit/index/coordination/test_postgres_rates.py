"""Rates in PostgreSQL when its server is away for a while, and what stays in its table."""

from __future__ import annotations

import psycopg
import pytest

from index.coordination.postgres_rates import PostgresRateCounter
from index.domain.errors import CoordinationUnavailable
from index.domain.limits import RateLimit
from tests.support.postgres import PostgresServer
from tests.support.waiting import wait_until

HOUR = RateLimit("ann", 1, 3600.0)


def kept(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [key for (key,) in connection.execute("SELECT key FROM coordination_rates ORDER BY key")]


def test_without_the_server_it_says_so_and_goes_on_after_it(postgres_url: str, postgres_server: PostgresServer) -> None:
    counter = PostgresRateCounter(postgres_url)
    assert counter.take("a", [HOUR]) == {}
    postgres_server.stop()
    try:
        with pytest.raises(CoordinationUnavailable) as caught:
            counter.take("b", [HOUR])
        assert "can't be reached" in caught.value.log_detail
    finally:
        postgres_server.start()
    assert counter.take("c", [HOUR]) == {}  # what was counted is lost with a server that crashes
    assert list(counter.take("d", [HOUR])) == ["ann"]
    counter.close()


def test_connection_that_the_server_ended_is_made_anew(postgres_url: str) -> None:
    counter = PostgresRateCounter(postgres_url)
    counter.take("a", [HOUR])
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    assert list(counter.take("b", [HOUR])) == ["ann"]
    counter.close()


def test_rows_that_count_no_more_are_swept(postgres_url: str) -> None:
    counter = PostgresRateCounter(postgres_url)
    counter.take("a", [HOUR, RateLimit("short", 1, 0.5)])
    assert kept(postgres_url) == ["ann", "short"]
    counter.close()

    def swept() -> bool:
        another = PostgresRateCounter(postgres_url)
        another.take("b", [RateLimit("other", 1000, 3600.0)])
        another.close()
        return "short" not in kept(postgres_url)

    wait_until(swept)
    assert kept(postgres_url) == ["ann", "other"]


def test_rows_that_somebody_else_holds_are_not_waited_for_for_long(postgres_url: str) -> None:
    counter = PostgresRateCounter(postgres_url)
    counter.take("a", [HOUR])
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE coordination_rates SET event = 'x'")
        with pytest.raises(CoordinationUnavailable, match="can't be reached"):
            counter.take("b", [HOUR])
    assert list(counter.take("b", [HOUR])) == ["ann"]
    counter.close()
