"""What a server's moderators chose for it: validated when set, read again from what the journal keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.text.i18n import gettext

__all__ = ["LONGEST_COOLDOWN", "MOST_CHANNELS", "GuildSettings", "InvalidSetting"]

LONGEST_COOLDOWN = 3600
MOST_CHANNELS = 25


class InvalidSetting(ValueError):
    """A choice that cannot be made; the message is fit to show and says why."""


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """`channels` are those where the bot answers, none for all; `private` whether /ask answers the asker alone unless
    told otherwise; `threads` whether an answer offers to go on in a thread; `cooldown` the least seconds between two
    questions of a user, None for the bot's own."""

    channels: frozenset[int] = frozenset()
    private: bool = False
    threads: bool = True
    cooldown: int | None = None

    @classmethod
    def from_rows(cls, rows: Mapping[str, str]) -> GuildSettings:
        """From what the journal keeps; a value that cannot be read is as if it had not been set."""
        channels = frozenset(int(part) for part in rows.get("channels", "").split() if part.isdigit())
        cooldown = rows.get("cooldown", "")
        return cls(
            channels=channels,
            private=rows.get("private") == "yes",
            threads=rows.get("threads", "yes") == "yes",
            cooldown=min(int(cooldown), LONGEST_COOLDOWN) if cooldown.isdigit() else None,
        )

    def to_rows(self) -> dict[str, str | None]:
        """As the journal keeps them; None for what was not set."""
        return {
            "channels": " ".join(str(one) for one in sorted(self.channels)) or None,
            "private": "yes" if self.private else None,
            "threads": None if self.threads else "no",
            "cooldown": None if self.cooldown is None else str(self.cooldown),
        }

    def answers_in(self, *channels: int | None) -> bool:
        """Whether the bot answers in a channel: it, or the one that a thread belongs to, is among those chosen."""
        return not self.channels or not self.channels.isdisjoint(channels)

    def with_channel(self, channel: int) -> GuildSettings:
        """The bot answers in this channel too, or from now on in this alone; Unfit where there are too many."""
        channels = self.channels | {channel}
        if len(channels) > MOST_CHANNELS:
            raise InvalidSetting(
                gettext("At most {most} channels can be chosen: remove one first.", most=MOST_CHANNELS)
            )
        return replace(self, channels=channels)

    def without_channel(self, channel: int) -> GuildSettings:
        """The bot no longer answers in this channel. Unfit where it was not chosen, or is the last: without any, the
        bot would answer everywhere."""
        if channel not in self.channels:
            raise InvalidSetting(gettext("That channel was not chosen, so there is nothing to remove."))
        if len(self.channels) == 1:
            raise InvalidSetting(
                gettext("That is the last channel: to have me answer everywhere, use /settings channels clear:True.")
            )
        return replace(self, channels=self.channels - {channel})

    def with_cooldown(self, seconds: int | None) -> GuildSettings:
        """Another cool-down, None for the bot's own. Unfit where it is not from 0 to 3,600 seconds."""
        if seconds is not None and not 0 <= seconds <= LONGEST_COOLDOWN:
            raise InvalidSetting(gettext("A cool-down is from 0 to {most} seconds.", most=LONGEST_COOLDOWN))
        return replace(self, cooldown=seconds)
