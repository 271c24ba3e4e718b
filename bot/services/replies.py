"""Replies outside a command's usual answer: refusals and errors; counts replies that could not be sent."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator

import aiohttp
import discord

from bot.services.errors import Refused, cause_of, explain, trace
from bot.services.gateway_events import current_event, handling
from bot.services.interactions import Interaction
from bot.services.metrics import Metrics
from bot.views.message import notice_message

__all__ = ["PUBLIC", "Replies"]

log = logging.getLogger(__name__)

PUBLIC = "public"
"""Key in an interaction's `extras`: whether everyone sees that it is being answered."""

EXPIRED = frozenset({40060, 50027})
"""Discord's codes, beside Not Found, for an interaction that was answered already or whose token expired."""


class Replies:
    """Sends replies, keeps track of pending ones and counts those that were lost."""

    def __init__(self, metrics: Metrics | None = None) -> None:
        self._metrics = metrics or Metrics()
        self.unsent = 0
        self._pending: set[asyncio.Future[None]] = set()

    @contextlib.contextmanager
    def pending(self) -> Iterator[None]:
        """Mark a reply as pending inside the `with` block, so that closing waits for it."""
        sent = asyncio.get_running_loop().create_future()
        self._pending.add(sent)
        try:
            with handling(current_event()):
                yield
        finally:
            self._pending.discard(sent)
            sent.set_result(None)

    async def wait_for_pending(self, seconds: float) -> None:
        """Wait until no reply is pending, at most so long."""
        if self._pending:
            await asyncio.wait(self._pending, timeout=seconds)

    def count_unsent(self, error: BaseException) -> None:
        """Count a reply that Discord did not take; the log names neither its text nor its reader."""
        self.unsent += 1
        self._metrics.count_unsent()
        log.warning("A reply could not be sent (%d so far): %s", self.unsent, trace(error))

    async def tell(self, interaction: Interaction, view: discord.ui.LayoutView) -> None:
        """Show a message to the user of an interaction, privately unless a public response has begun."""
        response_type = interaction.response.type
        try:
            if interaction.type is discord.InteractionType.autocomplete:
                if response_type is None:
                    await interaction.response.autocomplete([])
            elif response_type is None:
                await interaction.response.send_message(view=view, ephemeral=True)
            elif response_type is discord.InteractionResponseType.deferred_channel_message:
                await self._replace_deferred(interaction, view)
            else:  # the original response is the message that the button is on, or a form
                await interaction.followup.send(view=view, ephemeral=True)
        except (discord.HTTPException, aiohttp.ClientError) as failure:
            self.count_unsent(failure)

    async def tell_error(self, interaction: Interaction, error: BaseException, doing: str) -> None:
        """Explain an error to the user, if Discord still takes a reply; `doing` is for the log."""
        cause = cause_of(error)
        expired = isinstance(cause, discord.HTTPException) and cause.code in EXPIRED
        if expired or isinstance(cause, discord.Forbidden | discord.NotFound):
            self.count_unsent(cause)
        else:
            self._metrics.count_error(cause)
            view = cause.view if isinstance(cause, Refused) else notice_message(explain(cause, doing))
            await self.tell(interaction, view)

    async def _replace_deferred(self, interaction: Interaction, view: discord.ui.LayoutView) -> None:
        """Show a message instead of a deferred answer: to the user alone, even if everyone saw it deferred."""
        if interaction.extras.get(PUBLIC):
            try:
                await interaction.delete_original_response()
            except discord.HTTPException as error:  # then everyone sees it, rather than nobody
                log.warning("What was announced to all could not be taken back: %s", trace(error))
            else:
                await interaction.followup.send(view=view, ephemeral=True)
                return
        await interaction.edit_original_response(view=view)
