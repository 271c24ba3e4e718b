"""Who may reindex: decided by the bot itself, since a server's admins can change which commands Discord shows."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discord import TeamMemberRole, TeamMembershipState

from bot.text.i18n import gettext_noop

if TYPE_CHECKING:
    from discord import AppInfo

__all__ = ["OWN_REFUSAL", "REFUSAL", "Moderators", "owner_ids"]

REFUSAL = gettext_noop(
    "Only a moderator may rebuild the index: the bot's owner or team anywhere, and in the servers that the owner has "
    "listed, members with Manage Server or a moderator role."
)

OWN_REFUSAL = gettext_noop(
    "Only a moderator of this server may change its sources and its index: members with Manage Server, and those with "
    "a moderator role where the bot's owner has chosen one. The bot must be in the server."
)
"""The same where servers have sources of their own."""


@dataclass(frozen=True, slots=True)
class Moderators:
    """The servers whose moderators may reindex, and the roles that make a moderator there.

    If servers have sources of their own, members with Manage Server moderate those of theirs `everywhere`.
    """

    guilds: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    everywhere: bool = False

    def include(
        self, user: int, *, owners: AbstractSet[int], guild: int | None, manages: bool, roles: AbstractSet[int]
    ) -> bool:
        """Return whether a user may reindex.

        `manages` says whether the user has Manage Server in this `guild`, and `roles` are the user's roles there.
        """
        if user in owners:
            return True
        if guild is None:
            return False
        if self.everywhere and manages:
            return True
        return guild in self.guilds and (manages or not self.roles.isdisjoint(roles))


def owner_ids(application: AppInfo) -> frozenset[int]:
    """Return the ids of the owner, or of the team without members who are only invited or may only read."""
    team = application.team
    if team is None:
        return frozenset({application.owner.id})
    members = {
        member.id
        for member in team.members
        if member.membership_state is TeamMembershipState.accepted
        and member.role in (TeamMemberRole.admin, TeamMemberRole.developer)
    }
    return frozenset(members | ({team.owner_id} if team.owner_id else set()))
