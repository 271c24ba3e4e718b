"""Whether Discord already knows the commands as they are: it is told when their definition changed, not at every
start, since 200 creations a day are the limit."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discord import AppCommandType

from index.storage.atomic import write_atomically

if TYPE_CHECKING:
    from discord.app_commands import CommandTree

__all__ = ["fingerprint", "recall", "remember"]


async def fingerprint(tree: CommandTree[Any]) -> str:
    """The hash of what Discord would be told of the commands, in all languages."""
    told = [await _payload(tree, command) for command in tree.get_commands()]
    told += [await _payload(tree, menu) for menu in tree.get_commands(type=AppCommandType.message)]
    payload = sorted(told, key=lambda one: (str(one["name"]), str(one.get("type"))))
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


async def _payload(tree: CommandTree[Any], command: Any) -> dict[str, Any]:
    found: dict[str, Any] = (
        await command.get_translated_payload(tree, tree.translator) if tree.translator else command.to_dict(tree)
    )
    return found


def recall(file: Path, application: int) -> str:
    """The fingerprint synced last for an application; empty if none is known."""
    return _read(file).get(str(application), "")


def remember(file: Path, application: int, synced: str) -> None:
    """Keep the fingerprint; the file is whole at any moment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(_read(file) | {str(application): synced}, indent=1)
    write_atomically(file, content.encode(), temporary=file.with_name(f"{file.name}.new"))


def _read(file: Path) -> dict[str, str]:
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Nothing known means one sync too many, which is harmless.
        return {}
    return known if isinstance(known, dict) else {}
