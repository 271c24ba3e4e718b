"""Who may do what, as a table: the people, what is forged for some of them, and a letter for each cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.support.discord.malformed import Change
from tests.support.discord.payloads import (
    INVITED,
    LISTED,
    MANAGE_GUILD,
    MEMBER,
    MODERATOR_ROLE,
    NOT_JOINED,
    OWNER,
    READER,
    TEAM_MEMBER,
    UNLISTED,
    Guild,
    Json,
    User,
)

__all__ = ["COLUMNS", "FORGED", "PEOPLE", "TABLE", "Speaker", "cells", "refusal"]

ALL = (1 << 50) - 1
MANAGER = MEMBER | MANAGE_GUILD
ADMINISTRATOR = MEMBER | 1 << 3


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody in a place; without `user` somebody new, `group` is a private channel of people that the bot is not
    in."""

    guild: Guild | None = LISTED
    permissions: int = MEMBER
    roles: tuple[str, ...] = ()
    user: User | None = None
    personal: bool = False
    group: bool = False


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "/reindex": ("/reindex", "preview", "Make it live", "Discard", "Cancel"),
    "/source": ("add", "list", "remove", "choices", "Replace", "Leave it", "Reindex now", "Remove"),
    "/snapshots": ("/snapshots", "page", "What changed", "/rollback", "choices", "ask", "Cancel", "Roll back"),
    "/audit": ("/audit", "page"),
    "/gaps": ("/gaps", "page", "Export CSV", "Mark as solved"),
    "/stats": ("/stats", "7 days"),
    "/settings": ("show", "private", "threads", "cooldown", "channels"),
}

#                                                  /reindex /source /snapshots /audit /gaps /stats /settings
TABLE: Mapping[str, str] = {
    "the listed server's owner":                    "xxxxx  xxxxxxxx  xxxxxxxx  xx   xxxx   xx    xxxxx",
    "administrator of the listed server":           "xxxxx  xxxxxxxx  xxxxxxxx  xx   xxxx   xx    xxxxx",
    "with Manage Server in the listed server":      "xxxxx  xxxxxxxx  xxxxxxxx  xx   xxxx   xx    xxxxx",
    "with a listed role in the listed server":      "xxxxx  xxxxxxxx  xxxxxxxx  xx   xxxx   xx    .....",
    "member of the listed server":                  ".....  ........  ........  ..   ....   ..    .....",
    "owner of an unlisted server":                  ".....  ........  ........  ..   xxxx   xx    xxxxx",
    "with Manage Server in an unlisted server":     ".....  ........  ........  ..   xxxx   xx    xxxxx",
    "with a listed role in an unlisted server":     ".....  ........  ........  ..   ....   ..    .....",
    "member of an unlisted server":                 ".....  ........  ........  ..   ....   ..    .....",
    "somebody in direct messages":                  ".....  ........  ........  ..   ....   ..    .....",
    "the listed server's owner in direct messages": ".....  ........  ........  ..   ....   ..    .....",
    "who brought the bot to a group":               ".....  ........  ........  ..   ....   ..    .....",
    "who brought the bot to a server they manage":  ".....  ........  ........  ..   xxxx   xx    -----",
    "who brought the bot to any server":            ".....  ........  ........  ..   ....   ..    .....",
    "the bot's owner in the listed server":         "xxxxx  xxxxxxxx  xxxxxxxx  xx   xxxx   xx    .....",
    "the bot's owner in an unlisted server":        "xxxxx  xxxxxxxx  xxxxxxxx  xx   xxxx   xx    .....",
    "the bot's owner in direct messages":           "xxxxx  xxxxxxxx  xxxxxxxx  xx   xxxx   xx    .....",
    "the bot's owner, with the bot in a group":     "xxxxx  xxxxxxxx  xxxxxxxx  xx   xxxx   xx    .....",
    "developer of the team, anywhere":              "xxxxx  xxxxxxxx  xxxxxxxx  xx   xxxx   xx    .....",
    "who may only read in the team":                ".....  ........  ........  ..   ....   ..    .....",
    "who was only invited to the team":             ".....  ........  ........  ..   ....   ..    .....",
    # forged
    "Manage Server claimed of the channel":         ".....  ........  ........  ..   ....   ..    .....",
    "Manage Server claimed beside the member":      ".....  ........  ........  ..   ....   ..    .....",
    "the bot's own permissions":                    ".....  ........  ........  ..   ....   ..    .....",
    "permissions below nothing":                    ".....  ........  ........  ..   ....   ..    .....",
    "no permissions":                               ".....  ........  ........  ..   ....   ..    .....",
    "a listed role claimed beside the member":      ".....  ........  ........  ..   ....   ..    .....",
    "the bot's owner beside the member":            ".....  ........  ........  ..   ....   ..    .....",
    "the bot's owner beside what is asked":         ".....  ........  ........  ..   ....   ..    .....",
    "the bot's owner as who brought the bot":       ".....  ........  ........  ..   ....   ..    .....",
    "the listed server named by an unlisted one":   ".....  ........  ........  ..   ----   --    -----",
    "a manager's member in direct messages":        ".....  ........  ........  ..   ....   ..    .....",
    "a manager's member in a server without an id": ".....  ........  ........  ..   ....   ..    .....",
}  # fmt: skip
"""`x` may, `.` may not, `-` is not tried: Discord offers no such command there, or what is forged takes nothing."""

