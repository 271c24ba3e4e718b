"""Metrics of the connection to Discord's gateway, and of what can be looked up at any moment."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.services.metrics import GatewayEvent, Metrics

if TYPE_CHECKING:
    from bot.client.sharded_bot import ShardedBot
    from bot.services.context import Services

__all__ = ["watch_gateway"]


def watch_gateway(client: ShardedBot, services: Services) -> None:
    """Count connections lost, made and resumed from now on; look up the other values when they are read."""
    services.metrics.watch(
        latency=lambda: client.latency,
        ready=lambda: services.process.usable and bool(services.libraries.shared.source_names()),
        paused=partial(_is_paused, services),
    )
    process = services.process
    services.metrics.watch_process(shards=lambda: len(process.shards), leads=lambda: process.leads)
    for name, event in (
        ("on_disconnect", GatewayEvent.LOST),
        ("on_connect", GatewayEvent.NEW),
        ("on_resumed", GatewayEvent.RESUMED),
    ):
        client.add_listener(_counter(services.metrics, event), name)


def _counter(metrics: Metrics, event: GatewayEvent) -> Callable[[], Coroutine[Any, Any, None]]:
    async def count() -> None:
        metrics.count_gateway(event)

    return count


def _is_paused(services: Services) -> bool:
    status = services.libraries.shared.generation_status()
    return status is not None and status.paused_until is not None
