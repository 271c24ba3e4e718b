"""The local Discord itself: what it accepts, refuses and sends, seen by a bare client."""

from __future__ import annotations

import pytest

from tests.support.discord.client import INTENTS, Client, Clock
from tests.support.discord.gateway import DIRECT_MESSAGES, GUILDS
from tests.support.discord.payloads import BOT, LISTED, OWNER, Json, User
from tests.support.discord.rules import COMPONENTS_V2, EPHEMERAL, LOADING, Refused, check_message, pings
from tests.support.discord.server import TOKEN


async def test_wrong_token_gets_401(client: Client) -> None:
    assert await client.call("GET", "/users/@me", token="wrong") == (401, {"message": "401: Unauthorized", "code": 0})
    assert (await client.call("GET", "/users/@me"))[1]["id"] == BOT.id


async def test_unknown_route_gets_404_and_is_recorded(client: Client) -> None:
    assert (await client.call("GET", "/guilds/1/bans"))[0] == 404
    assert client.server.requests.items[-1].path == "/guilds/1/bans"


async def test_told_rate_limit_answers_once_and_then_lets_pass(client: Client) -> None:
    client.server.http.rate_limit("GET", "/users/@me$", retry_after=0.25)
    status, body = await client.call("GET", "/users/@me")
    assert (status, body["retry_after"], body["global"]) == (429, 0.25, False)
    assert (await client.call("GET", "/users/@me"))[0] == 200


async def test_callback_after_three_seconds_is_unknown_interaction(client: Client, clock: Clock) -> None:
    exchange = await client.server.interact("ask", {"question": "Why?"}, user=OWNER)
    clock.now += 3.01
    status, body = await client.callback(exchange, {"type": 5})
    assert (status, body["code"]) == (404, 10062)
    assert exchange.acknowledged_after == float("inf")


async def test_callback_in_time_defers_and_a_second_one_is_refused(client: Client, clock: Clock) -> None:
    exchange = await client.server.interact("ask", {"question": "Why?"}, user=OWNER)
    clock.now += 2.5
    status, body = await client.callback(exchange, {"type": 5, "data": {"flags": EPHEMERAL}})
    assert status == 200
    assert body["interaction"]["response_message_loading"] is True
    assert body["resource"]["message"]["flags"] == EPHEMERAL | LOADING
    assert exchange.acknowledged_after == 2.5
    status, body = await client.callback(exchange, {"type": 5})
    assert (status, body["code"]) == (400, 40060)


async def test_edit_before_the_callback_is_unknown_webhook(client: Client) -> None:
    exchange = await client.server.interact("ask", {"question": "Why?"}, user=OWNER)
    status, body = await client.edit(exchange, {"content": "early"})
    assert (status, body["code"]) == (404, 10015)


async def test_edit_ends_the_loading_and_keeps_the_response_ephemeral(client: Client) -> None:
    exchange = await client.server.interact("ask", {"question": "Why?"}, user=OWNER)
    await client.callback(exchange, {"type": 5, "data": {"flags": EPHEMERAL}})
    status, body = await client.edit(exchange, {"content": "Because."})
    assert (status, body["content"], body["flags"]) == (200, "Because.", EPHEMERAL)


async def test_first_follow_up_takes_the_place_of_a_deferred_response(client: Client) -> None:
    exchange = await client.server.interact("ask", {"question": "Why?"}, user=OWNER)
    await client.callback(exchange, {"type": 5})
    path = f"/webhooks/{BOT.id}/{exchange.token}?wait=true"
    first = (await client.call("POST", path, {"content": "one"}))[1]
    second = (await client.call("POST", path, {"content": "two"}))[1]
    assert exchange.message is not None
    assert (exchange.message["id"], exchange.message["content"]) == (first["id"], "one")
    assert list(exchange.followups) == [second["id"]]


async def test_message_too_long_is_refused_by_name_of_the_field(client: Client) -> None:
    path = f"/channels/{LISTED.channel_id}/messages"
    assert (await client.call("POST", path, {"content": "x" * 2000}))[0] == 200
    status, body = await client.call("POST", path, {"content": "x" * 2001})
    assert (status, body["code"]) == (400, 50035)
    assert body["errors"]["content"]["_errors"][0]["code"] == "BASE_TYPE_MAX_LENGTH"


