"""Application commands as the bot registered them, and their interaction data as a client sends it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.discord.payloads import BOT, MEMBER, Channel, Json, User, snowflake
from tests.support.discord.refusals import Refused, invalid

__all__ = ["AttachedFile", "check_choices", "invocation", "synced"]

SLASH = 1
SUBCOMMAND, GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, NUMBER, ATTACHMENT = 3, 4, 5, 6, 7, 10, 11


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file attached to a command, as Discord describes it; `url` is its address."""

    filename: str
    size: int
    url: str
    id: str = dataclasses.field(default_factory=snowflake)

    def payload(self) -> Json:
        where = {"url": self.url, "proxy_url": self.url, "ephemeral": True}
        return {"id": self.id, "filename": self.filename, "size": self.size, **where}


KINDS = {
    bool: BOOLEAN,
    int: INTEGER,
    float: NUMBER,
    str: STRING,
    Channel: CHANNEL,
    User: USER,
    AttachedFile: ATTACHMENT,
}
FITTING: dict[int, Any] = {
    STRING: str,
    INTEGER: int,
    BOOLEAN: bool,
    NUMBER: (int, float),
    CHANNEL: Channel,
    USER: User,
    ATTACHMENT: AttachedFile,
}


def synced(definitions: list[Json], known: Mapping[tuple[int, str], Json]) -> dict[tuple[int, str], Json]:
    """The application's commands by type and name, replaced whole; each keeps its id as long as it keeps its name."""
    commands: dict[tuple[int, str], Json] = {}
    for number, definition in enumerate(definitions):
        name, kind = definition["name"], definition.get("type", 1)
        if not all(_fits(name, kind) for name in _names(definition)):
            raise Refused(400, 50035, "Invalid Form Body", {"name": {"_errors": [_UNFIT_NAME]}})
        if (kind, name) in commands:
            code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
            raise invalid(str(number), code, "Application command names must be unique")
        ids = {"id": known.get((kind, name), {"id": snowflake()})["id"], "application_id": BOT.id}
        commands[kind, name] = {
            "type": 1,
            "description": "",
            "options": [],
            **definition,
            **ids,
            "version": snowflake(),
        }
    return commands


def _names(definition: Json) -> list[str]:
    """Its name in all languages."""
    return [definition["name"], *(definition.get("name_localizations") or {}).values()]


def _fits(name: str, kind: int) -> bool:
    if kind != SLASH:
        return 1 <= len(name) <= 32
    return re.fullmatch(r"[-_'\w]{1,32}", name) is not None and name == name.lower()


def invocation(name: str, options: Mapping[str, Any], *, definition: Json | None, focused: str = "") -> Json:
    """The data of a command: `name` is what is typed after the slash, "settings show" for a subcommand.

    With a `definition`, AssertionError for what no client would send. `focused` is the option being typed.
    """
    root, *words = name.split()
    offered = definition
    for word in words if definition else ():
        offered = next((option for option in offered["options"] if option["name"] == word), None) if offered else None
        assert offered is not None, f"/{name} is no command"
        assert offered["type"] in (SUBCOMMAND, GROUP), f"/{name} is no command"
    known = {option["name"]: option for option in offered.get("options") or []} if offered else None
    if known is not None:
        _check(name, options, known, focused)
    sent_options = [_option(key, value, known, focused) for key, value in options.items()]
    for depth, word in enumerate(reversed(words)):
        sent_options = [{"name": word, "type": SUBCOMMAND if depth == 0 else GROUP, "options": sent_options}]
    data: Json = {
        "id": definition["id"] if definition else snowflake(),
        "name": root,
        "type": 1,
        "options": sent_options,
    }
    resolved = {} if focused else _resolved(options)
    return data | ({"resolved": resolved} if resolved else {})


def _option(name: str, value: Any, known: Mapping[str, Json] | None, focused: str) -> Json:
    kind = known[name]["type"] if known is not None else KINDS[type(value)]
    raw = value.id if isinstance(value, Channel | User | AttachedFile) else value
    return {"name": name, "type": kind, "value": raw, **({"focused": True} if name == focused else {})}


def _resolved(options: Mapping[str, Any]) -> Json:
    """What the ids among the values stand for."""
    channels = [value for value in options.values() if isinstance(value, Channel)]
    users = [value for value in options.values() if isinstance(value, User)]
    resolved: Json = {}
    if channels:
        resolved["channels"] = {channel.id: channel.payload() | {"permissions": str(MEMBER)} for channel in channels}
    if users:
        resolved["users"] = {user.id: user.payload() for user in users}
    if files := [value for value in options.values() if isinstance(value, AttachedFile)]:
        resolved["attachments"] = {file.id: file.payload() for file in files}
    return resolved


def _check(name: str, options: Mapping[str, Any], known: Mapping[str, Json], focused: str) -> None:
    """What a client sees to before it sends a command."""
    groups = [name for name, option in known.items() if option["type"] in (SUBCOMMAND, GROUP)]
    assert not groups, f"/{name} needs one of {groups} after it"
    unknown = [name for name in options if name not in known]
    assert not unknown, f"/{name} has no option {unknown}, but {list(known)}"
    if focused:
        assert known[focused].get("autocomplete"), f"{focused} of /{name} is not completed"
        return
    missing = [name for name, option in known.items() if option.get("required") and name not in options]
    assert not missing, f"/{name} needs {missing}"
    for key, value in options.items():
        _check_value(known[key], value)


def _check_value(option: Json, value: Any) -> None:
    assert isinstance(value, FITTING.get(option["type"], object)), f"{option['name']} takes no {type(value).__name__}"
    values = [choice["value"] for choice in option.get("choices") or []]
    assert not values or value in values, f"{option['name']} is one of {values}"
    if isinstance(value, str):
        least, most = option.get("min_length") or 0, option.get("max_length") or 6000
        assert least <= len(value) <= most, f"{option['name']} is {least} to {most} characters long"
    elif isinstance(value, int | float):
        least, most = option.get("min_value", value), option.get("max_value", value)
        assert least <= value <= most, f"{option['name']} is {least} to {most}"
    elif isinstance(value, Channel) and option.get("channel_types"):
        assert value.kind in option["channel_types"], f"{option['name']} takes no such channel"


def check_choices(choices: Any, kind: int) -> list[Json]:
    """What an autocomplete offers, or what Discord would answer; `kind` is the option's type."""
    if not isinstance(choices, list):
        raise invalid("choices", "BASE_TYPE_REQUIRED", "This field is required")
    if len(choices) > 25:
        raise invalid("choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for number, choice in enumerate(choices):
        for field in ("name", "value"):
            value = choice.get(field)
            if isinstance(value, str) and not 1 <= len(value) <= 100:
                raise invalid(
                    f"choices.{number}.{field}", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."
                )
        if not isinstance(choice.get("name"), str) or not isinstance(choice.get("value"), FITTING[kind]):
            raise invalid(f"choices.{number}.value", "BASE_TYPE_COERCE", "Could not interpret the value.")
    return choices


_UNFIT_NAME = {"code": "APPLICATION_COMMAND_INVALID_NAME", "message": "Command name is invalid"}
