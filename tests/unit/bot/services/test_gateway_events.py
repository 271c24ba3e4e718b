"""Events that are being dealt with."""

from __future__ import annotations

from bot.services.gateway_events import GatewayEvents, current_event, handling
from tests.support.discord.client import Clock


def test_event_passes_once_whichever_connection_brings_it() -> None:
    events = GatewayEvents()
    with events.arrival("0", 5, 77) as first:
        pass
    with events.arrival("0 before", 9, 77) as second:
        pass
    assert (first, second) == (True, False)


def test_event_is_unfinished_until_its_last_handler_ended() -> None:
    events = GatewayEvents()
    with events.arrival("0", 5, 77):
        event = current_event()
    assert current_event() is None
    assert events.unfinished("0") == (5,)
    with handling(event):
        with handling(event):
            pass
        assert events.unfinished("0") == (5,)
    assert events.unfinished("0") == ()


def test_event_that_nobody_handles_is_forgotten() -> None:
    clock = Clock()
    events = GatewayEvents(clock=clock)
    with events.arrival("0", 5, 77):
        pass
    with events.arrival("0", 6, 78):
        taken = current_event()
    with handling(taken):
        clock.now += 3
        assert events.unfinished("0") == (6,)
    assert events.unfinished("1") == ()
