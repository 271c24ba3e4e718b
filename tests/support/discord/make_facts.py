"""Make `facts.json`: what `openapi_check` needs of Discord's API description, without its prose.

    python -m tests.support.discord.make_facts [openapi.json]

It holds the endpoints that the stand-in answers, and of the schemas that their request bodies refer to only the
keywords that decide whether a body is valid: types, required fields, lengths, ranges, choices. The description is
Discord's, under the MIT licence: https://github.com/discord/discord-api-spec
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.support.discord.api import Api
from tests.support.discord.openapi_check import FACTS
from tests.support.discord.state import State
from tests.support.paths import SHARED

__all__ = ["OPENAPI", "RESPONSES_CHECKED", "facts_of", "read_description", "to_text"]

OPENAPI = SHARED / "discord" / "openapi.json"


ANNOTATIONS = {"title", "description", "default", "example", "examples", "deprecated", "format", "contentEncoding"}
"""Keywords that no body is refused for: jsonschema takes `format` for an annotation too."""

RESPONSES_CHECKED = ("MessageAttachmentResponse", "PrivateGuildMemberResponse", "UserPIIResponse")
"""Schemas that the stand-in's own replies are checked against."""


def read_description(path: Path = OPENAPI) -> dict[str, Any]:
    """Return Discord's description of its API."""
    description: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return description


def facts_of(description: dict[str, Any]) -> dict[str, Any]:
    """Return the facts as `facts.json` holds them.

    Parameters
    ----------
    description
        Discord's description in OpenAPI 3.1.

    Returns
    -------
    dict
        `endpoints` maps "POST /path/{parameter}" to the body's `schema` (absent if it takes none) and whether it is
        `required`; `schemas` holds all that those refer to, by name.
    """
    schemas = description["components"]["schemas"]
    endpoints: dict[str, Any] = {}
    for method, route in Api(State(clock=float), team=False, tell=_ignore).endpoints:
        request = description["paths"][route][method.lower()].get("requestBody", {})
        schema = request.get("content", {}).get("application/json", {}).get("schema")
        body = {"schema": _stripped(schema), "required": request.get("required", False)} if schema else {}
        endpoints[f"{method} {route}"] = body
    facts: dict[str, Any] = {}
    missing = {*RESPONSES_CHECKED, *_references(endpoints)}
    while missing:
        name = missing.pop()
        facts[name] = _stripped(schemas[name])
        missing |= _references(facts[name]) - facts.keys()
    return {"endpoints": endpoints, "schemas": dict(sorted(facts.items()))}


def to_text(facts: dict[str, Any]) -> str:
    """Return the file's text: one endpoint or schema a line, so that a change can be read."""
    sections = (
        f"{json.dumps(section)}: {{\n"
        + ",\n".join(f"{json.dumps(name)}: {json.dumps(value, sort_keys=True)}" for name, value in entries.items())
        + "\n}"
        for section, entries in facts.items()
    )
    return "{\n" + ",\n".join(sections) + "\n}\n"


def _stripped(schema: Any) -> Any:
    """A schema without annotations; a choice between constants becomes an enumeration."""
    if isinstance(schema, list):
        return [_stripped(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    stripped = {}
    for keyword, value in schema.items():
        if keyword == "properties":
            stripped[keyword] = {name: _stripped(property_schema) for name, property_schema in value.items()}
        elif keyword == "oneOf" and all("const" in choice for choice in value):
            stripped["enum"] = [choice["const"] for choice in value]
        elif keyword in ("const", "enum", "required"):
            stripped[keyword] = value
        elif keyword not in ANNOTATIONS and not keyword.startswith("x-"):
            stripped[keyword] = _stripped(value)
    return stripped


def _references(schema: Any) -> set[str]:
    """The names of the schemas that one refers to."""
    if isinstance(schema, dict):
        referenced = {name for value in schema.values() for name in _references(value)}
        return referenced | {schema["$ref"].rpartition("/")[2]} if isinstance(schema.get("$ref"), str) else referenced
    return {name for part in schema for name in _references(part)} if isinstance(schema, list) else set()


async def _ignore(*_: object) -> None:
    """Take an event that nobody is there to hear of."""


if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else OPENAPI
    FACTS.write_text(to_text(facts_of(read_description(source))), encoding="utf-8")
