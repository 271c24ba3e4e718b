"""Limits that hold across processes: a cool-down, one question in flight, a server's questions a minute."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.policy.guild_settings import GuildSettings
from bot.policy.rate_limits import Limits
from bot.services import shared_limits
from bot.services.ask_context import AskContext
from bot.services.shared_limits import SharedLimits
from bot.shards import ShardRange
from index.domain.errors import CoordinationUnavailable
from tests.support.asking import MENTION, QUESTION, asked, settled
from tests.support.coordination_fakes import FakeCoordinator, FakeRateCounter
from tests.support.discord.payloads import LISTED, UNLISTED, User
from tests.support.discord.rules import text_of
from tests.support.discord.wire import NO_LIMITS, Wire, connected
from tests.support.fakes import FakeLibrary
from tests.support.waiting import eventually

ANN, BOB, SERVER = 1_234_567, 2_345_678, 3_456_789
DOWN = CoordinationUnavailable("Try again later.", "The database can't be reached.")
IN_FLIGHT = "Your last question is still being answered: one at a time, please."


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counter(clock: Clock) -> FakeRateCounter:
    return FakeRateCounter(clock)


def process(counter: FakeRateCounter | None, key: str = "bot", **limits: float) -> SharedLimits:
    """The limits of a process; without `limits` there are none but one question in flight."""
    values = {"user_seconds": 0.0, "server_per_minute": 0, "most_waiting": 0} | limits
    return SharedLimits(Limits(**values), counter, hashed, key)  # type: ignore[arg-type]


def hashed(kind: str, number: int) -> str:
    return hashlib.sha256(f"{kind}:{number}".encode()).hexdigest()


def question(event: int, user: int = ANN, guild: int | None = SERVER, cooldown: int | None = None) -> AskContext:
    return AskContext(user, guild, 9, event, settings=GuildSettings(cooldown=cooldown))


async def refusal(process: SharedLimits, context: AskContext) -> tuple[str, int]:
    """Why a question that is answered at once is refused, and for how long."""
    async with process.counted(context) as refusal:
        return (refusal.text, refusal.wait) if refusal else ("", 0)


async def test_a_cool_down_in_one_process_holds_in_the_other(clock: Clock, counter: FakeRateCounter) -> None:
    here, there = (process(counter, user_seconds=30.0) for _ in range(2))
    assert await refusal(here, question(1)) == ("", 0)
    clock.now += 10.5
    refused = ("One question at a time, please: try again in 20 s.", 20)
    assert await refusal(there, question(2, guild=None)) == refused
    assert await refusal(there, question(3, BOB)) == ("", 0)
    clock.now += 19.5
    assert await refusal(there, question(4)) == ("", 0)


async def test_servers_with_cool_downs_of_their_own_wait_for_those(counter: FakeRateCounter) -> None:
    here, there = (process(counter, user_seconds=30.0) for _ in range(2))
    assert await refusal(here, question(1, cooldown=100)) == ("", 0)
    assert await refusal(there, question(2, cooldown=100)) == (
        "One question at a time, please: try again in 100 s.",
        100,
    )
    assert [await refusal(there, question(number, cooldown=0)) for number in (3, 4)] == [("", 0)] * 2


async def test_one_question_of_a_user_is_in_flight_in_all_processes(counter: FakeRateCounter) -> None:
    here, there = (process(counter) for _ in range(2))
    async with here.counted(question(1)) as admitted:
        assert admitted is None
        assert await refusal(there, question(2)) == (IN_FLIGHT, 0)
        assert await refusal(there, question(3, BOB)) == ("", 0)
    assert await refusal(there, question(4)) == ("", 0)


async def test_a_question_that_failed_is_no_longer_in_flight(counter: FakeRateCounter) -> None:
    here, there = (process(counter) for _ in range(2))
    with pytest.raises(ZeroDivisionError):
        async with here.counted(question(1)):
            raise ZeroDivisionError
    assert await refusal(there, question(2)) == ("", 0)


async def test_a_process_that_died_keeps_nobody_waiting_for_long(clock: Clock, counter: FakeRateCounter) -> None:
    died = process(counter).counted(question(1))
    await died.__aenter__()
    there = process(counter)
    assert (await refusal(there, question(2)))[0] == IN_FLIGHT
    clock.now += shared_limits.IN_FLIGHT_SECONDS
    assert await refusal(there, question(3)) == ("", 0)


async def test_a_question_that_another_process_takes_over_is_admitted(counter: FakeRateCounter) -> None:
    here, there = (process(counter, user_seconds=30.0, server_per_minute=1) for _ in range(2))
    died = here.counted(question(1))
    await died.__aenter__()
    assert await refusal(there, question(1)) == ("", 0)


async def test_a_server_may_ask_so_often_a_minute_in_all_processes(counter: FakeRateCounter) -> None:
    here, there = (process(counter, server_per_minute=2) for _ in range(2))
    assert [await refusal(here, question(1, ANN)), await refusal(there, question(2, BOB))] == [("", 0)] * 2
    text = "This server asks more than I can take just now: try again in 60 s."
    assert await refusal(here, question(3, ANN)) == (text, 60)
    assert await refusal(here, question(4, ANN, guild=8)) == ("", 0)


async def test_another_bot_in_the_same_database_counts_for_itself(counter: FakeRateCounter) -> None:
    here, there = process(counter, user_seconds=30.0), process(counter, "another", user_seconds=30.0)
    assert [await refusal(each, question(1)) for each in (here, there)] == [("", 0)] * 2


async def test_no_id_is_in_what_is_counted(counter: FakeRateCounter) -> None:
    await refusal(process(counter, user_seconds=30.0, server_per_minute=9), question(4_567_890))
    kept = repr(counter.counts)
    assert len(counter.counts) == 2
    assert not [number for number in (ANN, SERVER, 4_567_890) if str(number) in kept]


async def test_a_process_alone_asks_nobody() -> None:
    alone = process(None, user_seconds=30.0)
    assert [await refusal(alone, question(number)) for number in (1, 2)] == [("", 0)] * 2


async def test_a_database_that_is_away_costs_nobody_an_answer_and_is_logged_once(
    counter: FakeRateCounter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shared_limits, "AWAY_SECONDS", 0.0)
    caplog.set_level(logging.INFO)
    here = process(counter, user_seconds=30.0)
    counter.down = DOWN
    assert [await refusal(here, question(number)) for number in (1, 2, 3)] == [("", 0)] * 3
    counter.down = None
    assert await refusal(here, question(4)) == ("", 0)
    assert (await refusal(here, question(5)))[1] == 30
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "The database can't be reached" in caplog.text


async def test_a_database_that_is_away_is_left_alone_for_a_while(counter: FakeRateCounter) -> None:
    here = process(counter)
    counter.down = DOWN
    for number in range(5):
        await refusal(here, question(number))
    assert counter.calls == 1


async def test_a_database_that_is_slow_is_not_waited_for(
    counter: FakeRateCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_limits, "ANSWER_SECONDS", 0.01)
    here = process(counter, user_seconds=30.0)
    counter.seconds = 0.3
    async with here.counted(question(1)) as refused:
        assert refused is None
        assert counter.counts == {}


async def test_what_ended_while_the_database_was_away_is_told_to_it_afterwards(
    counter: FakeRateCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_limits, "AWAY_SECONDS", 0.0)
    here, there = (process(counter) for _ in range(2))
    async with here.counted(question(1)):
        counter.down = DOWN
    counter.down = None
    assert (await refusal(there, question(2)))[0] == IN_FLIGHT
    assert await refusal(here, question(3, BOB)) == ("", 0)
    assert await refusal(there, question(4)) == ("", 0)


LIMITS = Limits(user_seconds=60.0, server_per_minute=0, most_waiting=0)


@pytest.fixture
def coordinator() -> FakeCoordinator:
    return FakeCoordinator()


@pytest.fixture
async def two(library: FakeLibrary, tmp_path: Path, coordinator: FakeCoordinator) -> AsyncIterator[tuple[Wire, Wire]]:
    """Two processes of one bot with one library, and a cool-down of a minute."""
    shared = {"coordinator": coordinator, "key": "bot", "limits": LIMITS}
    async with AsyncExitStack() as stack:
        wires = []
        for shard in range(2):
            folder = tmp_path / str(shard)
            folder.mkdir()
            bot = connected(library, folder, shards=ShardRange(2, (shard,)), **shared)
            wires.append(await stack.enter_async_context(bot))
        yield wires[0], wires[1]


async def test_a_member_who_asks_in_two_servers_is_told_to_wait(library: FakeLibrary, two: tuple[Wire, Wire]) -> None:
    user = User.new()
    assert QUESTION in text_of(await asked(two[0], user=user, guild=LISTED))
    refused = await asked(two[1], user=user, guild=UNLISTED)
    assert "One question at a time, please: try again in" in text_of(refused)
    assert QUESTION in text_of(await asked(two[1], guild=UNLISTED))
    assert len(library.asked) == 2


async def test_a_mention_elsewhere_too_early_gets_a_reaction(two: tuple[Wire, Wire]) -> None:
    user = User.new()
    await asked(two[0], user=user)
    message = two[1].message(f"{MENTION} {QUESTION}", guild=LISTED, user=user)
    await eventually(lambda: two[1].state.messages[message["id"]].get("reactions"))
    await settled(two[1])
    assert [sent.text for sent in two[1].sent if QUESTION in sent.text] == []


async def test_what_its_own_process_refuses_is_asked_of_no_other(
    coordinator: FakeCoordinator, two: tuple[Wire, Wire]
) -> None:
    user = User.new()
    await asked(two[0], user=user)
    calls = coordinator.rates.calls
    assert "try again in" in text_of(await asked(two[0], user=user))
    assert coordinator.rates.calls == calls


async def test_each_process_holds_its_limits_while_the_database_is_away(
    coordinator: FakeCoordinator, two: tuple[Wire, Wire]
) -> None:
    coordinator.rates.down = DOWN
    user = User.new()
    for wire in two:
        assert QUESTION in text_of(await asked(wire, user=user))
        assert "try again in" in text_of(await asked(wire, user=user))


async def test_one_process_has_its_limits_to_itself(library: FakeLibrary, tmp_path: Path) -> None:
    coordinator = FakeCoordinator()
    async with connected(library, tmp_path, coordinator=coordinator, limits=NO_LIMITS) as wire:
        await asked(wire)
    assert coordinator.rates.calls == 0
