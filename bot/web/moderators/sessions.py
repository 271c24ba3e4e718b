"""Sessions of moderators: kept in memory, known to the browser by a random id."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from index.domain.activity import Scope

__all__ = ["ABSOLUTE_SECONDS", "EVERYWHERE_PLACE", "IDLE_SECONDS", "Session", "Sessions"]

IDLE_SECONDS = 30 * 60.0
ABSOLUTE_SECONDS = 12 * 3600.0
MOST_SESSIONS = 1_000
MOST_PER_USER = 5

EVERYWHERE_PLACE = 0
"""In place of a server's id: all servers, for the bot's owner or team."""


@dataclass(slots=True)
class Session:
    """One sign-in: the user, the places that they moderate with their names, and the place that is shown.

    `checked` is when Discord was last asked about the user's roles.
    """

    user: int
    name: str
    locale: str
    token: str = field(repr=False)
    places: Mapping[int, str]
    place: int
    created: float
    used: float
    checked: float
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    checking: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    notice: str = ""

    @property
    def scope(self) -> Scope:
        """Whose activity the session shows now."""
        return Scope.of_moderator(self.place or None)

    def has_csrf(self, token: str) -> bool:
        """Whether a form carries this session's token."""
        return hmac.compare_digest(self.csrf.encode(), token.encode("utf-8", "replace"))

    def move(self, places: Mapping[int, str]) -> None:
        """Take over the places that the user moderates now, of which there is at least one."""
        self.places = places
        if self.place not in places:
            self.place = next(iter(places))


class Sessions:
    """All sessions, by a hash of their ids; the oldest go if there are too many, in all or of one user."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._sessions: dict[str, Session] = {}

    def open(self, user: int, name: str, locale: str, token: str, places: Mapping[int, str]) -> str:
        """Open a session and return its new id."""
        now = self.clock()
        self._drop_expired(now)
        own = [key for key, session in self._sessions.items() if session.user == user]
        for key in own[: max(0, len(own) - MOST_PER_USER + 1)]:
            del self._sessions[key]
        while len(self._sessions) >= MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        session_id = secrets.token_urlsafe(32)
        self._sessions[_key(session_id)] = Session(
            user=user,
            name=name,
            locale=locale,
            token=token,
            places=places,
            place=next(iter(places)),
            created=now,
            used=now,
            checked=now,
        )
        return session_id

    def find(self, session_id: str, *, renew: bool = True) -> Session | None:
        """Return a session that has not expired; unless `renew` is false, its idle time begins anew."""
        now = self.clock()
        session = self._sessions.get(_key(session_id))
        if session is None:
            return None
        if not _is_alive(session, now):
            self.close(session_id)
            return None
        if renew:
            session.used = now
        return session

    def close(self, session_id: str) -> Session | None:
        """End a session and return it; an unknown id is no error."""
        return self._sessions.pop(_key(session_id), None)

    def _drop_expired(self, now: float) -> None:
        self._sessions = {key: session for key, session in self._sessions.items() if _is_alive(session, now)}


def _is_alive(session: Session, now: float) -> bool:
    return now - session.used <= IDLE_SECONDS and now - session.created <= ABSOLUTE_SECONDS


def _key(session_id: str) -> str:
    return hashlib.sha256(session_id.encode("utf-8", "replace")).hexdigest()