async def test_reply_to_a_message_that_is_gone_is_refused(client: Client) -> None:
    body = {"content": "x", "message_reference": {"message_id": "1"}}
    status, refused = await client.call("POST", f"/channels/{LISTED.channel_id}/messages", body)
    assert (status, refused["code"]) == (400, 50035)


def text(content: str) -> Json:
    return {"type": 10, "content": content}


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"flags": COMPONENTS_V2, "content": "x", "components": [text("x")]}, "content"),
        ({"flags": COMPONENTS_V2, "embeds": [{"title": "x"}], "components": [text("x")]}, "embeds"),
        ({"flags": COMPONENTS_V2, "components": [text("x" * 2001), text("x" * 2000)]}, "components"),
        ({"flags": COMPONENTS_V2, "components": [{"type": 17, "components": [text("x")] * 40}]}, "components"),
        ({"components": [text("x")]}, "components"),
        ({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2001}]}, "embeds"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds"),
        ({"embeds": [{"fields": [{"name": " ", "value": "x"}]}]}, "embeds"),
    ],
)
def test_message_that_breaks_a_rule_is_refused(message: Json, field: str) -> None:
    with pytest.raises(Refused) as refused:
        check_message(message)
    assert list(refused.value.body["errors"]) == [field]


def test_message_at_the_limits_is_accepted() -> None:
    check_message({"flags": COMPONENTS_V2, "components": [text("x" * 2000), text("x" * 2000)]})
    check_message({"flags": COMPONENTS_V2, "components": [{"type": 17, "components": [text("x")] * 39}]})
    check_message({"embeds": [{"description": "x" * 4000}, {"description": "x" * 2000}]})


def test_empty_message_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        check_message({"content": " \n"})
    assert refused.value.body == {"message": "Cannot send an empty message", "code": 50006}


@pytest.mark.parametrize(
    ("body", "notified"),
    [
        ({"content": "@everyone <@12> <@&34>"}, {"everyone", "12", "34"}),
        ({"content": "@everyone <@12>", "allowed_mentions": {"parse": []}}, set()),
        ({"content": "<@12> <@13>", "allowed_mentions": {"parse": [], "users": [13]}}, {"13"}),
        ({"components": [text("@here")]}, {"everyone"}),
        ({"embeds": [{"description": "@everyone"}]}, set()),
    ],
)
def test_pings_are_what_discord_would_notify(body: Json, notified: set[str]) -> None:
    assert pings(body) == notified


def test_reply_pings_its_author_unless_told_not_to() -> None:
    assert pings({"content": "x"}, replied_to="7") == {"7"}
    assert pings({"content": "x", "allowed_mentions": {"parse": []}}, replied_to="7") == set()


async def test_gateway_greets_identifies_and_acknowledges_heartbeats(client: Client) -> None:
    hello = await client.connect()
    assert (hello["op"], hello["d"]["heartbeat_interval"]) == (10, client.server.gateway.heartbeat_ms)
    await client.send(1, None)
    assert (await client.receive())["op"] == 11
    await client.send(2, {"token": TOKEN, "intents": INTENTS, "properties": {}})
    ready = await client.receive()
    assert (ready["t"], ready["s"], ready["d"]["user"]["id"]) == ("READY", 1, BOT.id)


@pytest.mark.parametrize(
    ("identify", "code"),
    [
        ({"token": "wrong", "intents": INTENTS}, 4004),
        ({"token": TOKEN, "intents": INTENTS | 1 << 15}, 4014),
        ({"token": TOKEN}, 4013),
    ],
)
async def test_identify_that_discord_would_refuse_closes_with_its_code(
    client: Client, identify: Json, code: int
) -> None:
    await client.connect()
    await client.send(2, identify)
    assert await client.closed_with() == code


