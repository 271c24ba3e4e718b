"""The check against Discord's description: it lets through what Discord accepts and names what it does not."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from unittest.mock import AsyncMock

import pytest

from tests.support.discord.api import Api
from tests.support.discord.cdn import Cdn
from tests.support.discord.make_facts import OPENAPI, RESPONSES_CHECKED, facts_of, read_description, to_text
from tests.support.discord.openapi_check import FACTS, OpenApi
from tests.support.discord.state import State

CALLBACK = "/interactions/1/token/callback"
RESPONSE = "/webhooks/1/token/messages/@original"
MESSAGES = "/channels/1/messages"
COMMANDS = "/applications/1/commands"


def small_description(schemas: dict[str, Any]) -> dict[str, Any]:
    """A description of every endpoint that is answered, with a note as the body that one of them takes."""
    endpoints = Api(State(clock=float), team=False, tell=AsyncMock()).endpoints
    paths: dict[str, Any] = defaultdict(dict)
    for method, route in endpoints:
        paths[route][method.lower()] = {}
    note = {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}
    paths[endpoints[-1][1]][endpoints[-1][0].lower()] = {"requestBody": {"content": note}}
    attachment = {"items": {"$ref": "#/components/schemas/Colour", "description": "Prose."}}
    checked: dict[str, Any] = {key: {} for key in RESPONSES_CHECKED} | {"MessageAttachmentResponse": attachment}
    return {"paths": paths, "components": {"schemas": schemas | checked}}


@pytest.fixture(scope="module")
def openapi() -> OpenApi:
    return OpenApi()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}),
        ("PATCH", RESPONSE, {"content": "x" * 2000, "allowed_mentions": {"parse": []}}),
        ("PATCH", RESPONSE, {"flags": 1 << 15, "components": [{"type": 10, "content": "x"}]}),
        ("POST", MESSAGES, {"content": "x", "message_reference": {"message_id": 123, "channel_id": 4}}),
        ("POST", "/channels/1/typing", None),
        ("PUT", COMMANDS, [{"name": "ask", "description": "Ask", "type": 1, "contexts": [0, 1]}]),
        ("GET", "/users/@me", None),
    ],
)
def test_body_that_discord_accepts_has_nothing_wrong(openapi: OpenApi, method: str, path: str, body: Any) -> None:
    assert openapi.wrong(method, path, body) == ""


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("POST", CALLBACK, {"type": 99}, "POST /interactions/1/token/callback"),
        ("POST", CALLBACK, None, "needs a body"),
        ("PATCH", RESPONSE, {"content": "x" * 2001}, "content: "),
        ("PATCH", RESPONSE, {"components": [{"type": 10}]}, "components/0"),
        ("POST", MESSAGES, {"content": "x" * 2001}, "content: "),
        ("POST", MESSAGES, {"content": "x", "message_reference": {"message_id": "abc"}}, "message_reference"),
        ("POST", "/channels/1/typing", {"a": 1}, "takes no body"),
        ("PUT", COMMANDS, [{"description": "no name"}], "0: "),
        ("POST", "/channels/1/telepathy", {}, "Discord knows no POST /channels/1/telepathy"),
    ],
)
def test_body_that_discord_refuses_is_named(openapi: OpenApi, method: str, path: str, body: Any, named: str) -> None:
    assert named in openapi.wrong(method, path, body)


def test_a_commands_file_has_the_fields_that_discord_sends(openapi: OpenApi) -> None:
    file = Cdn().hold("otters and herons.txt", b"Nine.").payload()
    assert openapi.unlike("MessageAttachmentResponse", file) == ""
    assert "filename" in openapi.unlike("MessageAttachmentResponse", file | {"filename": None})


def test_facts_leave_out_prose_and_keep_fields_of_the_same_names() -> None:
    note = {"type": "object", "description": "Prose.", "properties": {"description": {"type": "string", "title": "T"}}}
    colours = {"type": "integer", "format": "int32", "oneOf": [{"title": "RED", "const": 1}, {"const": 2}]}
    description = small_description({"Note": note | {"required": ["description"]}, "Colour": colours})
    assert facts_of(description)["schemas"] == {
        "Colour": {"type": "integer", "enum": [1, 2]},
        "MessageAttachmentResponse": {"items": {"$ref": "#/components/schemas/Colour"}},
        "Note": {"type": "object", "properties": {"description": {"type": "string"}}, "required": ["description"]},
        "PrivateGuildMemberResponse": {},
        "UserPIIResponse": {},
    }


@pytest.mark.skipif(not OPENAPI.exists(), reason=f"NOT COMPARED: Discord's description is not at {OPENAPI}")
def test_facts_are_those_of_the_description() -> None:
    """Run `python -m tests.support.discord.make_facts` if they differ."""
    assert FACTS.read_text("utf-8") == to_text(facts_of(read_description()))
