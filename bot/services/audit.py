"""Audit entries for what users do to the index."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bot.services.interactions import Interaction
from index import Library
from index.domain.activity import DIRECT

__all__ = ["audited", "audited_by"]

T = TypeVar("T")


def audited(
    library: Library, interaction: Interaction, action: str, work: Callable[[], T], outcome: Callable[[T], str]
) -> T:
    """Return the result of `work`, recorded in the audit with the user and the place.

    Call it in a worker thread, so that the entry is written even if the interaction is no longer awaited. `outcome`
    turns the result into the text of the entry; nothing is recorded if that is empty.
    """
    guild = interaction.guild_id
    origin = DIRECT if guild is None else str(guild)
    return audited_by(library, interaction.user.id, origin, action, work, outcome)


def audited_by(
    library: Library, user: int, origin: str, action: str, work: Callable[[], T], outcome: Callable[[T], str]
) -> T:
    """Return the result of `work`, recorded in the audit with this user and origin; as `audited` otherwise."""
    with library.audited(action, origin=origin, user=user) as line:
        result = work()
        line.outcome = outcome(result)
    return result