async def test_message_reaches_the_bot_without_its_content_unless_it_is_addressed(client: Client) -> None:
    await client.identify()
    user = User.new()
    await client.server.say(user, "just talking", guild=LISTED)
    await client.server.say(user, f"{BOT.mention} hello", guild=LISTED)
    await client.server.say(user, "hello in private")
    contents = [(await client.receive())["d"]["content"] for _ in range(3)]
    assert contents == ["", f"{BOT.mention} hello", "hello in private"]


async def test_events_that_the_intents_leave_out_do_not_arrive(client: Client) -> None:
    await client.identify(GUILDS | DIRECT_MESSAGES)
    await client.server.say(OWNER, f"{BOT.mention} hello", guild=LISTED)
    await client.server.say(OWNER, "hello in private")
    assert (await client.receive())["d"]["content"] == "hello in private"


async def test_dropped_connection_is_resumed_and_what_was_missed_is_replayed(client: Client) -> None:
    ready = await client.identify()
    client.server.gateway.drop()
    assert await client.closed_with() == 1006
    await client.server.gateway.frames.wait_for(lambda frame: frame.kind == "closed")
    await client.server.say(OWNER, "while you were away")
    await client.connect()
    await client.send(6, {"token": TOKEN, "session_id": ready["session_id"], "seq": 3})
    missed, resumed = await client.receive(), await client.receive()
    assert (missed["t"], missed["s"], missed["d"]["content"]) == ("MESSAGE_CREATE", 4, "while you were away")
    assert (resumed["t"], resumed["s"]) == ("RESUMED", 5)


async def test_resume_of_an_unknown_session_is_invalid(client: Client) -> None:
    await client.connect()
    await client.send(6, {"token": TOKEN, "session_id": "gone", "seq": 3})
    assert await client.receive() == {"op": 9, "d": False}


async def test_channel_can_be_opened_and_is_unknown_once_it_is_deleted(client: Client) -> None:
    await client.identify()
    channel = await client.server.open(LISTED, "second")
    assert (await client.post(channel.id, {"content": "x"}))[0] == 200
    await client.server.delete(channel)
    status, body = await client.post(channel.id, {"content": "x"})
    assert (status, body["code"]) == (404, 10003)
    events = [(await client.receive())["t"] for _ in range(3)]
    assert events == ["CHANNEL_CREATE", "MESSAGE_CREATE", "CHANNEL_DELETE"]


async def test_channel_that_was_opened_is_there_for_the_next_session(client: Client) -> None:
    channel = await client.server.open(LISTED, "second")
    known = client.server.state.guild_create(LISTED)["channels"]
    assert [entry["id"] for entry in known] == [LISTED.channel_id, channel.id]


async def test_who_closed_direct_messages_gets_none(client: Client) -> None:
    user = User.new()
    channel = client.server.state.direct_messages(user)
    client.server.state.closed.add(user.id)
    status, body = await client.post(channel.id, {"content": "x"})
    assert (status, body["code"]) == (403, 50007)
    client.server.state.closed.remove(user.id)
    assert (await client.post(channel.id, {"content": "x"}))[0] == 200


async def test_interaction_that_expired_takes_no_more_changes(client: Client) -> None:
    exchange = await client.asked()
    await client.callback(exchange, {"type": 5})
    client.server.expire(exchange)
    status, body = await client.edit(exchange, {"content": "late"})
    assert (status, body["code"]) == (401, 50027)


async def test_command_name_that_does_not_fit_is_refused_in_every_language(client: Client) -> None:
    command = {"name": "ask", "description": "Ask", "name_localizations": {"de": "Fragen"}}
    status, body = await client.call("PUT", f"/applications/{BOT.id}/commands", [command])
    assert (status, body["errors"]["name"]["_errors"][0]["code"]) == (400, "APPLICATION_COMMAND_INVALID_NAME")


async def test_waiting_in_vain_says_what_came_instead(client: Client) -> None:
    await client.call("GET", "/users/@me")
    with pytest.raises(AssertionError, match=r"requests: nothing that fits(?s:.)*/users/@me"):
        await client.server.requests.wait_for(lambda request: request.method == "PATCH", within=0.05)
