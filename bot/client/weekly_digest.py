"""The weekly digest: sent to the channel that a server's moderators chose, once a week also over restarts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import aiohttp
import discord
from discord.ext import tasks

from bot.policy.guild_settings import DIGEST_SENT, DigestProblem, GuildSettings
from bot.policy.weekly_digest import WEEK, due_since, last_moment
from bot.services.context import Services
from bot.services.errors import explain, trace
from bot.text.i18n import using_language
from bot.views.weekly_digest import weekly_digest_message
from index import Library, LibraryError
from index.domain.activity import PeriodCounts, Scope, Theme
from index.domain.snapshots import Diff

__all__ = ["WeeklyDigest", "utc_now"]

log = logging.getLogger(__name__)

MINUTES_BETWEEN = 10


def utc_now() -> datetime:
    return datetime.now(UTC)


class WeeklyDigest:
    """Sends the digests that are due, from `start` to `stop`; a failure is logged and tried again at the next look."""

    def __init__(self, client: discord.Client, services: Services, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._client = client
        self._services = services
        self._clock = clock

    def start(self) -> None:
        self.loop.start()

    def stop(self) -> None:
        self.loop.cancel()

    @tasks.loop(minutes=MINUTES_BETWEEN)
    async def loop(self) -> None:
        await self._client.wait_until_ready()
        await self.send_due()

    async def send_due(self) -> None:
        """Send every digest that is due now."""
        try:
            guilds = await self._services.worker.run(self._services.libraries.journal.guilds_with, "digest_channel")
        except LibraryError as error:
            log.warning("No weekly digest is sent: %s", error.log_message)
            return
        for guild in filter(None, map(self._client.get_guild, guilds)):
            try:
                if not guild.unavailable:
                    await self._look_at(guild)
            except LibraryError as error:
                log.warning("A weekly digest is not sent: %s", error.log_message)
            except Exception as error:  # the other servers get theirs
                explain(error, "sending a weekly digest")

    async def _look_at(self, guild: discord.Guild) -> None:
        """Send a server's digest if it is due; the first look after it was chosen only notes since when."""
        worker, journal = self._services.worker, self._services.libraries.journal
        rows = await worker.run(journal.settings, guild.id)
        settings, now = GuildSettings.from_rows(rows), self._clock()
        if settings.digest_channel is None or settings.digest_problem:
            return
        before = _read_time(rows.get(DIGEST_SENT, ""))
        if before is None:
            begun = last_moment(now, settings.digest_day)
            await worker.run(journal.set_setting, guild.id, DIGEST_SENT, begun.isoformat())
            return
        moment = due_since(now, settings.digest_day, before)
        if moment is None:
            return
        # Noted before it is sent, so that no restart sends it twice.
        await worker.run(journal.set_setting, guild.id, DIGEST_SENT, moment.isoformat())
        since = max(before, moment - WEEK)
        counts, gaps, changes = await worker.run(self._collect, guild.id, since, moment)
        if not counts.questions:
            return
        with using_language(guild.preferred_locale):
            view = weekly_digest_message(counts, gaps, changes, since=since, until=moment)
        problem = await self._send(guild, settings.digest_channel, view)
        if problem is DigestProblem.LATER:
            await worker.run(journal.set_setting, guild.id, DIGEST_SENT, before.isoformat())
        elif problem:
            log.warning("A server's weekly digest is off: its channel is %s", problem)
            await worker.run(journal.set_setting, guild.id, "digest_problem", problem.value)
            self._services.guild_settings.invalidate(guild.id)

    async def _send(self, guild: discord.Guild, channel: int, view: discord.ui.LayoutView) -> DigestProblem | None:
        """Send a digest without a notification; return why that failed."""
        place = guild.get_channel(channel)
        if not isinstance(place, discord.TextChannel):
            return DigestProblem.GONE
        rights = place.permissions_for(guild.me)
        if not (rights.view_channel and rights.send_messages):
            return DigestProblem.FORBIDDEN
        try:
            with self._services.replies.pending():
                await place.send(view=view, silent=True)
        except discord.NotFound:
            return DigestProblem.GONE
        except discord.Forbidden:
            return DigestProblem.FORBIDDEN
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("A weekly digest is sent later: %s", trace(error))
            return DigestProblem.LATER
        return None

    def _collect(self, guild: int, since: datetime, until: datetime) -> tuple[PeriodCounts, list[Theme], Diff | None]:
        """Return the counts, the gaps asked about in that time, and what changed in the sources, in a thread."""
        library = self._services.libraries.of(guild)
        counts = library.journal.period(guild, since, until)
        if not counts.questions:
            return counts, [], None
        themes = [theme for theme in library.gaps.themes(Scope(guild)) if theme.gaps[0].newest >= since]
        return counts, sorted(themes, key=lambda theme: theme.times, reverse=True), _changes(library, since)


def _changes(library: Library, since: datetime) -> Diff | None:
    """Return what changed from the snapshot of that time, or the oldest one kept; None if there is none."""
    whole = [info for info in library.snapshots() if info.whole]
    live = next((info for info in whole if info.live), None)
    then = next((info for info in whole if info.created <= since), whole[-1] if whole else None)
    if live is None or then is None or live.id == then.id:
        return None
    try:
        return library.diff(then.id, live.id)
    except LibraryError as error:
        log.warning("A weekly digest does not tell what changed: %s", error.log_message)
        return None


def _read_time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
