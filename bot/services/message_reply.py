"""The reply to a message of a user: sent once, then edited."""

from __future__ import annotations

import logging

import discord

from bot.services.errors import trace
from bot.services.gateway_events import current_event

__all__ = ["MessageReply"]

log = logging.getLogger(__name__)


class MessageReply:
    """The bot's reply to a message, which may grow before it is complete."""

    def __init__(self, message: discord.Message) -> None:
        self._message = message
        self._sent: discord.Message | None = None
        self._anew = False

    async def show(self, view: discord.ui.LayoutView) -> None:
        """Send the reply, or show this in place of what was sent before."""
        if self._sent is None:
            reference = self._message.to_reference(fail_if_not_exists=False)
            # The nonce keeps a second answer away if another process answered it and then died.
            nonce = discord.utils.time_snowflake(discord.utils.utcnow()) if self._anew else self._message.id
            self._sent = await self._message.channel.send(view=view, reference=reference, nonce=nonce)
            if (event := current_event()) and event.resumed:
                await self._sent.edit(view=view)
        else:
            await self._sent.edit(view=view)

    async def finish(self, view: discord.ui.LayoutView) -> None:
        """Show the complete reply; anew if what was sent before cannot be edited, unless somebody deleted that."""
        try:
            await self.show(view)
        except discord.HTTPException as error:
            if self._sent is None or isinstance(error, discord.NotFound):
                raise
            log.warning("A reply is sent anew: %s", trace(error))
            self._sent, self._anew = None, True
            await self.show(view)
