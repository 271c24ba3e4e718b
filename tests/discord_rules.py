"""What Discord refuses in a message, and whom a message would notify."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.discord_payloads import Json

__all__ = ["COMPONENTS_V2", "EPHEMERAL", "LOADING", "Refused", "all_components", "check_message", "pings", "text_of"]

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15

ACTION_ROW, BUTTON, TEXT_DISPLAY = 1, 2, 10
V2_TYPES = {9, 10, 11, 12, 13, 14, 17}
LINK_STYLE = 5


class Refused(Exception):
    """An error as Discord writes it: HTTP status, its own code, a message, and what is wrong with which field."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": message, "code": code, **({"errors": errors} if errors else {})}


def invalid(field: str, code: str, message: str) -> Refused:
    """400 Invalid Form Body about one field, given as a dotted path."""
    errors: Json = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(field.split(".")):
        errors = {part: errors}
    return Refused(400, 50035, "Invalid Form Body", errors)


def all_components(components: list[Json]) -> Iterator[Json]:
    """Every component, the nested ones included: each counts towards the 40."""
    for component in components:
        yield component
        yield from all_components(component.get("components") or [])
        if component.get("accessory"):
            yield from all_components([component["accessory"]])


def text_of(message: Json) -> str:
    """Everything in a message that a person can read, in order."""
    parts = [message.get("content") or ""]
    for embed in message.get("embeds") or []:
        parts += [part for _, part, _ in _embed_texts(embed)]
    for component in all_components(message.get("components") or []):
        parts += [component[key] for key in ("content", "label") if isinstance(component.get(key), str)]
    return "\n".join(part for part in parts if part)


def check_message(message: Json) -> None:
    """Raise what Discord would answer, if it would refuse the message as it stands after the request."""
    content = message.get("content") or ""
    embeds = message.get("embeds") or []
    components = message.get("components") or []
    v2 = bool(message.get("flags", 0) & COMPONENTS_V2)
    if v2 and (content or embeds):
        code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
        raise invalid("content" if content else "embeds", code, "Not with IS_COMPONENTS_V2")
    if not (content.strip() or embeds or components):
        raise Refused(400, 50006, "Cannot send an empty message")
    _at_most("content", content, 2000)
    _check_embeds(embeds)
    _check_components(components, v2=v2)


def _at_most(field: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise invalid(field, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


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
            _at_most(f"embeds.{number}.{field}", text, limit)
            if field.startswith("fields.") and not text.strip():
                raise invalid(f"embeds.{number}.{field}", "BASE_TYPE_REQUIRED", "This field is required")
    if total > 6000:
        raise invalid("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _check_components(components: list[Json], *, v2: bool) -> None:
    every = list(all_components(components))
    if not v2 and any(component["type"] in V2_TYPES for component in every):
        raise invalid("components", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
    if len(components) > (40 if v2 else 5) or len(every) > 40:
        raise invalid("components", "BASE_TYPE_BAD_LENGTH", "Too many components.")
    for component in every:
        _check_component(component)
    ids = [component["custom_id"] for component in every if component.get("custom_id")]
    if len(ids) != len(set(ids)):
        raise invalid("components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    if sum(len(component["content"]) for component in every if component["type"] == TEXT_DISPLAY) > 4000:
        raise invalid("components", "COMPONENT_MAX_TEXT_LENGTH", "Displayable text must be 4000 or fewer in length.")


def _check_component(component: Json) -> None:
    kind = component["type"]
    if kind == TEXT_DISPLAY and not component["content"]:
        raise invalid("components.content", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 4000 in length.")
    if kind == ACTION_ROW and not 1 <= len(component["components"]) <= 5:
        raise invalid("components.components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    if kind == BUTTON and bool(component.get("url")) != (component.get("style") == LINK_STYLE):
        raise invalid("components.url", "BUTTON_COMPONENT_INVALID_URL", "A link button has a url, no other has.")
    _at_most("components.label", component.get("label") or "", 80)
    _at_most("components.custom_id", component.get("custom_id") or "", 100)


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
    found: set[str] = set()
    if "everyone" in parse and re.search(r"@(everyone|here)", text):
        found.add("everyone")
    for kind, pattern in (("users", r"<@!?(\d+)>"), ("roles", r"<@&(\d+)>")):
        listed = {str(one) for one in rules.get(kind) or []}
        found |= {one for one in re.findall(pattern, text) if kind in parse or one in listed}
    if replied_to is not None and rules.get("replied_user", False):
        found.add(replied_to)
    return found
