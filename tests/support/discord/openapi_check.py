"""Request bodies checked against Discord's own description of its API, where a copy of it is at hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from tests.support.paths import SHARED

__all__ = ["OPENAPI", "OpenApi"]

OPENAPI = SHARED / "discord" / "openapi.json"


class OpenApi:
    """Checks bodies by method and path. Differences that the description's README names are allowed for."""

    def __init__(self, path: Path = OPENAPI) -> None:
        description: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        self._components = _as_discord_py_writes(description["components"])
        self._templates = {template: _pattern(template) for template in description["paths"]}
        self._paths = description["paths"]
        self._validators: dict[str, Draft202012Validator] = {}

    def wrong(self, method: str, path: str, body: Any) -> str:
        """What is wrong with a body, or empty; a path that Discord does not have is wrong too."""
        operation = self._paths.get(self._template(path), {}).get(method.lower())
        if operation is None:
            return f"Discord knows no {method} {path}"
        request = operation.get("requestBody", {})
        schema = request.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            return "" if body is None else f"{method} {path} takes no body"
        if body is None:
            return f"{method} {path} needs a body" if request.get("required") else ""
        errors = list(self._validator(schema).iter_errors(body))
        return f"{method} {path}: {_deepest(errors)}" if errors else ""

    def unlike(self, schema: str, value: Any) -> str:
        """What is wrong with a value that should be as the description's schema of that name, or empty."""
        errors = list(self._validator({"$ref": f"#/components/schemas/{schema}"}).iter_errors(value))
        return f"{schema}: {_deepest(errors)}" if errors else ""

    def _validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        """One validator a schema: making one reads the whole description."""
        key = json.dumps(schema)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator({**schema, "components": self._components})
        return self._validators[key]

    def _template(self, path: str) -> str:
        """The path's template; one that spells out a part ("@original") goes before one that names a parameter."""
        fitting = [template for template, pattern in self._templates.items() if pattern.fullmatch(path)]
        return min(fitting, key=lambda template: template.count("{"), default="")


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]*\}", template)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def _as_discord_py_writes(components: dict[str, Any]) -> dict[str, Any]:
    """The schemas with snowflakes as integers allowed too, and a message's content held to 2,000 characters."""
    schemas = components["schemas"]
    schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]}
    for name in ("MessageCreateRequest", "MessageEditRequestPartial"):
        schemas[name]["properties"]["content"]["maxLength"] = 2000
    return components


def _deepest(errors: list[ValidationError]) -> str:
    error = best_match(errors)
    where = "/".join(str(part) for part in error.absolute_path) or "(the body)"
    return f"{where}: {error.message[:300]}"
