"""Request bodies checked against the facts of Discord's own description of its API (see `make_facts`)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

__all__ = ["FACTS", "OpenApi"]

FACTS = Path(__file__).with_name("facts.json")


class OpenApi:
    """A checker of request bodies by method and path.

    Notes
    -----
    It departs from the description as discord.py and Discord's own servers do: a snowflake may be an integer, and a
    message's content is held to 2,000 characters, the limit for bots.
    """

    def __init__(self) -> None:
        facts: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
        self._endpoints = facts["endpoints"]
        self._patterns = {endpoint: _pattern(endpoint) for endpoint in self._endpoints}
        self._components = {"schemas": _as_discord_py_writes(facts["schemas"])}
        self._validators: dict[str, Draft202012Validator] = {}

    def wrong(self, method: str, path: str, body: Any) -> str:
        """Return what is wrong with a body, or empty; an endpoint that the facts lack is wrong too."""
        endpoint = self._endpoint(f"{method} {path}")
        if endpoint is None:
            return f"Discord knows no {method} {path}"
        if "schema" not in endpoint:
            return "" if body is None else f"{method} {path} takes no body"
        if body is None:
            return f"{method} {path} needs a body" if endpoint["required"] else ""
        errors = list(self._validator(endpoint["schema"]).iter_errors(body))
        return f"{method} {path}: {_deepest(errors)}" if errors else ""

    def unlike(self, schema: str, value: Any) -> str:
        """Return what is wrong with a value that should be as the schema of that name, or empty."""
        errors = list(self._validator({"$ref": f"#/components/schemas/{schema}"}).iter_errors(value))
        return f"{schema}: {_deepest(errors)}" if errors else ""

    def _validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        """One validator a schema: making one reads all facts."""
        key = json.dumps(schema)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator({**schema, "components": self._components})
        return self._validators[key]

    def _endpoint(self, request: str) -> dict[str, Any] | None:
        """The endpoint; one that spells out a part ("@original") goes before one that names a parameter."""
        fitting = [endpoint for endpoint, pattern in self._patterns.items() if pattern.fullmatch(request)]
        return self._endpoints[min(fitting, key=lambda endpoint: endpoint.count("{"))] if fitting else None


def _pattern(endpoint: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]*\}", endpoint)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def _as_discord_py_writes(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas with snowflakes as integers allowed too, and a message's content held to 2,000 characters."""
    schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]}
    for name in ("MessageCreateRequest", "MessageEditRequestPartial"):
        schemas[name]["properties"]["content"]["maxLength"] = 2000
    return schemas


def _deepest(errors: list[ValidationError]) -> str:
    error = best_match(errors)
    place = "/".join(str(part) for part in error.absolute_path) or "(the body)"
    return f"{place}: {error.message[:300]}"
