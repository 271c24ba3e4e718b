"""Tokens that a language model took, counted by day: of all answers, of a server's and of a user's."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from index.journal._connections import Connection, Database

__all__ = ["EVERYONE", "MemoryTokenCounts", "StoredTokenCounts", "TokenCounts", "TokenOwner", "server", "user"]

USED = "SELECT used FROM token_counts WHERE day = :day AND kind = :kind AND owner = :owner"
ADD = """
INSERT INTO token_counts (day, kind, owner, used) VALUES (:day, :kind, :owner, :tokens)
ON CONFLICT (day, kind, owner) DO UPDATE SET used = token_counts.used + excluded.used
"""
CORRECT = """
UPDATE token_counts SET used = CASE WHEN used + :tokens > 0 THEN used + :tokens ELSE 0 END
WHERE day = :day AND kind = :kind AND owner = :owner
"""


class TokenOwner(NamedTuple):
    """Whose tokens are counted: everyone's, a server's or a user's, the latter two by their Discord id."""

    kind: str
    id: int = 0


EVERYONE = TokenOwner("everyone")


def server(guild: int) -> TokenOwner:
    return TokenOwner("server", guild)


def user(user_id: int) -> TokenOwner:
    return TokenOwner("user", user_id)


class TokenCounts(Protocol):
    """Counts of tokens, by day and owner. Thread-safe."""

    def reserve(self, day: date, limits: Mapping[TokenOwner, float], tokens: int) -> bool:
        """Add tokens to all owners' counts unless one would exceed its limit; return whether they were added."""

    def correct(self, day: date, owners: Sequence[TokenOwner], tokens: int) -> None:
        """Add tokens, or take them off where negative; a count that was deleted meanwhile is not made again."""

    def used(self, day: date, owner: TokenOwner) -> int: ...


class StoredTokenCounts:
    """Counts in the journal, users as keyed hashes. Every method raises JournalUnavailable."""

    def __init__(self, file: Database) -> None:
        self._file = file

    def reserve(self, day: date, limits: Mapping[TokenOwner, float], tokens: int) -> bool:
        with self._file.writing() as db:
            self._file.serialise(db, "tokens")  # nobody counts between the look and the change
            keys = {owner: self._key(day, owner) for owner in limits}
            if any(_used(db, keys[owner]) + tokens > limit for owner, limit in limits.items()):
                return False
            db.executemany(ADD, [{**key, "tokens": max(0, tokens)} for key in keys.values()])
        return True

    def correct(self, day: date, owners: Sequence[TokenOwner], tokens: int) -> None:
        with self._file.writing() as db:
            db.executemany(CORRECT, [{**self._key(day, owner), "tokens": tokens} for owner in owners])

    def used(self, day: date, owner: TokenOwner) -> int:
        with self._file.reading() as db:
            return _used(db, self._key(day, owner))

    def _key(self, day: date, owner: TokenOwner) -> dict[str, str]:
        name = self._file.hash_id("user", owner.id) if owner.kind == "user" else str(owner.id)
        return {"day": day.isoformat(), "kind": owner.kind, "owner": name}


class MemoryTokenCounts:
    """Counts in this process alone; those of earlier days are dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: defaultdict[tuple[date, TokenOwner], int] = defaultdict(int)

    def reserve(self, day: date, limits: Mapping[TokenOwner, float], tokens: int) -> bool:
        with self._lock:
            for old in [key for key in self._counts if key[0] < day]:
                del self._counts[old]
            if any(self._counts.get((day, owner), 0) + tokens > limit for owner, limit in limits.items()):
                return False
            for owner in limits:
                self._counts[day, owner] += tokens
        return True

    def correct(self, day: date, owners: Sequence[TokenOwner], tokens: int) -> None:
        with self._lock:
            for key in [(day, owner) for owner in owners if (day, owner) in self._counts]:
                self._counts[key] = max(0, self._counts[key] + tokens)

    def used(self, day: date, owner: TokenOwner) -> int:
        with self._lock:
            return self._counts.get((day, owner), 0)


def _used(db: Connection, key: dict[str, str]) -> int:
    row = db.execute(USED, key).fetchone()
    return int(row[0]) if row else 0
