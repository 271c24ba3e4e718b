"""Audit entries for what users do to the index."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.services.interactions import Interaction
from index import Library
from index.domain.activity import DIRECT

__all__ = ["audited"]

T = TypeVar("T")


def audited(
    library: Library, interaction: Interaction, action: str, act: Callable[[], T], outcome: Callable[[T], str]
) -> T:
    """Return the result of `act`, recorded in the audit with the user and the place.

    Call it in a worker thread: then the line is written even if nobody waits for the result any more. `outcome` makes
    the line of the result; an empty one is not recorded.
    """
    guild = interaction.guild_id
    with library.audited(action, origin=DIRECT if guild is None else str(guild), user=interaction.user.id) as line:
        result = act()
        line.outcome = outcome(result)
    return result
