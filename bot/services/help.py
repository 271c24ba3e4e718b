"""What the bot says of itself, from the live index."""

from __future__ import annotations

import logging

from discord import ui

from bot.services.errors import trace
from bot.services.worker import LibraryWorker
from bot.views.help import MOST_EXAMPLES, BotFacts, help_message, label_of, welcome_message
from index import Corpora
from index.domain.errors import LibraryError
from index.domain.snapshots import SourceState

__all__ = ["HelpMessages"]

log = logging.getLogger(__name__)


class HelpMessages:
    """Makes /help and the first message in a server; without an index they say less."""

    def __init__(self, libraries: Corpora, worker: LibraryWorker) -> None:
        self._libraries = libraries
        self._worker = worker

    async def help(self, guild: int | None) -> ui.LayoutView:
        """Return the message of /help in a server, or in direct messages."""
        return help_message(await self._worker.run(self._facts, guild))

    async def welcome(self, name: str, guild: int) -> ui.LayoutView:
        """Return the first message in a server."""
        return welcome_message(name, await self._worker.run(self._facts, guild))

    def _facts(self, guild: int | None) -> BotFacts:
        """Return what the live index of a place says, in a thread."""
        library = self._libraries.of(guild)
        try:
            sources = library.status().sources
            titles = [source.title or source.source for source in sources if source.state != SourceState.NEW]
            known = library.suggestions.surest()
        except LibraryError as error:
            log.info("The sources are not named: %s", error.log_message)
            titles, known = [], ()
        except OSError as error:
            log.warning("The sources are not named: %s", trace(error))
            titles, known = [], ()
        examples = [question for question in known if label_of(question)][:MOST_EXAMPLES]
        return BotFacts(titles, examples, library.writes)
