"""What the local Discord says in an interaction, seen by a bare client: who, where, and what was done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.discord.client import FORM, ROW, Client
from tests.support.discord.forms import Form
from tests.support.discord.payloads import BOT, LISTED, NOT_JOINED, OWNER, Json, User

BUTTON: Json = ROW["components"][0]


async def test_form_is_opened_without_a_message_and_comes_back_as_discord_sends_it(client: Client) -> None:
    form = await client.opened()
    assert (await client.edit(form.exchange, {"content": "x"}))[1]["code"] == 10008
    exchange = await client.server.submit(form, "So.")
    assert exchange.payload["type"] == 5
    assert exchange.payload["data"] == {
        "custom_id": "why",
        "components": [
            {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": "text", "value": "So."}},
        ],
    }
    assert form.exchange.origin is not None
    assert exchange.payload["message"]["id"] == form.exchange.origin["id"]
    assert exchange.user == form.exchange.user
    assert exchange.token != form.exchange.token


async def test_form_that_a_command_opened_comes_back_without_a_message(client: Client) -> None:
    exchange = await client.asked()
    await client.callback(exchange, {"type": 9, "data": FORM})
    sent = await client.server.submit(Form(exchange), text="So.")
    assert "message" not in sent.payload
    assert (await client.callback(sent, {"type": 7, "data": {"content": "x"}}))[1]["code"] == 50035


async def test_press_brings_the_message_as_it_stands_and_the_button_with_its_id(client: Client) -> None:
    exchange = await client.pressed()
    payload = exchange.payload
    assert payload["data"] == {"custom_id": "more", "component_type": 2, "id": 2}
    assert payload["message"]["components"] == [{"type": 1, "id": 1, "components": [BUTTON | {"id": 2}]}]
    assert exchange.origin is not None
    assert (payload["message"]["content"], payload["message"]["id"]) == ("Because.", exchange.origin["id"])
    assert payload["message"]["interaction_metadata"]["user"]["id"] == OWNER.id


async def test_message_that_is_gone_has_no_button_to_press(client: Client) -> None:
    exchange = await client.pressed()
    assert exchange.origin is not None
    await client.callback(exchange, {"type": 6})
    await client.call("DELETE", f"/webhooks/{BOT.id}/{exchange.token}/messages/@original")
    with pytest.raises(AssertionError, match="the message is gone"):
        await client.server.press(exchange.origin, "More")


async def test_menu_names_its_target_and_brings_it(client: Client) -> None:
    await client.identify()
    somebody = User.new()
    message = await client.server.say(somebody, "not for the bot", guild=LISTED)
    assert (await client.receive())["d"]["content"] == ""
    await client.server.menu("Answer this", message, user=OWNER)
    data = (await client.receive())["d"]["data"]
    assert (data["type"], data["target_id"], data["name"]) == (3, message["id"], "Answer this")
    assert data["resolved"]["messages"][message["id"]]["content"] == "not for the bot"
    assert data["id"] == client.server.state.menus["Answer this"]["id"]


async def test_autocomplete_tells_which_option_is_typed_and_resolves_nothing(client: Client) -> None:
    exchange = await client.server.complete("ask", {"question": "con"}, user=OWNER)
    assert exchange.payload["type"] == 4
    option = {"name": "question", "type": 3, "value": "con", "focused": True}
    assert exchange.payload["data"]["options"] == [option]
    assert "resolved" not in exchange.payload["data"]


@pytest.mark.parametrize(
    ("how", "context", "owners"),
    [
        ({"guild": LISTED}, 0, {"0": LISTED.id}),
        ({"guild": LISTED, "personal": True}, 0, {"0": LISTED.id, "1": OWNER.id}),
        ({"guild": NOT_JOINED}, 0, {"1": OWNER.id}),
        ({}, 1, {"0": "0"}),
        ({"personal": True}, 1, {"0": "0", "1": OWNER.id}),
    ],
)
async def test_interaction_says_through_whose_installation_it_comes(
    client: Client, how: dict[str, Any], context: int, owners: Json
) -> None:
    payload = (await client.asked(**how)).payload
    assert (payload["context"], payload["authorizing_integration_owners"]) == (context, owners)
    assert ("guild_id" in payload, "user" in payload) == (context == 0, context != 0)


async def test_reply_brings_the_message_it_replies_to_and_mentions_its_author_if_it_pings(client: Client) -> None:
    exchange = await client.asked(guild=LISTED)
    await client.callback(exchange, {"type": 4, "data": {"content": "Because.", "components": [ROW]}})
    await client.identify()
    for ping in (True, False):
        await client.server.say(User.new(), "And then?", reply_to=exchange.message, ping=ping)
        event = (await client.receive())["d"]
        assert (event["type"], event["content"]) == (19, "And then?" if ping else "")
        assert [mention["id"] for mention in event["mentions"]] == ([BOT.id] if ping else [])
        assert event["referenced_message"]["content"] == "Because."
        assert event["referenced_message"]["components"][0]["components"][0]["custom_id"] == "more"
        assert exchange.message is not None
        assert event["message_reference"]["message_id"] == exchange.message["id"]


async def test_message_of_somebody_else_that_a_reply_quotes_stays_hidden(client: Client) -> None:
    await client.identify()
    hidden = await client.server.say(User.new(), "not for the bot", guild=LISTED)
    await client.server.say(User.new(), f"{BOT.mention} and this?", reply_to=hidden)
    await client.receive()
    event = (await client.receive())["d"]
    assert (event["content"], event["referenced_message"]["content"]) == (f"{BOT.mention} and this?", "")


async def test_interaction_in_a_thread_names_the_channel_it_belongs_to(client: Client) -> None:
    _, message = await client.post(LISTED.channel_id, {"content": "x", "components": [ROW]})
    path = f"/channels/{LISTED.channel_id}/messages/{message['id']}/threads"
    await client.call("POST", path, {"name": "Go on"})
    thread = client.server.state.channels[message["id"]]
    payload = (await client.asked(channel=thread)).payload
    assert (payload["channel_id"], payload["guild_id"], payload["context"]) == (thread.id, LISTED.id, 0)
    assert (payload["channel"]["type"], payload["channel"]["parent_id"]) == (11, LISTED.channel_id)
