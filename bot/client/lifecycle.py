"""The client's life cycle: connect, serve until a signal, close cleanly."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys

import aiohttp
import discord

from bot.client.bot import GRACE_SECONDS, FootnoteBot
from bot.services.errors import trace
from bot.services.worker import LibraryWorker
from bot.signals import calling_on_signals
from bot.web.server import CannotListen, WebServer

__all__ = ["CLOSE_SECONDS", "CannotServe", "exit_if_busy", "serve"]

log = logging.getLogger(__name__)

CLOSE_SECONDS = 5.0
"""After this long beyond the time for pending replies the connection is dropped."""

SWITCH_SECONDS = 0.0005
"""Python's switch interval. With the default of 5 ms, threads that answer hold the interpreter lock so long that two
hundred questions at once are acknowledged three times as late."""

NOT_ACCEPTED = (
    "Discord did not accept DISCORD_TOKEN: copy the bot's token again from the developer portal (Bot, Reset Token)."
)
UNREACHABLE = "Discord could not be reached: check the network and DISCORD_API_URL, then start the bot again."
INTENTS_REFUSED = (
    "Discord refuses the bot's intents: switch on what it lacks in the developer portal (Bot, Privileged Gateway "
    "Intents), then start it again."
)
NO_NAME = (
    "The name of Discord's server can't be resolved: check the network's DNS and DISCORD_API_URL, then start again."
)
DISCORD_DOWN = "Discord has a failure of its own (error {status}): see https://discordstatus.com and start again later."
CLOSED = (
    "Discord closed the connection for good (code {code}): look the code up in Discord's documentation (gateway close "
    "event codes), or update this program."
)
AUTHENTICATION_FAILED = 4004


class CannotServe(Exception):
    """A failure that ends the bot, with a sentence to show and the program's exit code."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


async def serve(client: discord.Client, token: str, web_server: WebServer | None = None) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises CannotServe if Discord does not accept the token or cannot be reached, or the web server cannot listen.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    with calling_on_signals(lambda: loop.call_soon_threadsafe(stop.set)):
        await _serve_until(stop, client, token, web_server)


async def _serve_until(stop: asyncio.Event, client: discord.Client, token: str, web_server: WebServer | None) -> None:
    if web_server:
        try:
            await web_server.start()
        except CannotListen as error:
            raise CannotServe(str(error), 1) from None
    connection = asyncio.create_task(_connect(client, token))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({connection, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if connection.done():
            await connection
        else:
            log.info("Told to stop; closing")
    finally:
        stopped.cancel()
        connection.cancel()
        await asyncio.gather(connection, stopped, return_exceptions=True)
        await _close(client)
        if web_server:
            await web_server.stop()


def exit_if_busy(worker: LibraryWorker, code: int) -> None:
    """End the process with this exit code if a thread is still at work.

    A thread cannot be cancelled, and Python would wait for it as long as it takes. The index is safe, since a snapshot
    goes live by one rename.
    """
    if worker.is_busy:
        logging.shutdown()
        os._exit(code)


async def _connect(client: discord.Client, token: str) -> None:
    """Log in and stay connected; discord.py reconnects by itself once it was connected."""
    try:
        await client.login(token)
        await client.connect()
    except discord.LoginFailure:
        raise CannotServe(NOT_ACCEPTED, 2) from None
    except discord.ConnectionClosed as closed:
        if closed.code == AUTHENTICATION_FAILED:
            raise CannotServe(NOT_ACCEPTED, 2) from None
        raise CannotServe(CLOSED.format(code=closed.code), 1) from closed
    except discord.PrivilegedIntentsRequired:
        raise CannotServe(INTENTS_REFUSED, 2) from None
    except discord.DiscordServerError as error:
        raise CannotServe(DISCORD_DOWN.format(status=error.status), 1) from error
    except (aiohttp.ClientConnectorDNSError, socket.gaierror) as error:
        raise CannotServe(NO_NAME, 1) from error
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        log.debug("Not connected: %s", trace(error))
        raise CannotServe(UNREACHABLE, 1) from error
    except AttributeError as error:
        # If the first connection fails, discord.py reads an attribute of a websocket that it does not have yet.
        if client.ws is not None:
            raise
        raise CannotServe(UNREACHABLE, 1) from error


async def _close(client: discord.Client) -> None:
    """Close the connection, or give up on it after a while."""
    try:
        grace = client.grace_seconds if isinstance(client, FootnoteBot) else GRACE_SECONDS
        async with asyncio.timeout(grace + CLOSE_SECONDS):
            await client.close()
    except TimeoutError:
        log.warning("The connection did not close in time and was dropped")
