"""Payloads of the local Discord's servers and application, and its named users."""

from __future__ import annotations

from collections.abc import Iterable

from tests.support.discord.nouns import (
    ADD_REACTIONS,
    ATTACH_FILES,
    BOT,
    CREATE_PUBLIC_THREADS,
    IN_DIRECT_MESSAGES,
    MANAGE_GUILD,
    MEMBER,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
    WITHOUT_THE_BOT,
    Channel,
    Guild,
    Json,
    User,
    now,
    snowflake,
)

__all__ = [
    "ADD_REACTIONS",
    "ATTACH_FILES",
    "BOT",
    "CREATE_PUBLIC_THREADS",
    "INVITED",
    "IN_DIRECT_MESSAGES",
    "LISTED",
    "MANAGE_GUILD",
    "MEMBER",
    "MODERATOR_ROLE",
    "NOT_JOINED",
    "OWNER",
    "READER",
    "SEND_MESSAGES",
    "SEND_MESSAGES_IN_THREADS",
    "TEAM_MEMBER",
    "UNLISTED",
    "WITHOUT_THE_BOT",
    "Channel",
    "Guild",
    "Json",
    "User",
    "application",
    "guild_create",
    "make_role",
    "now",
    "snowflake",
]

OWNER = User("1100000000000000002", "owner")
TEAM_MEMBER = User("1100000000000000003", "teammate")
READER = User("1100000000000000006", "reader")
INVITED = User("1100000000000000007", "invited")
TEAM_ID = "1100000000000000004"
MODERATOR_ROLE = "1100000000000000005"
LISTED = Guild("1100000000000000010", "Listed", User("1100000000000000012", "host"), "1100000000000000011")
NOT_JOINED = Guild("1100000000000000030", "Elsewhere", User("1100000000000000032", "elsewhere"), "1100000000000000031")
UNLISTED = Guild("1100000000000000020", "Stranger", User("1100000000000000022", "stranger"), "1100000000000000021")


def make_role(role_id: str, name: str, permissions: int) -> Json:
    """Return a role as a server has it."""
    colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    look = {"color": 0, "colors": colors, "hoist": False, "icon": None, "unicode_emoji": None, "mentionable": True}
    rank = {"position": 0, "managed": False, "flags": 0}
    return {"id": role_id, "name": name, "permissions": str(permissions), **look, **rank}


def guild_create(guild: Guild, channels: Iterable[Json] = (), threads: Iterable[Channel] = ()) -> Json:
    """GUILD_CREATE's data; `channels` are the payloads of its text channels, by default the first one."""
    known = [*channels] or [guild.channel.payload()]
    return {
        **guild.partial(),
        "name": guild.name,
        "owner_id": guild.owner.id,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "roles": [make_role(guild.id, "@everyone", guild.everyone), make_role(MODERATOR_ROLE, "Librarians", 0)],
        "emojis": [],
        "stickers": [],
        "joined_at": "2024-05-01T12:00:00.000000+00:00",
        "large": False,
        "unavailable": False,
        "member_count": 3,
        "members": [BOT.member(), guild.owner.member()],
        "channels": [{key: value for key, value in entry.items() if key != "guild_id"} for entry in known],
        "threads": [thread.payload() for thread in threads],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _team() -> Json:
    def member(user: User, role: str, state: int = 2) -> Json:
        return {
            "membership_state": state,
            "team_id": TEAM_ID,
            "user": user.payload(),
            "role": role,
            "permissions": ["*"],
        }

    members = [member(OWNER, "admin"), member(TEAM_MEMBER, "developer")]
    members += [member(READER, "read_only"), member(INVITED, "admin", state=1)]
    return {"id": TEAM_ID, "name": "The team", "icon": None, "owner_user_id": OWNER.id, "members": members}


def application(*, team: bool) -> Json:
    """GET /oauth2/applications/@me: owned by one person or, as Discord then writes it, by a team's stand-in user."""
    owner = User(TEAM_ID, f"team{TEAM_ID}") if team else OWNER
    return {
        "id": BOT.id,
        "name": "Footnote",
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "hook": True,
        "owner": owner.payload(),
        "team": _team() if team else None,
        "integration_types_config": {"0": {}},
        "approximate_guild_count": 2,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
    }
