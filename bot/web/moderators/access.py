"""Who may see the moderators' page: the same people who may moderate by commands on Discord."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.text.i18n import gettext
from bot.web.moderators.oauth import TokenRejected
from bot.web.moderators.sessions import EVERYWHERE_PLACE, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.permissions import Permissions
    from bot.web.moderators.oauth import DiscordOAuth

__all__ = ["CHECK_SECONDS", "ModeratorAccess"]

MOST_PLACES = 50
"""Servers of one user that are looked at, a request each."""

CHECK_SECONDS = 180.0
"""How old what is known of a user's roles may be."""


class ModeratorAccess:
    """Looks up the places that a user moderates: by the bot's policy, with the user's roles as Discord has them now."""

    def __init__(self, *, permissions: Permissions, clock: Callable[[], float]) -> None:
        self._permissions = permissions
        self._clock = clock

    async def places(self, oauth: DiscordOAuth, token: str, user: int) -> Mapping[int, str]:
        """Return the places by id, with their names, all servers first; empty for nobody's moderator.

        Raises TokenRejected, DiscordUnavailable.
        """
        permissions = self._permissions
        await permissions.look_elsewhere()
        guilds = sorted(permissions.moderated_guilds)
        is_owner = await permissions.is_owner(user)
        if permissions.everywhere and not is_owner:
            managed = await oauth.managed_guilds(token)
            guilds = sorted({*guilds, *filter(permissions.is_in, managed)})[:MOST_PLACES]
        if is_owner:
            names = {guild: permissions.guild_name(guild) for guild in guilds}
            return {EVERYWHERE_PLACE: gettext("All servers"), **names}
        places = {}
        for guild in guilds:
            member = await oauth.member(token, guild)
            if member and permissions.moderates(user, guild, member.roles, restricted=member.restricted):
                places[guild] = permissions.guild_name(guild)
        return places

    async def is_current(self, oauth: DiscordOAuth, session: Session) -> bool:
        """Whether the session's user still moderates something; asks Discord again if the last check is too old.

        Raises DiscordUnavailable, after which the session may be tried again.
        """
        async with session.checking:
            if self._clock() - session.checked < CHECK_SECONDS:
                return True
            try:
                await oauth.user(session.token)  # an owner's roles are not asked for, but their token must be valid
                places = await self.places(oauth, session.token, session.user)
            except TokenRejected:
                return False
            if not places:
                return False
            session.move(places)
            session.checked = self._clock()
            return True
