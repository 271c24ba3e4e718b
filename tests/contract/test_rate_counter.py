"""What counts events of several processes keeps: each test runs with two counters, as of two processes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from index.coordination.postgres_rates import PostgresRateCounter
from index.domain.coordination import RateCounter
from index.domain.limits import RateLimit
from tests.support.coordination_fakes import FakeRateCounter
from tests.support.waiting import wait_until

Maker = Callable[[], RateCounter]

LONG = 600.0
SHORT = 1.0


def by_memory(request: pytest.FixtureRequest, stack: list[PostgresRateCounter]) -> Maker:
    counter = FakeRateCounter()
    return lambda: counter


def by_postgres(request: pytest.FixtureRequest, stack: list[PostgresRateCounter]) -> Maker:
    url = request.getfixturevalue("postgres_url")

    def make() -> RateCounter:
        stack.append(PostgresRateCounter(url))
        return stack[-1]

    return make


MAKERS = {"memory": by_memory, "postgres": by_postgres}


@pytest.fixture(params=sorted(MAKERS))
def make(request: pytest.FixtureRequest) -> Iterator[Maker]:
    """What makes counters of one installation, each as if in a process of its own."""
    made: list[PostgresRateCounter] = []
    yield MAKERS[request.param](request, made)
    for counter in made:
        counter.close()


def once(key: str, seconds: float = LONG) -> RateLimit:
    return RateLimit(key, 1, seconds)


def test_an_event_of_one_process_counts_in_the_other(make: Maker) -> None:
    one, other = make(), make()
    assert one.take("a", [once("ann")]) == {}
    reached = other.take("b", [once("ann")])
    assert list(reached) == ["ann"]
    assert LONG - 60 < reached["ann"] <= LONG
    assert other.take("c", [once("bob")]) == {}


def test_as_many_events_are_admitted_as_the_limit_says(make: Maker) -> None:
    one, other = make(), make()
    limit = RateLimit("server", 3, LONG)
    admitted = [not (one, other)[number % 2].take(str(number), [limit]) for number in range(5)]
    assert admitted == [True, True, True, False, False]


def test_limits_count_again_after_their_time(make: Maker) -> None:
    one, other = make(), make()
    limit = RateLimit("server", 2, SHORT)
    other.take("x", [once("connected")])
    assert [one.take("a", [limit]), one.take("b", [limit])] == [{}, {}]
    assert 0 <= other.take("c", [limit])["server"] <= SHORT
    wait_until(lambda: other.take("d", [limit]) == {})
    assert one.take("e", [limit]) == {}


def test_an_event_counts_against_all_limits_or_none(make: Maker) -> None:
    counter = make()
    server = RateLimit("server", 2, LONG)
    assert counter.take("a", [once("ann"), server]) == {}
    assert list(counter.take("b", [once("ann"), server])) == ["ann"]
    assert counter.take("c", [once("bob"), server]) == {}
    assert list(counter.take("d", [once("cy"), server])) == ["server"]
    assert counter.take("e", [once("cy")]) == {}


def test_every_limit_that_is_reached_is_named(make: Maker) -> None:
    counter = make()
    counter.take("a", [once("ann"), once("server")])
    assert sorted(counter.take("b", [once("server"), once("ann"), once("free")])) == ["ann", "server"]


def test_an_event_that_comes_again_is_admitted_and_counted_once(make: Maker) -> None:
    one, other = make(), make()
    limits = [once("ann"), RateLimit("server", 2, LONG)]
    assert [one.take("a", limits), other.take("a", limits), other.take("a", limits)] == [{}, {}, {}]
    assert one.take("b", [once("bob"), limits[1]]) == {}
    assert list(other.take("c", limits)) == ["ann", "server"]


def test_what_is_refused_does_not_make_the_wait_longer(make: Maker) -> None:
    counter = make()
    counter.take("a", [once("ann")])
    waits = [counter.take(str(number), [once("ann")])["ann"] for number in range(3)]
    assert waits == sorted(waits, reverse=True)
    assert counter.take("a", [once("ann")]) == {}


def test_what_is_given_back_counts_no_more(make: Maker) -> None:
    one, other = make(), make()
    one.take("a", [once("ann"), once("server")])
    one.give_back("a", "ann")
    assert other.take("b", [once("ann")]) == {}
    assert list(other.take("c", [once("server")])) == ["server"]


def test_only_the_event_that_was_counted_can_be_given_back(make: Maker) -> None:
    one, other = make(), make()
    one.take("a", [once("ann")])
    other.give_back("b", "ann")
    other.give_back("b", "nobody")
    assert list(other.take("b", [once("ann")])) == ["ann"]


def test_of_many_at_the_same_moment_as_many_are_admitted_as_may(make: Maker) -> None:
    counters = [make() for _ in range(4)]
    together = threading.Barrier(4)
    limit = RateLimit("server", 10, LONG)

    def take(number: int) -> int:
        together.wait(30)
        events = range(number * 100, number * 100 + 8)
        return sum(not counters[number].take(str(event), [once(f"user-{event}"), limit]) for event in events)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(4))) == 10
