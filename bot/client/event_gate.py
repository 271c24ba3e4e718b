"""The gate of gateway events: what asks something of the bot passes once, and is known until it is dealt with."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from bot.client.discord_patches import event_parsers, set_parsers

if TYPE_CHECKING:
    import discord
    from discord.gateway import DiscordWebSocket

    from bot.services.gateway_events import GatewayEvents

__all__ = ["INTERACTION", "MESSAGE", "EventGate"]

INTERACTION, MESSAGE = "INTERACTION_CREATE", "MESSAGE_CREATE"
AUTOCOMPLETE = 4


class EventGate:
    """Admits interactions and messages that are for the bot, of the connections that it guards."""

    def __init__(self, client: discord.AutoShardedClient, events: GatewayEvents) -> None:
        self._client = client
        self.events = events

    def guard(self, socket: DiscordWebSocket, shard: int) -> None:
        """Let a shard's connection bring each event once, also beside another connection of that shard."""
        gated = {name: partial(self._arrive, name, socket, shard) for name in (INTERACTION, MESSAGE)}
        set_parsers(socket, event_parsers(self._client) | gated)

    def _arrive(self, name: str, socket: DiscordWebSocket, shard: int, data: Any) -> None:
        parse = event_parsers(self._client)[name]
        if not self.concerns_bot(name, data):
            parse(data)
            return
        with self.events.arrival(str(shard), socket.sequence or 0, int(data["id"])) as is_new:
            if is_new:
                parse(data)

    def concerns_bot(self, name: str, data: Any) -> bool:
        """Whether an event asks something of the bot that is to be answered once; others may come several times."""
        try:
            if name == INTERACTION:
                return bool(data["type"] != AUTOCOMPLETE and int(data["id"]))
            me = str(self._client.user.id) if self._client.user else ""
            if data["author"]["id"] == me:
                return False
            return int(data["id"]) > 0 and (
                "guild_id" not in data or any(user["id"] == me for user in data["mentions"])
            )
        except (KeyError, TypeError, ValueError):  # its parser says what is wrong
            return False
