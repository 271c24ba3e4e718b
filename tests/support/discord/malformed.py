"""Interactions in shapes that Discord has never sent: each changes a payload that is as it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.support.discord.payloads import LISTED, MANAGE_GUILD, OWNER, Json

__all__ = ["MALFORMED", "Change"]

Change = Callable[[Json], object]

MALFORMED: Mapping[str, Change] = {
    "no member": lambda payload: payload.pop("member"),
    "member is nothing": lambda payload: payload.update(member=None),
    "member is a list": lambda payload: payload.update(member=[payload["member"]]),
    "member without a user": lambda payload: payload["member"].pop("user"),
    "member without roles": lambda payload: payload["member"].pop("roles"),
    "user without an id": lambda payload: payload["member"]["user"].pop("id"),
    "user's id is a word": lambda payload: payload["member"]["user"].update(id="owner"),
    "user's id is two": lambda payload: payload["member"]["user"].update(id=[OWNER.id]),
    "roles are words": lambda payload: payload["member"].update(roles=["moderators"]),
    "roles are nothing": lambda payload: payload["member"].update(roles=None),
    "permissions are a word": lambda payload: payload["member"].update(permissions="all"),
    "permissions are a list": lambda payload: payload["member"].update(permissions=[MANAGE_GUILD]),
    "permissions are not whole": lambda payload: payload["member"].update(permissions="32.5"),
    "server's id is a word": lambda payload: payload.update(guild_id="listed"),
    "server's id is two": lambda payload: payload.update(guild_id=[LISTED.id]),
    "server is a word": lambda payload: payload.update(guild="listed"),
    "no channel": lambda payload: payload.pop("channel"),
    "channel is nothing": lambda payload: payload.update(channel=None),
    "channel without an id": lambda payload: payload["channel"].pop("id"),
    "no server and no user": lambda payload: (payload.pop("guild_id"), payload.pop("guild"), payload.pop("member")),
    "no data": lambda payload: payload.pop("data"),
    "data is a list": lambda payload: payload.update(data=[]),
    "name and button are numbers": lambda payload: payload["data"].update(name=1, custom_id=1),
    "name and button are lists": lambda payload: payload["data"].update(name=["reindex"], custom_id=["footnote"]),
    "options are words": lambda payload: payload["data"].update(options=["preview"], custom_id="footnote"),
    "options without names": lambda payload: payload["data"].update(options=[{"type": 5}], custom_id="footnote:stop"),
    "resolved is a list": lambda payload: payload["data"].update(resolved=[], custom_id="footnote:stop::0:9999999"),
    "message is nothing": lambda payload: payload.update(message=None),
    "app permissions are a word": lambda payload: payload.update(app_permissions="all"),
    "context is a word": lambda payload: payload.update(context="server"),
    "owners are a list": lambda payload: payload.update(authorizing_integration_owners=[LISTED.id]),
    "locale is a list": lambda payload: payload.update(locale=["de"]),
    "no size of files": lambda payload: payload.pop("attachment_size_limit"),
}
"""By what is odd about them; of a command, a press or what is typed, in a server."""
