"""What a person does on the local Discord, and what comes back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.discord.components import BUTTON, all_components
from tests.support.discord.exchange import ANSWERED_WITHIN_S, Exchange, is_final
from tests.support.discord.forms import Form, Value
from tests.support.discord.http import Request
from tests.support.discord.payloads import BOT, LISTED, Channel, Guild, Json, User
from tests.support.discord.responses import MODAL
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.server import DiscordServer

__all__ = ["Discord", "Form", "Reacted", "Reply", "has_ended"]

BOOLEAN = 5
SCENE = ("permissions", "roles", "locale", "personal")
PASSAGES = re.compile(r"(\d+) before, (\d+) now")


class Reacted(AssertionError):
    """The bot reacted to a message instead of answering it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The bot's final message. `notified` are pinged ids; `acknowledged_after` is 0 for a plain message; `files` are
    those on it, by name."""

    message: Json
    notified: frozenset[str]
    acknowledged_after: float = 0.0
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return text_of(self.message)

    @property
    def ephemeral(self) -> bool:
        return bool(self.message["flags"] & EPHEMERAL)

    @property
    def buttons(self) -> list[str]:
        """What its buttons read, in order, the disabled ones left out."""
        components = [
            component for component in all_components(self.message["components"]) if component["type"] == BUTTON
        ]
        return [button.get("label") or "" for button in components if not button.get("disabled")]

    @property
    def answered(self) -> bool:
        """Whether it is an answer: neither an abstention nor a refusal, which quote nothing or only what is near."""
        return "**Nearest passages**" not in self.text and bool(self.quotations)

    @property
    def quotations(self) -> list[str]:
        """Each quotation as a person reads it: its number dropped, its escapes undone, nothing bold."""
        quoted = re.findall(r"^> \*\*\d+\.\*\* (.*)$", self.text, re.MULTILINE)
        plain = [re.sub(r"(?<!\\)\*\*", "", quote) for quote in quoted]
        return [re.sub(r"\\([^\w\s])", r"\1", quote).strip() for quote in plain]

    @property
    def passages(self) -> tuple[int, ...]:
        """Of a reindex's report, the counts of passages before and after."""
        counts = PASSAGES.search(self.text)
        return tuple(int(count) for count in counts.groups()) if counts else ()


def has_ended(message: Json) -> bool:
    """Whether a reindex's message is its report, or why there is none: progress has a line that ends in an ellipsis."""
    return is_final(message) and not re.search("…$", text_of(message), re.MULTILINE)


