"""The local Discord's shards: who gets which event, who may identify when, and what a resume replays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.support.discord.client import INTENTS, Client, bare_client
from tests.support.discord.payloads import LISTED, OWNER, UNLISTED, Guild, Json
from tests.support.discord.server import TOKEN


def shard_of(guild: Guild, shards: int) -> int:
    return (int(guild.id) >> 22) % shards


@pytest.fixture
async def clients() -> AsyncIterator[list[Client]]:
    """Three bare clients of one local Discord."""
    async with bare_client() as first, aiohttp.ClientSession() as second, aiohttp.ClientSession() as third:
        yield [first, Client(first.server, second), Client(first.server, third)]


async def identify(client: Client, *shard: int) -> Json:
    """Identify as a shard, and return READY, or whatever comes instead."""
    await client.connect()
    await client.send(2, {"token": TOKEN, "intents": INTENTS, "properties": {}, "shard": shard})
    return await client.receive()


async def resume(client: Client, session: str, after: int) -> list[Any]:
    """Resume a session, and return the events up to RESUMED, or the opcode that refuses it."""
    await client.connect()
    await client.send(6, {"token": TOKEN, "session_id": session, "seq": after})
    events: list[Any] = []
    while not events or events[-1] not in ("RESUMED", 9):
        payload = await client.receive()
        events.append(payload["t"] if payload["op"] == 0 else payload["op"])
    return events


async def test_servers_are_divided_by_their_ids(clients: list[Client]) -> None:
    for number, client in enumerate(clients):
        ready = (await identify(client, number, 3))["d"]
        mine = [guild.id for guild in (LISTED, UNLISTED) if shard_of(guild, 3) == number]
        assert [guild["id"] for guild in ready["guilds"]] == mine
        assert ready["shard"] == [number, 3]
    assert clients[0].server.gateway.connected == (0, 1, 2)


async def test_events_come_to_the_shard_of_their_server_and_direct_messages_to_shard_0(clients: list[Client]) -> None:
    ids = [shard_of(LISTED, 3), 0]
    one, other = clients[:2]
    if ids[0] == 0:
        pytest.skip("the server is on shard 0")
    await identify(one, ids[0], 3)
    await identify(other, 0, 3)
    server = one.server
    await server.interact("ask", {"question": "Here?"}, user=OWNER, guild=LISTED)
    await server.interact("ask", {"question": "There?"}, user=OWNER)
    for client, guild in ((one, LISTED.id), (other, None)):
        payload = await client.receive()
        while payload["t"] != "INTERACTION_CREATE":
            payload = await client.receive()
        assert payload["d"].get("guild_id") == guild


async def test_a_shard_beyond_the_count_is_refused(clients: list[Client]) -> None:
    await clients[0].connect()
    await clients[0].send(2, {"token": TOKEN, "intents": INTENTS, "properties": {}, "shard": [3, 3]})
    assert await clients[0].closed_with() == 4010


async def test_identifies_too_early_are_invalid_but_for_another_key(clients: list[Client]) -> None:
    gateway = clients[0].server.gateway
    gateway.identify_every, gateway.max_concurrency = 60.0, 2
    assert (await identify(clients[0], 0, 3))["t"] == "READY"
    assert (await identify(clients[1], 1, 3))["t"] == "READY"
    assert (await identify(clients[2], 2, 3))["op"] == 9
    assert gateway.invalidated == 1
    assert gateway.info()["session_start_limit"]["max_concurrency"] == 2


async def test_events_while_nobody_is_connected_are_replayed_to_another_client(clients: list[Client]) -> None:
    first, second, _ = clients
    ready = await identify(first, 0, 1)
    assert first.socket is not None
    await first.socket.close(code=4000)
    server = first.server
    await server.gateway.frames.wait_for(lambda frame: frame.kind == "closed")
    await server.interact("ask", {"question": "Who?"}, user=OWNER, guild=LISTED)
    events = await resume(second, ready["d"]["session_id"], 3)
    assert events == ["INTERACTION_CREATE", "RESUMED"]


async def test_a_session_that_ended_normally_cannot_be_resumed(clients: list[Client]) -> None:
    ready = await identify(clients[0], 0, 1)
    assert clients[0].socket is not None
    await clients[0].socket.close(code=1000)
    await clients[0].server.gateway.frames.wait_for(lambda frame: frame.kind == "closed")
    assert await resume(clients[1], ready["d"]["session_id"], 1) == [9]


async def test_a_nonce_makes_a_message_once(clients: list[Client]) -> None:
    body = {"content": "Once.", "nonce": "1", "enforce_nonce": True}
    posts = [await clients[0].post(LISTED.channel_id, body) for _ in range(2)]
    assert posts[0] == posts[1]
    assert len(clients[0].server.state.posts) == 1
