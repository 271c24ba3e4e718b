"""The Discord client: builds the services, loads the cogs, and closes cleanly."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client.background import Background
from bot.client.command_sync import CommandSync
from bot.client.command_tree import FootnoteTree
from bot.client.corpora_maintenance import CorporaMaintenance
from bot.client.discord_patches import hide_users_in_log, skip_unreadable_events, use_gateway
from bot.client.gateway_metrics import watch_gateway
from bot.client.leadership import Leadership
from bot.client.locks import Locks
from bot.client.scheduled_reindex import NEVER, ReindexSchedule, ScheduledReindex
from bot.client.sharded_bot import ShardedBot
from bot.client.weekly_digest import WeeklyDigest, utc_now
from bot.policy.moderators import Moderators
from bot.policy.rate_limits import Limits, RateLimiter
from bot.services.attachments import AttachmentDownloader
from bot.services.build_queue import BuildQueue
from bot.services.context import Services
from bot.services.errors import explain
from bot.services.first_build import FirstBuild
from bot.services.guild_settings import GuildSettingsCache
from bot.services.help import HelpMessages
from bot.services.metrics import Metrics
from bot.services.notices import Notices
from bot.services.permissions import Permissions
from bot.services.pictures import PictureReader
from bot.services.process_state import ProcessState
from bot.services.progress import ProgressMessages
from bot.services.questions import QuestionService
from bot.services.reindexing import ReindexService
from bot.services.replies import Replies
from bot.services.roll_call import RollCall
from bot.services.shared_limits import SharedLimits
from bot.services.tracing import Tracing
from bot.services.user_languages import UserLanguages
from bot.services.worker import LibraryWorker
from bot.settings import DISCORD_API
from bot.shards import ALL_SHARDS, ShardRange
from bot.text.command_translator import CommandTranslator
from bot.views.quotations import EvidenceLinks
from index import Corpora

if TYPE_CHECKING:
    from index.domain.coordination import Coordinator

__all__ = ["EXTENSIONS", "GRACE_SECONDS", "HANDED_OVER_SECONDS", "INTENTS", "FootnoteBot"]

EXTENSIONS = (
    "bot.cogs.ask",
    "bot.cogs.summary",
    "bot.cogs.answers",
    "bot.cogs.status",
    "bot.cogs.help",
    "bot.cogs.welcome",
    "bot.cogs.reindex",
    "bot.cogs.snapshots",
    "bot.cogs.audit",
    "bot.cogs.source_files",
    "bot.cogs.gaps",
    "bot.cogs.stats",
    "bot.cogs.privacy",
    "bot.cogs.guild_settings",
    "bot.cogs.guild_lifecycle",
    "bot.cogs.components",
)
"""The cogs, in any order."""

GRACE_SECONDS = 5.0
"""How long closing waits for pending replies."""

HANDED_OVER_SECONDS = 25.0
"""How long closing waits for them once other processes may take the shards over."""

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
"""None is privileged: the content of messages that mention the bot, and of direct messages, comes all the same."""


class FootnoteBot(ShardedBot):
    """Answers questions on Discord.

    `commands_file` holds a fingerprint of the commands that were synced last; `api_url` is the URL that
    `discord_patches.use_api` was given. With `coordinator` and some `shards`, other processes run the others; `key`
    stands for the bot among them.
    """

    def __init__(
        self,
        *,
        libraries: Corpora,
        commands_file: Path,
        moderators: Moderators,
        limits: Limits,
        reindex_schedule: ReindexSchedule = NEVER,
        api_url: str = DISCORD_API,
        links: EvidenceLinks | None = None,
        metrics: Metrics | None = None,
        tracing: Tracing | None = None,
        clock: Callable[[], datetime] = utc_now,
        shards: ShardRange = ALL_SHARDS,
        coordinator: Coordinator | None = None,
        key: str = "",
    ) -> None:
        # Voice is not used, so discord.py need not warn that its libraries are missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        process = ProcessState()
        coordinator = coordinator if shards.shared else None
        notices = Notices(coordinator, LibraryWorker(), key)
        rates = coordinator.rates if coordinator else None
        shared_limits = SharedLimits(limits, rates, libraries.shared.journal.hash_id, key)
        self.services = self._build_services(
            libraries,
            moderators,
            limits,
            api_url,
            links,
            metrics or Metrics(),
            tracing or Tracing(),
            process,
            notices,
            shared_limits,
        )
        worker = self.services.worker
        locks = Locks(coordinator, key) if coordinator else None
        leadership = Leadership(locks, process) if locks else None
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            max_messages=None,
            shards=shards,
            locks=locks,
            process=process,
            tree_cls=partial(FootnoteTree, languages=self.services.languages, replies=self.services.replies),
        )
        self.background = Background(
            self,
            libraries=libraries,
            worker=worker,
            command_sync=CommandSync(self.tree, file=commands_file, worker=worker),
            first_build=self.services.first_build,
            scheduled_reindex=ScheduledReindex(
                reindex_schedule,
                library=libraries.shared,
                worker=worker,
                builds=self.services.builds,
                metrics=self.services.metrics,
                leadership=leadership,
            ),
            weekly_digest=WeeklyDigest(self, self.services, clock=clock),
            corpora_maintenance=CorporaMaintenance(
                libraries,
                worker=worker,
                builds=self.services.builds,
                metrics=self.services.metrics,
            ),
            leadership=leadership,
        )

    def _build_services(
        self,
        libraries: Corpora,
        moderators: Moderators,
        limits: Limits,
        api_url: str,
        links: EvidenceLinks | None,
        metrics: Metrics,
        tracing: Tracing,
        process: ProcessState,
        notices: Notices,
        shared_limits: SharedLimits,
    ) -> Services:
        worker, replies, shared = LibraryWorker(), Replies(metrics), libraries.shared
        builds = BuildQueue(is_needed=libraries.enabled)
        permissions = Permissions(self, moderators, shared=notices.shared)
        guild_settings = GuildSettingsCache(shared, worker, notices)
        progress = ProgressMessages(libraries, worker)
        attachments = AttachmentDownloader(api_url=api_url)
        help_messages = HelpMessages(libraries, worker)
        first_build = FirstBuild(shared, metrics)
        return Services(
            libraries=libraries,
            worker=worker,
            replies=replies,
            questions=QuestionService(
                libraries=libraries,
                worker=worker,
                replies=replies,
                guild_settings=guild_settings,
                rate_limiter=RateLimiter(limits),
                shared_limits=shared_limits,
                help_messages=help_messages,
                first_build=first_build,
                pictures=PictureReader(library=shared, worker=worker, attachments=attachments),
                links=links,
                metrics=metrics,
                tracing=tracing,
                notices=notices,
            ),
            permissions=permissions,
            guild_settings=guild_settings,
            languages=UserLanguages(notices),
            progress=progress,
            reindexing=ReindexService(
                libraries=libraries,
                worker=worker,
                replies=replies,
                permissions=permissions,
                progress=progress,
                builds=builds,
                metrics=metrics,
                notices=notices,
            ),
            attachments=attachments,
            help=help_messages,
            limits=limits,
            links=links,
            first_build=first_build,
            builds=builds,
            metrics=metrics,
            roll_call=RollCall(process, notices),
            tracing=tracing,
            process=process,
            notices=notices,
        )

    async def setup_hook(self) -> None:
        """Load the cogs between login and connecting; what takes time goes on in the background."""
        hide_users_in_log()
        await use_gateway(self.http)
        skip_unreadable_events(self, self.services.replies)
        watch_gateway(self, self.services)
        await self.tree.set_translator(CommandTranslator())
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        self.services.notices.begin()
        self.background.start()

    async def on_message(self, message: discord.Message, /) -> None:
        """Turn off discord.py's handling of text commands: there are none, and a cog answers questions."""

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what a listener raised, without the event's own data."""
        if error := sys.exception():
            self.services.metrics.count_error(error)
            explain(error, f"handling {event_method}")

    @property
    def grace_seconds(self) -> float:
        """How long closing waits for pending replies: longer where another process takes new questions meanwhile."""
        return HANDED_OVER_SECONDS if self.keepers else GRACE_SECONDS

    async def close(self) -> None:
        """Close cleanly, after pending replies were sent or had their time; what is being written ends early."""
        replies = self.services.replies
        await replies.wait_for_pending(self.grace_seconds - GRACE_SECONDS)
        self.services.questions.answering.writings.stop_all()
        await replies.wait_for_pending(GRACE_SECONDS)
        self.background.stop()
        self.services.notices.end()
        await super().close()
