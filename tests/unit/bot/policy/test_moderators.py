"""Who may reindex."""

from __future__ import annotations

from typing import Any

import pytest
from discord import AppInfo, Client, Intents

from bot.policy.moderators import Moderators, owner_ids
from tests.support.discord.payloads import OWNER, TEAM_MEMBER, application

LISTED, STRANGER, ROLE, OTHER_ROLE, BOSS, SOMEBODY = 10, 20, 30, 31, 1, 2
MODERATORS = Moderators(guilds=frozenset({LISTED}), roles=frozenset({ROLE}))
NOBODY_LISTED = Moderators()


@pytest.mark.parametrize(
    ("moderators", "user", "guild", "manages", "roles", "may"),
    [
        (MODERATORS, BOSS, None, False, set(), True),
        (MODERATORS, BOSS, STRANGER, False, set(), True),
        (NOBODY_LISTED, BOSS, None, False, set(), True),
        (MODERATORS, SOMEBODY, LISTED, True, set(), True),
        (MODERATORS, SOMEBODY, LISTED, False, {OTHER_ROLE, ROLE}, True),
        (MODERATORS, SOMEBODY, LISTED, False, {OTHER_ROLE}, False),
        (MODERATORS, SOMEBODY, LISTED, False, set(), False),
        (MODERATORS, SOMEBODY, STRANGER, True, {ROLE}, False),
        (MODERATORS, SOMEBODY, None, False, {ROLE}, False),
        (MODERATORS, SOMEBODY, None, True, {ROLE}, False),
        (NOBODY_LISTED, SOMEBODY, LISTED, True, {ROLE}, False),
        (NOBODY_LISTED, SOMEBODY, None, True, set(), False),
    ],
    ids=[
        "owner in direct messages",
        "owner in a stranger's server",
        "owner by default",
        "manager of a listed server",
        "moderator role in a listed server",
        "another role in a listed server",
        "member of a listed server",
        "manager of a stranger's server",
        "somebody in direct messages",
        "somebody whose direct messages claim permissions",
        "manager by default",
        "somebody by default",
    ],
)
def test_only_the_owner_and_moderators_of_listed_servers_may(
    moderators: Moderators, user: int, guild: int | None, manages: bool, roles: set[int], may: bool
) -> None:
    assert moderators.include(user, owners={BOSS}, guild=guild, manages=manages, roles=roles) is may


def app(payload: dict[str, Any]) -> AppInfo:
    return AppInfo(state=Client(intents=Intents.none())._connection, data=payload)  # type: ignore[arg-type]


def test_without_a_team_the_owner_alone_counts() -> None:
    assert owner_ids(app(application(team=False))) == {int(OWNER.id)}


@pytest.mark.parametrize(
    ("state", "role", "counts"),
    [
        (2, "admin", True),
        (2, "developer", True),
        (2, "read_only", False),
        (1, "admin", False),
        (2, "some_later_role", False),
    ],
)
def test_of_a_team_those_count_who_accepted_and_may_more_than_read(state: int, role: str, counts: bool) -> None:
    payload = application(team=True)
    member = next(member for member in payload["team"]["members"] if member["user"]["id"] == TEAM_MEMBER.id)
    member |= {"membership_state": state, "role": role}
    assert (int(TEAM_MEMBER.id) in owner_ids(app(payload))) is counts


def test_a_teams_owner_counts_and_the_team_itself_does_not() -> None:
    payload = application(team=True)
    payload["team"]["members"] = []
    assert owner_ids(app(payload)) == {int(payload["team"]["owner_user_id"])}