class Discord:
    """A person at the keyboard; every question comes from somebody new, unless `user` is given.

    `how` is where and as whom: `user`, `guild` (None for direct messages) or `channel`, `permissions`, `roles`,
    `locale`, `personal`.
    """

    def __init__(self, server: DiscordServer) -> None:
        self.server = server
        self.typed: list[str] = []
        self.people: list[User] = []

    def somebody(self) -> User:
        """A new user."""
        user = User.new(f"somebody{len(self.people)}")
        self.people.append(user)
        return user

    async def send_command(
        self,
        name: str,
        /,
        *,
        user: User | None = None,
        guild: Guild | None = LISTED,
        channel: Channel | None = None,
        **options: Any,
    ) -> Exchange:
        """Dispatch a slash command without waiting; `options` are its own, and what `SCENE` names."""
        scene = {key: options.pop(key) for key in SCENE if key in options}
        self._note(options)
        return await self.server.interact(
            name, options, user=user or self.somebody(), guild=guild, channel=channel, **scene
        )

    async def reply(self, exchange: Exchange, until: Callable[[Json], bool] = is_final) -> Reply:
        """The response once it is no longer "thinking", or once it fits `until`."""
        message = await exchange.answer(until)
        return self._reply(message, exchange.acknowledged_after)

    def _reply(self, message: Json, acknowledged_after: float = 0.0) -> Reply:
        state = self.server.state
        notified = frozenset(state.notified[message["id"]])
        return Reply(message, notified, acknowledged_after, state.files_of(message))

    async def command(self, name: str, /, *, until: Callable[[Json], bool] = is_final, **how: Any) -> Reply:
        """Run a slash command and wait for its response; "settings show" is a subcommand."""
        return await self.reply(await self.send_command(name, **how), until)

    async def ask(self, question: str, *, private: bool = False, **how: Any) -> Reply:
        """Give /ask, by default in the listed server; `private` sets the command's one boolean option."""
        options: Json = {"question": question}
        if private:
            options[self._yes_or_no_option("ask")] = True
        return await self.command("ask", **options, **how)

    def _yes_or_no_option(self, command: str) -> str:
        options = self.server.state.commands[command]["options"]
        (name,) = [option["name"] for option in options if option["type"] == BOOLEAN]
        return str(name)

    async def complete(
        self,
        command: str,
        /,
        *,
        focused: str = "",
        user: User | None = None,
        guild: Guild | None = LISTED,
        channel: Channel | None = None,
        **options: Any,
    ) -> list[Json]:
        """What is offered while an option is typed, the last one or `focused`: each with `name` and `value`."""
        scene = {key: options.pop(key) for key in SCENE if key in options}
        self._note(options)
        exchange = await self.server.complete(
            command, options, focused=focused, user=user or self.somebody(), guild=guild, channel=channel, **scene
        )
        await exchange.acknowledged()
        return exchange.choices or []

    async def menu(self, name: str, message: Reply | Json, *, user: User | None = None, **who: Any) -> Reply:
        """A command from a message's context menu, and its response."""
        return await self.reply(await self.server.menu(name, _json(message), user=self._one(message, user), **who))

    async def send_press(
        self, message: Reply | Json, button: str, *, number: int | None = None, user: User | None = None, **who: Any
    ) -> Exchange:
        """Press a button without waiting."""
        return await self.server.press(_json(message), button, number=number, user=self._one(message, user), **who)

    async def press(
        self, message: Reply | Json, button: str, *, until: Callable[[Json], bool] = is_final, **how: Any
    ) -> Any:
        """Press a button, by label or custom id (`number`, from 1, where several read the same), and what comes of it:
        a Reply (a new message, or the button's own, changed) or a Form, if it opens one."""
        exchange = await self.send_press(message, button, **how)
        return Form(exchange) if await exchange.acknowledged() == MODAL else await self.reply(exchange, until)

    async def select(
        self, message: Reply | Json, menu: str, *values: str | Channel, user: User | None = None, **who: Any
    ) -> Reply:
        """Choose in a select menu, by its placeholder or custom id, and the message that comes of it."""
        exchange = await self.server.select(_json(message), menu, *values, user=self._one(message, user), **who)
        return await self.reply(exchange)

    async def send_submit(self, form: Form, text: str | None = None, /, **fields: Value) -> Exchange:
        """Send a form off without waiting."""
        self._note({"": text, **fields})
        return await self.server.submit(form, text, **fields)

    async def submit(self, form: Form, text: str | None = None, /, **fields: Value) -> Reply:
        """Fill in a form (`fields` by custom id or label, `text` where there is one input only), send it off, and the
        message that comes of it."""
        return await self.reply(await self.send_submit(form, text, **fields))

    async def say(
        self,
        content: str,
        *,
        user: User,
        guild: Guild | None = None,
        channel: Channel | None = None,
        reply_to: Reply | Json | None = None,
        ping: bool = True,
    ) -> Json:
        """Send a message without waiting for anything; a reply pings its addressee if `ping`."""
        self.typed.append(content)
        target = _json(reply_to) if reply_to is not None else None
        return await self.server.say(user, content, guild=guild, channel=channel, reply_to=target, ping=ping)

    async def dm(self, content: str, *, user: User | None = None) -> Reply:
        """A direct message, and the bot's answer to it."""
        return await self._answered(content, user=user, guild=None)

    async def mention(self, content: str, *, user: User | None = None, guild: Guild = LISTED) -> Reply:
        """A message that mentions the bot, and its answer to it."""
        return await self._answered(f"{BOT.mention} {content}", user=user, guild=guild)

    async def say_in(self, channel: Channel, content: str, *, user: User | None = None) -> Reply:
        """A message in a channel or thread that mentions the bot, and its answer to it."""
        return await self._answered(f"{BOT.mention} {content}", user=user, channel=channel)

    async def reply_to(self, message: Reply | Json, content: str, *, user: User | None = None) -> Reply:
        """A reply that pings the bot, and its answer to it."""
        return await self._answered(content, user=self._one(message, user), reply_to=message)

    async def thread(self, message: Reply | Json) -> Channel:
        """The thread below a message, once it was begun."""
        below = _json(message)["id"]
        return await self.server.state.threads.wait_for(lambda thread: thread.id == below, within=ANSWERED_WITHIN_S)

    async def _answered(self, content: str, *, user: User | None, **where: Any) -> Reply:
        """The bot's message in answer to another: a reply to it, or in direct messages simply what comes next.

        Raises Reacted if the bot reacts to it instead.
        """
        posts, requests = self.server.state.posts, self.server.requests
        since, asked_since = len(posts), len(requests)
        message = await self.say(content, user=user or self.somebody(), **where)

        in_private = self.server.state.channels[message["channel_id"]].recipient is not None

        def answers(post: Json) -> bool:
            if post["channel_id"] != message["channel_id"]:
                return False
            return _replied_to(post) == message["id"] or (in_private and _replied_to(post) is None)

        def reacts(request: Request) -> bool:
            return request.method == "PUT" and f"/messages/{message['id']}/reactions/" in request.path

        reply = asyncio.ensure_future(posts.wait_for(answers, since=since, within=ANSWERED_WITHIN_S))
        reaction = asyncio.ensure_future(requests.wait_for(reacts, since=asked_since, within=ANSWERED_WITHIN_S))
        try:
            await asyncio.wait((reply, reaction), return_when=asyncio.FIRST_COMPLETED)
            if reaction.done() and not reply.done() and not reaction.exception():
                raise Reacted(reaction.result().path)
            return self._reply(await reply)
        finally:
            for future in (reply, reaction):
                future.cancel()
            await asyncio.gather(reply, reaction, return_exceptions=True)

    def _one(self, message: Reply | Json, user: User | None) -> User:
        """The given user, else the reader of a private message, else a new user."""
        payload = _json(message)
        state = self.server.state
        return (
            user
            or state.shown_to.get(payload["id"])
            or state.channels[payload["channel_id"]].recipient
            or self.somebody()
        )

    def _note(self, options: Mapping[str, Any]) -> None:
        self.typed += [value for value in options.values() if isinstance(value, str)]


def _json(message: Reply | Json) -> Json:
    return message.message if isinstance(message, Reply) else message


def _replied_to(post: Json) -> str | None:
    reference = post.get("message_reference")
    return str(reference["message_id"]) if reference else None
