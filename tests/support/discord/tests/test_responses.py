"""What the local Discord takes as an answer to each kind of interaction, and what it refuses, seen by a bare client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.discord.client import FORM, Client, Clock
from tests.support.discord.files import LARGEST_BYTES
from tests.support.discord.payloads import LISTED, NOT_JOINED, Json
from tests.support.discord.rules import COMPONENTS_V2, EPHEMERAL, LOADING

CHOICES: Json = {"choices": [{"name": "Why?", "value": "Why?"}]}
DATA: dict[int, Json] = {4: {"content": "x"}, 5: {}, 6: {}, 7: {"content": "x"}, 8: CHOICES, 9: FORM}


@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        ("command", [4, 5, 9]),
        ("press", [4, 5, 6, 7, 9]),
        ("autocomplete", [8]),
        ("submission", [4, 5, 6, 7]),
    ],
)
async def test_kind_of_interaction_takes_its_kinds_of_response_alone(
    client: Client, kind: str, taken: list[int]
) -> None:
    fitting = []
    for response, data in DATA.items():
        status, body = await client.callback(await client.interaction(kind), {"type": response, "data": data})
        if status == 200:
            fitting.append(response)
        else:
            assert (status, body["code"]) == (400, 50035)
            choices = ", ".join(str(number) for number in taken)
            assert body["errors"]["type"]["_errors"][0]["message"] == f"Value must be one of {{{choices}}}."
    assert fitting == taken


async def test_refused_first_response_may_be_followed_by_a_right_one(client: Client) -> None:
    exchange = await client.asked()
    status, body = await client.callback(exchange, {"type": 4, "data": {"content": "x" * 2001}})
    assert (status, list(body["errors"]["data"])) == (400, ["content"])
    assert (await client.callback(exchange, {"type": 4, "data": {"content": "x"}}))[0] == 200


@pytest.mark.parametrize("kind", ["press", "autocomplete", "submission"])
async def test_every_kind_dies_after_three_seconds_and_takes_one_response(
    client: Client, clock: Clock, kind: str
) -> None:
    body = {"type": 8, "data": CHOICES} if kind == "autocomplete" else {"type": 5}
    late, twice = await client.interaction(kind), await client.interaction(kind)
    assert (await client.callback(twice, body))[0] == 200
    assert (await client.callback(twice, body))[1]["code"] == 40060
    clock.now += 3.01
    assert (await client.callback(late, body))[1]["code"] == 10062


async def test_token_dies_after_a_quarter_of_an_hour(client: Client, clock: Clock) -> None:
    exchange = await client.asked()
    await client.callback(exchange, {"type": 5})
    clock.now += 900
    assert (await client.edit(exchange, {"content": "just in time"}))[0] == 200
    clock.now += 1
    status, body = await client.edit(exchange, {"content": "late"})
    assert (status, body["code"]) == (401, 50027)


@pytest.mark.parametrize(
    "choices",
    [
        [{"name": "x", "value": "x"}] * 26,
        [{"name": "x" * 101, "value": "x"}],
        [{"name": "", "value": "x"}],
        [{"name": "x", "value": "x" * 101}],
        [{"name": "x", "value": 1}],
        None,
    ],
)
async def test_choices_beyond_what_a_client_shows_are_refused(client: Client, choices: Any) -> None:
    exchange = await client.interaction("autocomplete")
    status, body = await client.callback(exchange, {"type": 8, "data": {"choices": choices}})
    assert (status, list(body["errors"]["data"])) == (400, ["choices"])
    most = [{"name": "x" * 100, "value": f"{number:0100}"} for number in range(25)]
    assert (await client.callback(exchange, {"type": 8, "data": {"choices": most}}))[0] == 200
    assert exchange.choices == most


async def test_update_changes_the_message_of_the_button_and_so_do_edits_after_it(client: Client) -> None:
    exchange = await client.pressed()
    origin = exchange.origin
    assert origin is not None
    status, body = await client.callback(exchange, {"type": 7, "data": {"content": "Changed."}})
    assert (status, body["resource"]["message"]["id"]) == (200, origin["id"])
    assert (origin["content"], origin["components"][0]["components"][0]["label"]) == ("Changed.", "More")
    assert (await client.edit(exchange, {"content": "Again."}))[1]["id"] == origin["id"]
    assert origin["content"] == "Again."


async def test_deferred_update_shows_no_loading_and_follow_ups_are_new_messages(client: Client) -> None:
    exchange = await client.pressed(flags=EPHEMERAL)
    status, body = await client.callback(exchange, {"type": 6})
    assert (status, body["interaction"]["response_message_loading"]) == (200, False)
    status, further = await client.follow_up(exchange, {"content": "further"})
    assert exchange.origin is not None
    assert (status, further["id"] == exchange.origin["id"], further["flags"]) == (200, False, 0)
    assert (await client.edit(exchange, {"content": "changed"}))[1]["flags"] == EPHEMERAL
    assert exchange.origin["content"] == "changed"


async def test_deferred_answer_to_a_press_is_a_new_message_that_replies_to_the_old(client: Client) -> None:
    exchange = await client.pressed()
    assert exchange.origin is not None
    _, body = await client.callback(exchange, {"type": 5, "data": {"flags": EPHEMERAL}})
    message = body["resource"]["message"]
    assert message["flags"] == EPHEMERAL | LOADING
    assert message["message_reference"]["message_id"] == exchange.origin["id"]
    assert (await client.follow_up(exchange, {"content": "x"}))[1]["id"] == message["id"]
    assert exchange.origin["content"] == "Because."


async def test_ephemeral_message_cannot_be_reached_by_the_bots_own_token(client: Client) -> None:
    exchange = await client.asked(guild=LISTED)
    await client.callback(exchange, {"type": 4, "data": {"content": "Because.", "flags": EPHEMERAL}})
    assert exchange.message is not None
    path = f"/channels/{LISTED.channel_id}/messages/{exchange.message['id']}"
    for method, body in (("GET", None), ("PATCH", {"content": "x"})):
        assert (await client.call(method, path, body))[1]["code"] == 10008
    assert (await client.call("POST", f"{path}/threads", {"name": "x"}))[1]["code"] == 10008
    reply = {"content": "x", "message_reference": {"message_id": exchange.message["id"]}}
    assert (await client.post(LISTED.channel_id, reply))[1]["code"] == 50035


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "auto_archive_duration": 61}, "auto_archive_duration"),
    ],
)
async def test_thread_whose_name_or_length_discord_does_not_take_is_refused(
    client: Client, body: Json, field: str
) -> None:
    _, message = await client.post(LISTED.channel_id, {"content": "x"})
    path = f"/channels/{LISTED.channel_id}/messages/{message['id']}/threads"
    status, refused = await client.call("POST", path, body)
    assert (status, list(refused["errors"])) == (400, [field])
    status, thread = await client.call("POST", path, {"name": "x" * 100, "auto_archive_duration": 60})
    assert (status, thread["id"], thread["type"], thread["parent_id"]) == (201, message["id"], 11, LISTED.channel_id)
    status, inside = await client.post(thread["id"], {"content": "in it"})
    assert (status, inside["channel_id"]) == (200, thread["id"])
    path = f"/channels/{thread['id']}/messages/{inside['id']}/threads"
    assert (await client.call("POST", path, {"name": "x"}))[1]["code"] == 50024


async def test_channel_where_the_bot_is_not_is_out_of_its_reach(client: Client) -> None:
    assert (await client.post(NOT_JOINED.channel_id, {"content": "x"}))[1]["code"] == 50001
    assert (await client.post("1", {"content": "x"}))[1]["code"] == 10003


async def test_file_comes_by_a_form_and_what_names_no_file_is_refused(client: Client) -> None:
    exchange = await client.asked()
    await client.callback(exchange, {"type": 5})
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]}
    body: Json = {"flags": COMPONENTS_V2, "components": [gallery], "attachments": [{"id": 0, "description": "A"}]}
    status, refused = await client.edit(exchange, {**body, "attachments": []})
    assert (status, refused["code"], list(refused["errors"])) == (400, 50035, ["components"])
    status, message = await client.edit_with(exchange, body, {"a.png": b"bytes"})
    assert status == 200
    assert [(attachment["filename"], attachment["description"]) for attachment in message["attachments"]] == [
        ("a.png", "A")
    ]
    assert client.server.state.files_of(message) == {"a.png": b"bytes"}
    status, message = await client.edit(exchange, {"components": [{"type": 10, "content": "x"}], "attachments": []})
    assert (status, message["attachments"]) == (200, [])


async def test_file_too_large_is_refused(client: Client) -> None:
    exchange = await client.asked()
    await client.callback(exchange, {"type": 5})
    for size, expected in ((LARGEST_BYTES, 200), (LARGEST_BYTES + 1, 413)):
        status, _ = await client.edit_with(exchange, {"content": "x"}, {"a.bin": bytes(size)})
        assert status == expected
