"""Discord's rules for messages: what it refuses, and which users and roles a message notifies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.support.discord.components import TEXT_DISPLAY, all_components, check_components
from tests.support.discord.payloads import Json
from tests.support.discord.refusals import Refused, at_most, invalid

__all__ = [
    "COMPONENTS_V2",
    "EPHEMERAL",
    "HAS_THREAD",
    "LOADING",
    "Refused",
    "all_components",
    "check_message",
    "pings",
    "text_of",
]

HAS_THREAD = 1 << 5
EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15
READABLE = ("content", "label", "placeholder")


def text_of(message: Json) -> str:
    """Everything in a message or a form that a person can read, in order."""
    parts = [message.get("title") or "", message.get("content") or ""]
    for embed in message.get("embeds") or []:
        parts += [part for _, part, _ in _embed_texts(embed)]
    for component in all_components(message.get("components") or []):
        parts += [component[key] for key in READABLE if isinstance(component.get(key), str)]
    return "\n".join(part for part in parts if part)


def check_message(message: Json) -> None:
    """Raise what Discord would answer, if it would refuse the message as it stands after the request."""
    content = message.get("content") or ""
    embeds = message.get("embeds") or []
    components = message.get("components") or []
    v2 = bool((message.get("flags") or 0) & COMPONENTS_V2)
    if v2 and (content or embeds):
        code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
        raise invalid("content" if content else "embeds", code, "Not with IS_COMPONENTS_V2")
    attached = {attachment["filename"] for attachment in message.get("attachments") or []}
    if not (content.strip() or embeds or components or (attached and not v2)):
        raise Refused(400, 50006, "Cannot send an empty message")
    at_most("content", content, 2000)
    _check_embeds(embeds)
    check_components(components, v2=v2, attached=attached)


def _embed_texts(embed: Json) -> Iterator[tuple[str, str, int]]:
    for field, limit in (("title", 256), ("description", 4096)):
        yield field, embed.get(field) or "", limit
    for number, pair in enumerate(embed.get("fields") or []):
        yield f"fields.{number}.name", pair.get("name") or "", 256
        yield f"fields.{number}.value", pair.get("value") or "", 1024
    yield "footer.text", (embed.get("footer") or {}).get("text") or "", 2048
    yield "author.name", (embed.get("author") or {}).get("name") or "", 256


def _check_embeds(embeds: list[Json]) -> None:
    if len(embeds) > 10:
        raise invalid("embeds", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    total = 0
    for number, embed in enumerate(embeds):
        if len(embed.get("fields") or []) > 25:
            raise invalid(f"embeds.{number}.fields", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        for field, text, limit in _embed_texts(embed):
            total += len(text)
            at_most(f"embeds.{number}.{field}", text, limit)
            if field.startswith("fields.") and not text.strip():
                raise invalid(f"embeds.{number}.{field}", "BASE_TYPE_REQUIRED", "This field is required")
    if total > 6000:
        raise invalid("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def pings(request: Json, *, replied_to: str | None = None) -> set[str]:
    """Whom a message would notify: "everyone", and ids of users and roles. Embeds notify nobody."""
    texts = [request.get("content") or ""]
    texts += [
        c.get("content") or "" for c in all_components(request.get("components") or []) if c["type"] == TEXT_DISPLAY
    ]
    text = "\n".join(texts)
    allowed = request.get("allowed_mentions")
    everything: Json = {"parse": ["everyone", "users", "roles"], "replied_user": True}
    rules: Json = everything if allowed is None else allowed
    parse = rules.get("parse") or []
    problems: set[str] = set()
    if "everyone" in parse and re.search(r"@(everyone|here)", text):
        problems.add("everyone")
    for kind, pattern in (("users", r"<@!?(\d+)>"), ("roles", r"<@&(\d+)>")):
        listed = {str(identifier) for identifier in rules.get(kind) or []}
        problems |= {match for match in re.findall(pattern, text) if kind in parse or match in listed}
    if replied_to is not None and rules.get("replied_user", False):
        problems.add(replied_to)
    return problems
