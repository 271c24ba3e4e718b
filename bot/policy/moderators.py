"""Who may reindex: decided by the bot itself, since a server's admins can change which commands Discord shows."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discord import TeamMemberRole, TeamMembershipState

from bot.text.i18n import gettext_noop

if TYPE_CHECKING:
    from discord import AppInfo

__all__ = ["REFUSAL", "Moderators", "owner_ids"]

REFUSAL = gettext_noop(
    "Only a moderator may rebuild the index: the bot's owner or team anywhere, and in the servers that the owner has "
    "listed, members with Manage Server or a moderator role."
)


@dataclass(frozen=True, slots=True)
class Moderators:
    """The servers whose moderators may reindex, and the roles that make a moderator there."""

    guilds: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()

    def include(
        self, user: int, *, owners: AbstractSet[int], guild: int | None, manages: bool, roles: AbstractSet[int]
    ) -> bool:
        """Return whether a user may reindex.

        `manages` says whether the user has Manage Server in this `guild`, and `roles` are the user's roles there.
        """
        if user in owners:
            return True
        return guild is not None and guild in self.guilds and (manages or not self.roles.isdisjoint(roles))


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
