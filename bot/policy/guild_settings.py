"""The settings of a server: checked when they are set, and read from the journal's rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.text.i18n import gettext

__all__ = ["MAX_CHANNELS", "MAX_COOLDOWN", "GuildSettings", "InvalidSetting"]

MAX_COOLDOWN = 3600
MAX_CHANNELS = 25


class InvalidSetting(ValueError):
    """An invalid setting; its message can be shown and says why."""


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """The settings of a server.

    Attributes
    ----------
    channels : frozenset of int
        Channels where the bot answers; empty for all.
    private : bool
        Whether only the asker sees an answer to /ask, unless the command says otherwise.
    threads : bool
        Whether an answer offers to continue in a thread.
    cooldown : int or None
        Least seconds between two questions of a user; None for the bot's own.
    """

    channels: frozenset[int] = frozenset()
    private: bool = False
    threads: bool = True
    cooldown: int | None = None

    @classmethod
    def from_rows(cls, rows: Mapping[str, str]) -> GuildSettings:
        """Return the settings from the journal's rows; a value that cannot be read counts as not set."""
        channels = frozenset(int(part) for part in rows.get("channels", "").split() if part.isdigit())
        cooldown = rows.get("cooldown", "")
        return cls(
            channels=channels,
            private=rows.get("private") == "yes",
            threads=rows.get("threads", "yes") == "yes",
            cooldown=min(int(cooldown), MAX_COOLDOWN) if cooldown.isdigit() else None,
        )

    def to_rows(self) -> dict[str, str | None]:
        """Return the journal's rows; None for what is not set."""
        return {
            "channels": " ".join(str(channel) for channel in sorted(self.channels)) or None,
            "private": "yes" if self.private else None,
            "threads": None if self.threads else "no",
            "cooldown": None if self.cooldown is None else str(self.cooldown),
        }

    def answers_in(self, *channels: int | None) -> bool:
        """Return whether the bot answers in a channel, given with the channel that it is a thread of."""
        return not self.channels or not self.channels.isdisjoint(channels)

    def with_channel(self, channel: int) -> GuildSettings:
        """Return the settings with one more channel; the first restricts the bot to it.

        Raises
        ------
        InvalidSetting
            If there are too many.
        """
        channels = self.channels | {channel}
        if len(channels) > MAX_CHANNELS:
            text = gettext("At most {most} channels can be chosen: remove one first.", most=MAX_CHANNELS)
            raise InvalidSetting(text)
        return replace(self, channels=channels)

    def without_channel(self, channel: int) -> GuildSettings:
        """Return the settings without a channel.

        Raises
        ------
        InvalidSetting
            If it was not chosen, or is the last: without any, the bot would answer everywhere.
        """
        if channel not in self.channels:
            raise InvalidSetting(gettext("That channel was not chosen, so there is nothing to remove."))
        if len(self.channels) == 1:
            raise InvalidSetting(
                gettext("That is the last channel: to have me answer everywhere, use /settings channels clear:True.")
            )
        return replace(self, channels=self.channels - {channel})

    def with_cooldown(self, seconds: int | None) -> GuildSettings:
        """Return the settings with another cool-down, None for the bot's own.

        Raises
        ------
        InvalidSetting
            If it is not from 0 to 3,600 seconds.
        """
        if seconds is not None and not 0 <= seconds <= MAX_COOLDOWN:
            raise InvalidSetting(gettext("A cool-down is from 0 to {most} seconds.", most=MAX_COOLDOWN))
        return replace(self, cooldown=seconds)
