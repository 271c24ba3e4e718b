"""The settings of a server as a message."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from discord import ui

from bot.policy.guild_settings import DigestProblem
from bot.text.i18n import format_number, gettext, gettext_noop, ngettext, pgettext
from bot.views.message import FOUND, build_message

if TYPE_CHECKING:
    from bot.policy.guild_settings import GuildSettings

__all__ = ["DAY_NAMES", "guild_settings_message"]

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Weekdays as the command offers them, in which catalogues have them as choices."""

CLOSING = gettext_noop("To change them: /settings channels, private, threads, cooldown, digest.")


def guild_settings_message(settings: GuildSettings, *, default_cooldown: float, note: str = "") -> ui.LayoutView:
    """Return all settings of a server, one a line, below a note on what was just changed.

    `default_cooldown` is the bot's own cool-down in seconds.
    """
    lines = [
        gettext("Channels: {chosen}", chosen=_channels(settings.channels)),
        gettext("Private: {chosen}", chosen=_private(settings.private)),
        gettext("Threads: {chosen}", chosen=_threads(settings.threads)),
        gettext("Cool-down: {chosen}", chosen=_cooldown(settings.cooldown, default_cooldown)),
        gettext("Weekly digest: {chosen}", chosen=_digest(settings)),
    ]
    head = gettext("**My settings in this server**")
    return build_message([f"{note}\n{head}" if note else head, "\n".join(lines), f"-# {gettext(CLOSING)}"], FOUND)


def _channels(channels: Collection[int]) -> str:
    if not channels:
        return gettext("I answer in every channel.")
    mentions = ", ".join(f"<#{channel}>" for channel in sorted(channels))  # 25 at most, so all are named
    return gettext("I answer only in {channels}, and in threads there.", channels=mentions)


def _private(private: bool) -> str:
    if private:
        return gettext("on. An answer to /ask is for the asker alone, unless private:False is said.")
    return gettext("off. An answer to /ask is for everyone, unless private:True is said.")


def _threads(threads: bool) -> str:
    if threads:
        return gettext("on. An answer can be gone on from in a thread.")
    return gettext("off. Answers offer no thread.")


def _cooldown(seconds: int | None, default: float) -> str:
    if seconds is None and default:
        return gettext("{seconds} s between two questions of a member, as everywhere.", seconds=format_number(default))
    if seconds is None:
        return gettext("none, as everywhere.")
    if not seconds:
        return gettext("none.")
    return ngettext(
        "{number} second between two questions of a member.",
        "{number} seconds between two questions of a member.",
        seconds,
    )


def _digest(settings: GuildSettings) -> str:
    if settings.digest_channel is None:
        return gettext("off.")
    place = f"<#{settings.digest_channel}>"
    match settings.digest_problem:
        case None:
            day = pgettext("choice", DAY_NAMES[settings.digest_day])
            return gettext("{day}, 9:00 UTC, in {channel}.", day=day, channel=place)
        case DigestProblem.GONE:
            return gettext(
                "stopped, since {channel} is no longer there. Choose another: /settings digest.", channel=place
            )
        case _:
            return gettext(
                "stopped, since I may not write in {channel}. Let me, then choose it again: /settings digest.",
                channel=place,
            )
