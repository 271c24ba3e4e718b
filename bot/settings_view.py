"""A server's settings in words. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from discord import ui

from bot.layout import FOUND, message
from bot.words import count

if TYPE_CHECKING:
    from bot.preferences import Preferences

__all__ = ["settings"]

CLOSING = "-# To change them: /settings channels, private, threads, cooldown."


def settings(chosen: Preferences, *, usual_cooldown: float, note: str = "") -> ui.LayoutView:
    """All settings, one a line; `usual_cooldown` is the bot's own in seconds, `note` is what was just changed."""
    lines = [
        f"Channels: {_channels(chosen.channels)}",
        f"Private: {_private(chosen.private)}",
        f"Threads: {_threads(chosen.threads)}",
        f"Cool-down: {_cooldown(chosen.cooldown, usual_cooldown)}",
    ]
    head = "**My settings in this server**"
    return message([f"{note}\n{head}" if note else head, "\n".join(lines), CLOSING], FOUND)


def _channels(channels: Collection[int]) -> str:
    """Twenty-five at most, so that all are named."""
    if not channels:
        return "I answer in every channel."
    return f"I answer only in {', '.join(f'<#{channel}>' for channel in sorted(channels))}, and in threads there."


def _private(private: bool) -> str:
    if private:
        return "on. An answer to /ask is for the asker alone, unless private:False is said."
    return "off. An answer to /ask is for everyone, unless private:True is said."


def _threads(threads: bool) -> str:
    return "on. An answer can be gone on from in a thread." if threads else "off. Answers offer no thread."


def _cooldown(seconds: int | None, usual: float) -> str:
    if seconds is None:
        return f"{usual:g} s between two questions of a member, as everywhere." if usual else "none, as everywhere."
    return f"{count(seconds, 'second')} between two questions of a member." if seconds else "none."
