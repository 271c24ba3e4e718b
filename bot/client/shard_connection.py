"""One shard's connection to the gateway: identified in its turn, and resumed whenever it breaks."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bot.client.discord_patches import connected_shards
from bot.services.errors import trace

if TYPE_CHECKING:
    from bot.client.event_gate import EventGate
    from bot.client.identify_turns import IdentifyTurns

__all__ = ["ShardConnection"]

log = logging.getLogger(__name__)

CONNECT_SECONDS = 60.0
NORMAL, INTENTS = 1000, 4014
RESET_BY_PEER = (54, 10054)
BROKEN = (OSError, discord.HTTPException, discord.GatewayNotFound, discord.ConnectionClosed, aiohttp.ClientError)


class ShardConnection:
    """A shard of a client, as discord.py's own `Shard` is; `ws` is there from the first connection on.

    One that is `patient` tries on if its first connection fails, also while the client has no other.
    """

    def __init__(
        self,
        client: discord.AutoShardedClient,
        shard: int,
        turns: IdentifyTurns,
        gate: EventGate | None = None,
        *,
        patient: bool = False,
    ) -> None:
        self.id = shard
        self.ws: DiscordWebSocket = None  # type: ignore[assignment]  # as in discord.py
        self._client = client
        self._shards = connected_shards(client)
        self._turns = turns
        self._gate = gate
        self._patient = patient

    async def run(self) -> None:
        """Stay connected until the client closes.

        Raises what ends the bot: a token or intents that Discord does not accept, and any failure of its very first
        connection, unless it is patient.
        """
        backoff = ExponentialBackoff()  # type: ignore[no-untyped-call, unused-ignore]
        resumption: dict[str, Any] = {}
        while not self._client.is_closed():
            try:
                self.ws = await self._open(resumption)
                if self._gate:
                    self._gate.guard(self.ws, self.id)
                self._shards[self.id] = self
                while True:
                    await self.ws.poll_event()
            except ReconnectWebSocket as request:
                self._tell_disconnect()
                resumption = self._resumption() if request.resume else {}
            except BROKEN as error:
                if self._client.is_closed() or not (self._shards or self._patient):
                    raise
                self._tell_disconnect()
                code = error.code if isinstance(error, discord.ConnectionClosed) else NORMAL
                if code == INTENTS:
                    raise discord.PrivilegedIntentsRequired(self.id) from None
                if code != NORMAL:
                    raise
                if not (isinstance(error, OSError) and error.errno in RESET_BY_PEER):
                    retry = backoff.delay()
                    log.warning("Shard %d connects again in %.1f s: %s", self.id, retry, trace(error))
                    await asyncio.sleep(retry)
                resumption = self._resumption() if self.ws else {}

    async def _open(self, resumption: dict[str, Any]) -> DiscordWebSocket:
        if resumption:
            return await self._connect(resumption)
        async with self._turns.turn(self.id):
            return await self._connect({"initial": True})

    async def _connect(self, how: dict[str, Any]) -> DiscordWebSocket:
        # Not by `wait_for`, which Python 3.11 lets forget that it was cancelled as it ended.
        async with asyncio.timeout(CONNECT_SECONDS):
            return await DiscordWebSocket.from_client(self._client, shard_id=self.id, **how)

    def _resumption(self) -> dict[str, Any]:
        """Return what resumes the session; Discord asks to identify anew if it does not know it any more."""
        ws = self.ws
        return {"resume": True, "gateway": ws.gateway, "session": ws.session_id, "sequence": ws.sequence}

    def _tell_disconnect(self) -> None:
        self._client.dispatch("disconnect")
        self._client.dispatch("shard_disconnect", self.id)

    async def close(self, code: int = NORMAL) -> None:
        """End the connection; the session can be resumed afterwards unless the code is 1000."""
        if self.ws is not None:
            await self.ws.close(code=code)

    def forget(self) -> None:
        """Let the client know the shard no longer."""
        self._shards.pop(self.id, None)

    async def disconnect(self) -> None:
        """End the connection, as discord.py's own method does."""
        await self.close()
        self._client.dispatch("shard_disconnect", self.id)
