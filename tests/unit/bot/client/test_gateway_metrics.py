"""Connections to the gateway, and the values of the moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from index.domain.generation import GenerationStatus, TokenBudget
from tests.support.discord.wire import Wire
from tests.support.journal_library import JournalLibrary
from tests.support.waiting import eventually


def has(wire: Wire, line: str) -> bool:
    return line in wire.bot.services.metrics.text().decode().splitlines()


async def test_lost_and_resumed_connections_are_counted(wire: Wire) -> None:
    for event in ("disconnect", "resumed", "disconnect"):
        wire.bot.dispatch(event)
    await eventually(lambda: has(wire, 'footnote_gateway_events_total{event="lost"} 2.0'))
    assert has(wire, 'footnote_gateway_events_total{event="resumed"} 1.0')


async def test_connected_bot_with_an_index_is_ready(wire: Wire) -> None:
    assert has(wire, "footnote_ready 0.0")
    wire.ready()
    await eventually(lambda: has(wire, "footnote_ready 1.0"))


async def test_paused_language_model_shows(wire: Wire, library: JournalLibrary) -> None:
    assert has(wire, "footnote_language_model_paused 0.0")
    until = datetime.now(UTC) + timedelta(minutes=1)
    library.generation = GenerationStatus(model="a model", day=TokenBudget(0, 0), paused_until=until)
    assert has(wire, "footnote_language_model_paused 1.0")
