"""Interactions in shapes that Discord has never sent: each changes a payload that is as it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.support.discord.payloads import LISTED, MANAGE_GUILD, OWNER, Json

__all__ = ["MALFORMED", "Change"]

Change = Callable[[Json], object]

MALFORMED: Mapping[str, Change] = {
    "no member": lambda it: it.pop("member"),
    "member is nothing": lambda it: it.update(member=None),
    "member is a list": lambda it: it.update(member=[it["member"]]),
    "member without a user": lambda it: it["member"].pop("user"),
    "member without roles": lambda it: it["member"].pop("roles"),
    "user without an id": lambda it: it["member"]["user"].pop("id"),
    "user's id is a word": lambda it: it["member"]["user"].update(id="owner"),
    "user's id is two": lambda it: it["member"]["user"].update(id=[OWNER.id]),
    "roles are words": lambda it: it["member"].update(roles=["moderators"]),
    "roles are nothing": lambda it: it["member"].update(roles=None),
    "permissions are a word": lambda it: it["member"].update(permissions="all"),
    "permissions are a list": lambda it: it["member"].update(permissions=[MANAGE_GUILD]),
    "permissions are not whole": lambda it: it["member"].update(permissions="32.5"),
    "server's id is a word": lambda it: it.update(guild_id="listed"),
    "server's id is two": lambda it: it.update(guild_id=[LISTED.id]),
    "server is a word": lambda it: it.update(guild="listed"),
    "no channel": lambda it: it.pop("channel"),
    "channel is nothing": lambda it: it.update(channel=None),
    "channel without an id": lambda it: it["channel"].pop("id"),
    "no server and no user": lambda it: (it.pop("guild_id"), it.pop("guild"), it.pop("member")),
    "no data": lambda it: it.pop("data"),
    "data is a list": lambda it: it.update(data=[]),
    "name and button are numbers": lambda it: it["data"].update(name=1, custom_id=1),
    "name and button are lists": lambda it: it["data"].update(name=["reindex"], custom_id=["footnote"]),
    "options are words": lambda it: it["data"].update(options=["preview"], custom_id="footnote"),
    "options without names": lambda it: it["data"].update(options=[{"type": 5}], custom_id="footnote:stop"),
    "resolved is a list": lambda it: it["data"].update(resolved=[], custom_id="footnote:stop::0:9999999"),
    "message is nothing": lambda it: it.update(message=None),
    "app permissions are a word": lambda it: it.update(app_permissions="all"),
    "context is a word": lambda it: it.update(context="server"),
    "owners are a list": lambda it: it.update(authorizing_integration_owners=[LISTED.id]),
    "locale is a list": lambda it: it.update(locale=["de"]),
    "no size of files": lambda it: it.pop("attachment_size_limit"),
}
"""By what is odd about them; of a command, a press or what is typed, in a server."""
