"""The services that every cog gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.services.notices import ALONE, Notices
from bot.services.process_state import ProcessState
from bot.services.tracing import Tracing

if TYPE_CHECKING:
    import discord

    from bot.policy.rate_limits import Limits
    from bot.services.attachments import AttachmentDownloader
    from bot.services.build_queue import BuildQueue
    from bot.services.first_build import FirstBuild
    from bot.services.guild_settings import GuildSettingsCache
    from bot.services.help import HelpMessages
    from bot.services.metrics import Metrics
    from bot.services.permissions import Permissions
    from bot.services.progress import ProgressMessages
    from bot.services.questions import QuestionService
    from bot.services.reindexing import ReindexService
    from bot.services.replies import Replies
    from bot.services.roll_call import RollCall
    from bot.services.user_languages import UserLanguages
    from bot.services.worker import LibraryWorker
    from bot.views.quotations import EvidenceLinks
    from index import Corpora

__all__ = ["Services", "services_of"]


@dataclass(frozen=True, slots=True)
class Services:
    """What the cogs share; built once by the client."""

    libraries: Corpora
    worker: LibraryWorker
    replies: Replies
    questions: QuestionService
    permissions: Permissions
    guild_settings: GuildSettingsCache
    languages: UserLanguages
    progress: ProgressMessages
    reindexing: ReindexService
    attachments: AttachmentDownloader
    help: HelpMessages
    limits: Limits
    first_build: FirstBuild
    builds: BuildQueue
    metrics: Metrics
    roll_call: RollCall
    links: EvidenceLinks | None = None
    """Links to evidence pages; None without a public URL."""
    tracing: Tracing = field(default_factory=Tracing)
    process: ProcessState = field(default_factory=ProcessState)
    notices: Notices = ALONE

    def links_at(self, guild: int | None) -> EvidenceLinks | None:
        """Return the links to the pages of a server, or of direct messages; None without a public URL."""
        return self.links.of(self.libraries.owner(guild)) if self.links else None


def services_of(client: discord.Client) -> Services:
    """Return the services of a client. Raises TypeError for a client without any."""
    services = getattr(client, "services", None)
    if not isinstance(services, Services):
        raise TypeError(f"{type(client).__name__} has no services")
    return services
