"""The check against Discord's description: it lets through what Discord accepts and names what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.discord.cdn import Cdn
from tests.support.discord.openapi_check import OPENAPI, OpenApi

pytestmark = pytest.mark.skipif(not OPENAPI.exists(), reason=f"NOT CHECKED: Discord's description is not at {OPENAPI}")

CALLBACK = "/interactions/1/token/callback"
RESPONSE = "/webhooks/1/token/messages/@original"
MESSAGES = "/channels/1/messages"
COMMANDS = "/applications/1/commands"


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


def test_a_file_of_a_command_is_told_of_as_discord_does(openapi: OpenApi) -> None:
    file = Cdn().hold("otters and herons.txt", b"Nine.").payload()
    assert openapi.unlike("MessageAttachmentResponse", file) == ""
    assert "filename" in openapi.unlike("MessageAttachmentResponse", file | {"filename": None})