PEOPLE: Mapping[str, Speaker] = {
    "the listed server's owner": Speaker(permissions=ALL, user=LISTED.owner),
    "administrator of the listed server": Speaker(permissions=ADMINISTRATOR),
    "with Manage Server in the listed server": Speaker(permissions=MANAGER),
    "with a listed role in the listed server": Speaker(roles=(MODERATOR_ROLE,)),
    "member of the listed server": Speaker(),
    "owner of an unlisted server": Speaker(UNLISTED, ALL, user=UNLISTED.owner),
    "with Manage Server in an unlisted server": Speaker(UNLISTED, MANAGER),
    "with a listed role in an unlisted server": Speaker(UNLISTED, roles=(MODERATOR_ROLE,)),
    "member of an unlisted server": Speaker(UNLISTED),
    "somebody in direct messages": Speaker(None),
    "the listed server's owner in direct messages": Speaker(None, user=LISTED.owner),
    "who brought the bot to a group": Speaker(None, personal=True, group=True),
    "who brought the bot to a server they manage": Speaker(NOT_JOINED, MANAGER, personal=True),
    "who brought the bot to any server": Speaker(NOT_JOINED, personal=True),
    "the bot's owner in the listed server": Speaker(user=OWNER),
    "the bot's owner in an unlisted server": Speaker(UNLISTED, user=OWNER),
    "the bot's owner in direct messages": Speaker(None, user=OWNER),
    "the bot's owner, with the bot in a group": Speaker(None, user=OWNER, personal=True, group=True),
    "developer of the team, anywhere": Speaker(NOT_JOINED, user=TEAM_MEMBER, personal=True),
    "who may only read in the team": Speaker(user=READER),
    "who was only invited to the team": Speaker(None, user=INVITED),
    "Manage Server claimed of the channel": Speaker(),
    "Manage Server claimed beside the member": Speaker(),
    "the bot's own permissions": Speaker(),
    "permissions below nothing": Speaker(),
    "no permissions": Speaker(permissions=MANAGER),
    "a listed role claimed beside the member": Speaker(),
    "the bot's owner beside the member": Speaker(),
    "the bot's owner beside what is asked": Speaker(),
    "the bot's owner as who brought the bot": Speaker(personal=True),
    "the listed server named by an unlisted one": Speaker(UNLISTED, MANAGER),
    "a manager's member in direct messages": Speaker(None),
    "a manager's member in a server without an id": Speaker(permissions=MANAGER),
}


def _member(user: User) -> Json:
    return user.member(roles=(MODERATOR_ROLE,), permissions=ALL)


def _in_data(payload: Json) -> None:
    users, members = {OWNER.id: OWNER.payload()}, {OWNER.id: _member(OWNER)}
    payload["data"]["resolved"] = payload["data"].get("resolved", {}) | {"users": users, "members": members}


def _named(payload: Json) -> None:
    payload["guild"] = LISTED.partial()
    payload["channel"] = LISTED.channel.payload() | {"permissions": str(ALL)}
    payload["authorizing_integration_owners"] = {"0": LISTED.id}


def _without_its_id(payload: Json) -> None:
    payload["user"] = payload["member"]["user"]
    del payload["guild_id"]


FORGED: Mapping[str, Change] = {
    "Manage Server claimed of the channel": lambda payload: payload["channel"].update(permissions=str(ALL)),
    "Manage Server claimed beside the member": lambda payload: payload.update(permissions=str(ALL)),
    "the bot's own permissions": lambda payload: payload.update(app_permissions=str(ALL)),
    "permissions below nothing": lambda payload: payload["member"].update(permissions="-1"),
    "no permissions": lambda payload: payload["member"].pop("permissions"),
    "a listed role claimed beside the member": lambda payload: payload.update(roles=[MODERATOR_ROLE]),
    "the bot's owner beside the member": lambda payload: payload.update(user=OWNER.payload()),
    "the bot's owner beside what is asked": _in_data,
    "the bot's owner as who brought the bot": lambda payload: payload.update(
        authorizing_integration_owners={"1": OWNER.id}
    ),
    "the listed server named by an unlisted one": _named,
    "a manager's member in direct messages": lambda payload: payload.update(
        member=_member(OWNER), guild=LISTED.partial()
    ),
    "a manager's member in a server without an id": _without_its_id,
}

REFUSALS: Mapping[str, str] = {
    "/reindex": "Only a moderator may rebuild the index: the bot's owner or team anywhere",
    "/source": "Only a moderator may add, remove and list the files: the bot's owner or team anywhere",
    "/snapshots": "Only a moderator may rebuild the index: the bot's owner or team anywhere",
    "/audit": "Only a moderator may rebuild the index: the bot's owner or team anywhere",
    "/gaps": "Only moderators see the gaps: members with Manage Server in their server, the bot's owner",
    "/stats": "Only moderators see the figures: members with Manage Server in their server, the bot's owner",
    "/settings": "Only members with Manage Server may see and change my settings",
}
"""The refusal of each command; a button that reindexes has that of the command."""


def cells(row: str, letter: str) -> Iterator[tuple[str, str]]:
    """The columns of a row that have this letter, each with the command that it is of."""
    for (command, names), letters in zip(COLUMNS.items(), TABLE[row].split(), strict=True):
        yield from ((command, name) for name, cells in zip(names, letters, strict=True) if cells == letter)


def refusal(command: str, name: str) -> str:
    """Return the refusal of a cell."""
    return REFUSALS["/reindex" if name == "Reindex now" else command]
