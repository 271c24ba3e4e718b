"""The library that a visit is about: a server's own, or the shared one where all servers are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.services.context import Services
    from bot.web.moderators.guard import Visit
    from index import Library

__all__ = ["library_of"]


def library_of(services: Services, visit: Visit) -> Library:
    """Return the library of the place that a visit shows; only the bot's owner or team sees all servers."""
    libraries = services.libraries
    return libraries.shared if visit.guild is None else libraries.of(visit.guild)
