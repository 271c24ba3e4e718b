"""The settings of a server: checked when they are set, and read from the journal's rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.text.i18n import gettext

__all__ = ["DIGEST_SENT", "MAX_CHANNELS", "MAX_COOLDOWN", "DigestProblem", "GuildSettings", "InvalidSetting"]

MAX_COOLDOWN = 3600
MAX_CHANNELS = 25
MONDAY, SUNDAY = 0, 6

DIGEST_SENT = "digest_sent"
"""The journal's row with the moment that the last weekly digest was for; a change of its channel removes it."""


class InvalidSetting(ValueError):
    """An invalid setting; its message can be shown and says why."""


class DigestProblem(StrEnum):
    """Why a weekly digest could not be sent; it stops until it is chosen anew, unless it is tried later."""

    GONE = "gone"
    FORBIDDEN = "forbidden"
    LATER = "later"


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
    digest_channel : int or None
        Where the weekly digest goes; None for no digest.
    digest_day : int
        Its weekday, 0 for Monday.
    digest_problem : DigestProblem or None
        Why it stopped.
    """

    channels: frozenset[int] = frozenset()
    private: bool = False
    threads: bool = True
    cooldown: int | None = None
    digest_channel: int | None = None
    digest_day: int = MONDAY
    digest_problem: DigestProblem | None = None

    @classmethod
    def from_rows(cls, rows: Mapping[str, str]) -> GuildSettings:
        """Return the settings from the journal's rows; a value that cannot be read counts as not set."""
        channels = frozenset(int(part) for part in rows.get("channels", "").split() if part.isdigit())
        cooldown = rows.get("cooldown", "")
        digest, day, problem = (rows.get(f"digest_{name}", "") for name in ("channel", "day", "problem"))
        return cls(
            channels=channels,
            private=rows.get("private") == "yes",
            threads=rows.get("threads", "yes") == "yes",
            cooldown=min(int(cooldown), MAX_COOLDOWN) if cooldown.isdigit() else None,
            digest_channel=int(digest) if digest.isdigit() else None,
            digest_day=min(int(day), SUNDAY) if day.isdigit() else MONDAY,
            digest_problem=DigestProblem(problem) if problem in list(DigestProblem) else None,
        )

    def to_rows(self) -> dict[str, str | None]:
        """Return the journal's rows; None for what is not set."""
        return {
            "channels": " ".join(str(channel) for channel in sorted(self.channels)) or None,
            "private": "yes" if self.private else None,
            "threads": None if self.threads else "no",
            "cooldown": None if self.cooldown is None else str(self.cooldown),
            "digest_channel": None if self.digest_channel is None else str(self.digest_channel),
            "digest_day": str(self.digest_day) if self.digest_day else None,
            "digest_problem": self.digest_problem.value if self.digest_problem else None,
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

    def with_digest(self, channel: int | None, day: int | None = None) -> GuildSettings:
        """Return the settings with a weekly digest in a channel, None for none; `day` is None for the same as before.

        Raises
        ------
        InvalidSetting
            If a day is given and no channel.
        """
        if channel is None and day is not None:
            raise InvalidSetting(gettext("Choose a channel for the weekly digest, too."))
        return replace(
            self,
            digest_channel=channel,
            digest_day=MONDAY if channel is None else self.digest_day if day is None else day,
            digest_problem=None,
        )
