"""The Discord client: takes a library, hears questions, crosses to a thread for every answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot.client.background import Background
from bot.client.command_tree import FootnoteTree
from bot.client.discord_patches import pass_over_unreadable, use_gateway
from bot.client.scheduled_reindex import NEVER, ReindexSchedule
from bot.cogs._autocomplete import Choices
from bot.cogs.answers import AnswersCog
from bot.cogs.ask import AskCog
from bot.cogs.audit import AuditCog
from bot.cogs.components import ComponentsCog
from bot.cogs.gaps import GapsCog
from bot.cogs.guild_settings import GuildSettingsCog
from bot.cogs.privacy import PrivacyCog
from bot.cogs.reindex import ReindexCog
from bot.cogs.snapshots import SnapshotsCog
from bot.cogs.source_files import SourceFilesCog
from bot.cogs.stats import StatsCog
from bot.cogs.status import StatusCog
from bot.policy.guild_settings import GuildSettings
from bot.policy.moderators import Moderators
from bot.policy.rate_limits import Limits, RateLimiter
from bot.services.errors import explain, trace
from bot.services.guild_settings import GuildSettingsCache
from bot.services.permissions import Permissions
from bot.services.questions import FOR_ALL, QuestionService
from bot.services.user_languages import UserLanguages
from bot.text.command_translator import CommandTranslator
from bot.views.message import notice_message
from index import Library

if TYPE_CHECKING:
    from bot.services.questions import AskContext
    from index.domain.activity import RecordedAnswer
    from index.domain.snapshots import Status

__all__ = ["FootnoteBot"]

log = logging.getLogger(__name__)

T = TypeVar("T")

QUESTIONS_AT_ONCE = 2
"""Questions in threads at the same time; the model uses the processor whole, so more would only slow each other."""

GRACE_SECONDS = 5.0
"""How long closing waits for replies that are under way."""

GONE = frozenset({40060, 50027})
"""Discord's codes for what can't be answered any more, beside Not Found: answered already, expired."""

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
"""None is privileged: the content of messages that mention the bot, and of direct messages, comes all the same."""

Interaction = discord.Interaction[Any]


class FootnoteBot(commands.Bot):
    """Answers from `library`. `commands_file` holds the fingerprint of the commands that Discord was told of. `choices`
    are what a command offers by its name; those that are not in it offer questions."""

    def __init__(
        self,
        *,
        library: Library,
        commands_file: Path,
        moderators: Moderators,
        limits: Limits,
        reindex_when: ReindexSchedule = NEVER,
    ) -> None:
        # Voice is not used, so nobody need be warned that it would not work.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            max_messages=None,
            tree_cls=FootnoteTree,
        )
        self.library = library
        self.unsent = 0
        self.choices: dict[str, Choices] = {}
        self.background = Background(self, commands_file=commands_file, reindex_when=reindex_when)
        self._moderators = moderators
        self._limits = limits
        self._asking = asyncio.Semaphore(QUESTIONS_AT_ONCE)
        self._preferences = GuildSettingsCache(self)
        self._languages = UserLanguages()
        self._working: set[asyncio.Future[Any]] = set()
        self._owed: set[asyncio.Future[None]] = set()

    async def setup_hook(self) -> None:
        """Between login and connecting: commands first, then in the background whatever takes time."""
        await use_gateway(self.http)
        pass_over_unreadable(self)
        await self.tree.set_translator(CommandTranslator())
        asking = QuestionService(self, fairness=RateLimiter(self._limits))
        rights = Permissions(self, self._moderators)
        for cog in (
            AskCog(self, asking=asking),
            AnswersCog(self, asking=asking),
            StatusCog(self),
            ReindexCog(self, rights=rights),
            SnapshotsCog(self, rights=rights),
            AuditCog(self, rights=rights),
            SourceFilesCog(self, rights=rights),
            GapsCog(self, rights=rights),
            StatsCog(self, rights=rights),
            PrivacyCog(self),
            GuildSettingsCog(self, rights=rights, usual_cooldown=self._limits.user_seconds),
        ):
            await self.add_cog(cog)
        await self.add_cog(ComponentsCog(self))  # last: it looks through the cogs that are there
        self.background.start()

    async def reply(self, question: str, place: AskContext, *, after: str = "", alone: bool = False) -> RecordedAnswer:
        """The answer, written down; waits for its turn, and for the model where that is still loading.

        `after` is the id of the answer that the question follows, `alone` says that it follows nothing.
        """
        asked = partial(
            self.library.conversation.reply,
            question,
            user=place.user,
            guild=place.guild,
            channel=place.channel,
            after=after,
            alone=alone,
        )
        async with self._asking:
            return await self.in_thread(asked)

    async def preferences(self, guild: int | None) -> GuildSettings:
        """What was chosen for a server; the usual in direct messages, and where the journal does not say in time."""
        return await self._preferences.of(guild)

    def forget_preferences(self, guild: int) -> None:
        """They changed: read them anew when they are needed."""
        self._preferences.forget(guild)

    def hear(self, source: Interaction | discord.Message) -> None:
        """From here on this task speaks the language of whoever asks."""
        self._languages.hear(source)

    async def index_status(self) -> Status:
        """What is indexed."""
        return await self.in_thread(self.library.status)

    async def in_thread(self, func: Callable[..., T], *args: Any) -> T:
        """`func(*args)` from a thread: the one place where the bot crosses to it.

        A thread can't be cancelled: it ends its work when nobody waits for it any more, and `working` tells.
        """
        work = asyncio.ensure_future(asyncio.to_thread(func, *args))
        self._working.add(work)
        work.add_done_callback(self._ended)
        return await asyncio.shield(work)

    @property
    def working(self) -> bool:
        """Whether a thread is at work."""
        return bool(self._working)

    @contextlib.contextmanager
    def owing_a_reply(self) -> Iterator[None]:
        """Around whatever ends in a reply: closing waits a little for it."""
        sent = asyncio.get_running_loop().create_future()
        self._owed.add(sent)
        try:
            yield
        finally:
            self._owed.discard(sent)
            sent.set_result(None)

    def count_unsent(self, error: BaseException) -> None:
        """Note that a reply did not reach Discord, without what was in it or whom it was for."""
        self.unsent += 1
        log.warning("A reply could not be sent (%d so far): %s", self.unsent, trace(error))

    async def tell(self, interaction: Interaction, view: discord.ui.LayoutView) -> None:
        """Show this to whoever gave a command or pressed a button, to them alone where nothing was begun yet."""
        kind = interaction.response.type
        try:
            if interaction.type is discord.InteractionType.autocomplete:
                if kind is None:
                    await interaction.response.autocomplete([])
            elif kind is None:
                await interaction.response.send_message(view=view, ephemeral=True)
            elif kind is discord.InteractionResponseType.deferred_channel_message:
                await self._tell_instead(interaction, view)
            else:  # the original is the message that the button is on, or a form
                await interaction.followup.send(view=view, ephemeral=True)
        except (discord.HTTPException, aiohttp.ClientError) as failure:
            self.count_unsent(failure)

    async def _tell_instead(self, interaction: Interaction, view: discord.ui.LayoutView) -> None:
        """Show this in the place of an answer that was announced: to its asker alone, though all saw it announced."""
        if interaction.extras.get(FOR_ALL):
            try:
                await interaction.delete_original_response()
            except discord.HTTPException as error:  # then all see it, rather than nobody
                log.warning("What was announced to all could not be taken back: %s", trace(error))
            else:
                await interaction.followup.send(view=view, ephemeral=True)
                return
        await interaction.edit_original_response(view=view)

    async def tell_error(self, interaction: Interaction, error: BaseException, doing: str) -> None:
        """Say what went wrong, as far as Discord still lets us."""
        gone = isinstance(error, discord.HTTPException) and error.code in GONE
        if gone or isinstance(error, discord.Forbidden | discord.NotFound):
            self.count_unsent(error)
        else:
            await self.tell(interaction, notice_message(explain(error, doing)))

    async def on_message(self, message: discord.Message, /) -> None:
        """Nothing here: there are no text commands, and questions are the cog's."""

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what a listener raised, without the event's own data."""
        if error := sys.exception():
            explain(error, f"handling {event_method}")

    async def close(self) -> None:
        """Close cleanly, after replies under way were sent or had their time."""
        if self._owed:
            await asyncio.wait(self._owed, timeout=GRACE_SECONDS)
        self.background.stop()
        await super().close()

    def _ended(self, work: asyncio.Future[Any]) -> None:
        self._working.discard(work)
        if not work.cancelled():
            work.exception()  # fetched, or asyncio would log it whole when nobody waits for it any more
