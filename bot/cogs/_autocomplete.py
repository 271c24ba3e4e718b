"""Autocompletion that is in time and never fails."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from discord.app_commands import Choice
from discord.ext import commands

from bot.services.errors import trace
from bot.services.interactions import Interaction
from bot.views.snapshot_names import snapshot_letters
from index.domain.snapshots import SnapshotInfo

__all__ = ["MAX_CHOICES", "name_choices", "quiet", "snapshot_choices"]

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 2.0
"""Discord shows an error after three."""

MAX_CHOICES = 25
LONGEST_CHOICE = 100
"""Discord's limits: choices, and characters of one."""

CogT = TypeVar("CogT", bound=commands.Cog)
Callback = Callable[[CogT, Interaction, str], Coroutine[Any, Any, list[Choice[str]]]]


def quiet(callback: Callback[CogT]) -> Callback[CogT]:
    """Make an autocompletion offer nothing if it fails or takes too long.

    discord.py would log its error together with the user's id; here the log says neither who typed nor what.
    """

    @functools.wraps(callback)
    async def complete(cog: CogT, interaction: Interaction, typed: str) -> list[Choice[str]]:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await callback(cog, interaction, typed)
        except Exception as error:  # whatever it was, nobody waits for suggestions
            log.warning("No suggestions: %s", trace(error))
            return []

    return complete


def name_choices(names: Iterable[str], part: str) -> list[Choice[str]]:
    """Return the names that contain a part, whatever its case; one too long for a choice can only be typed."""
    folded = part.casefold()
    matching = [name for name in names if folded in name.casefold() and len(name) <= LONGEST_CHOICE]
    return [Choice(name=name, value=name) for name in matching[:MAX_CHOICES]]


def snapshot_choices(snapshots: Sequence[SnapshotInfo], typed: str) -> list[tuple[SnapshotInfo, Choice[str]]]:
    """Return the snapshots that are not live by date and letters, if their date or id has the part that was typed."""
    ids, part = [snapshot.id for snapshot in snapshots], typed.strip()
    choices = [(snapshot, _snapshot_choice(snapshot, ids)) for snapshot in snapshots if not snapshot.live]
    return [(snapshot, choice) for snapshot, choice in choices if part in choice.name or part in snapshot.id]


def _snapshot_choice(snapshot: SnapshotInfo, ids: Sequence[str]) -> Choice[str]:
    letters = snapshot_letters(snapshot.id, ids)
    return Choice(name=f"{snapshot.created:%Y-%m-%d %H:%M} UTC · {letters}", value=snapshot.id)
