"""What a person does on the local Discord, and what comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.discord_payloads import BOT, LISTED, MEMBER, Guild, Json, User
from tests.discord_rules import EPHEMERAL, LOADING, text_of
from tests.discord_server import DiscordServer
from tests.discord_state import Exchange

__all__ = ["Discord", "Reply", "has_ended"]

ACKNOWLEDGED_WITHIN_S = 10.0  # well after Discord's three seconds: what comes later never comes
ANSWER_WITHIN_S = 60.0
BOOLEAN = 5
PASSAGES = re.compile(r"(\d+) before, (\d+) now")


@dataclass(frozen=True, slots=True)
class Reply:
    """The bot's final message. `notified` is whom it pinged; `acknowledged_after` is 0 for a plain message."""

    message: Json
    notified: frozenset[str]
    acknowledged_after: float = 0.0

    @property
    def text(self) -> str:
        return text_of(self.message)

    @property
    def ephemeral(self) -> bool:
        return bool(self.message["flags"] & EPHEMERAL)

    @property
    def answered(self) -> bool:
        """Whether it is an answer: neither an abstention nor a refusal, which quote nothing or only what is near."""
        return "nearest passages" not in self.text and bool(self.quotations)

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


def _final(message: Json) -> bool:
    return not message["flags"] & LOADING


def has_ended(message: Json) -> bool:
    """Whether a reindex's message is its report, or why there is none: progress has a line that ends in an ellipsis."""
    return _final(message) and not re.search("…$", text_of(message), re.MULTILINE)


class Discord:
    """A person at the keyboard; every question comes from somebody new, unless `user` is given."""

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
        *,
        user: User | None = None,
        guild: Guild | None = LISTED,
        permissions: int = MEMBER,
        roles: tuple[str, ...] = (),
        **options: Any,
    ) -> Exchange:
        """Dispatch a slash command without waiting."""
        self.typed += [value for value in options.values() if isinstance(value, str)]
        return await self.server.interact(
            name, options, user=user or self.somebody(), guild=guild, permissions=permissions, roles=roles
        )

    async def reply(self, exchange: Exchange, until: Callable[[Json], bool] = _final) -> Reply:
        """The response once it is no longer "thinking", or once it fits `until`."""
        await exchange.updates.wait_for(lambda _: True, within=ACKNOWLEDGED_WITHIN_S)
        message = await exchange.updates.wait_for(until, within=ANSWER_WITHIN_S)
        return Reply(message, frozenset(self.server.state.notified[message["id"]]), exchange.acknowledged_after)

    async def command(self, name: str, *, until: Callable[[Json], bool] = _final, **how: Any) -> Reply:
        """Run a slash command and wait for its response."""
        return await self.reply(await self.send_command(name, **how), until)

    async def ask(self, question: str, *, private: bool = False, **how: Any) -> Reply:
        """/ask, in the listed server unless told otherwise; `private` sets the command's one yes-or-no option."""
        options: Json = {"question": question}
        if private:
            options[self._yes_or_no_option("ask")] = True
        return await self.command("ask", **options, **how)

    def _yes_or_no_option(self, command: str) -> str:
        options = self.server.state.commands[command]["options"]
        (name,) = [option["name"] for option in options if option["type"] == BOOLEAN]
        return str(name)

    async def say(self, content: str, *, user: User, guild: Guild | None) -> Json:
        """A message, without waiting for anything."""
        self.typed.append(content)
        return await self.server.say(user, content, guild=guild)

    async def dm(self, content: str, *, user: User | None = None) -> Reply:
        """A direct message, and the bot's answer to it."""
        return await self._answered(await self.say(content, user=user or self.somebody(), guild=None))

    async def mention(self, content: str, *, user: User | None = None, guild: Guild = LISTED) -> Reply:
        """A message that mentions the bot, and its answer to it."""
        return await self._answered(
            await self.say(f"{BOT.mention} {content}", user=user or self.somebody(), guild=guild)
        )

    async def _answered(self, message: Json) -> Reply:
        """The bot's message in answer to another: a reply to it, or in direct messages simply what comes next."""

        def answers(post: Json) -> bool:
            return post["channel_id"] == message["channel_id"] and _replied_to(post) in (None, message["id"])

        since = len(self.server.state.posts)
        post = await self.server.state.posts.wait_for(answers, since=since, within=ANSWER_WITHIN_S)
        return Reply(post, frozenset(self.server.state.notified[post["id"]]))


def _replied_to(post: Json) -> str | None:
    reference = post.get("message_reference")
    return str(reference["message_id"]) if reference else None
