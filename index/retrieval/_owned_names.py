"""Names of tables and collections on a database that several installations may share."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from index.storage.atomic import write_atomically

__all__ = ["NAME", "OwnedNames"]

KEPT = timedelta(days=1)
"""How long something is kept that no snapshot names: it may be one that is being built."""

OWNER = re.compile(r"footnote_[0-9a-f]{8}")
NAME = re.compile(r"(footnote_[0-9a-f]{8})_[a-z]+_(\d{14})_[0-9a-f]{8}")
"""Owner, and when it was named in UTC."""


class OwnedNames:
    """Names that begin with a word of this installation's own, which a file holds; it is made with the first name."""

    def __init__(self, owner_file: Path) -> None:
        self._owner_file = owner_file

    def new(self, kind: str) -> str:
        return f"{self._owner}_{kind}_{datetime.now(UTC):%Y%m%d%H%M%S}_{secrets.token_hex(4)}"

    def is_left_over(self, name: str, used: Collection[str]) -> bool:
        """Return whether a name is this owner's, older than a day and not in use."""
        found = NAME.fullmatch(name)
        if not found or found[1] != self._owner or name in used:
            return False
        return datetime.strptime(f"{found[2]}+0000", "%Y%m%d%H%M%S%z") < datetime.now(UTC) - KEPT

    @property
    def _owner(self) -> str:
        with suppress(FileNotFoundError):
            if found := OWNER.fullmatch(self._owner_file.read_text("utf-8").strip()):
                return found[0]
        owner = f"footnote_{secrets.token_hex(4)}"
        write_atomically(self._owner_file, owner.encode())
        return owner
