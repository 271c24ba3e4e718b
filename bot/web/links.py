"""Links to evidence pages: what they show and until when, signed."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from bot.settings import PageAccess
from index.domain.evidence import quote_digest

if TYPE_CHECKING:
    from index.domain.answers import Citation

__all__ = ["ANCHOR", "NO_LINKS", "HomeLink", "LinkState", "OriginalLink", "PageLink", "PageLinks"]

ANCHOR = "quote"
"""The id of the first quoted words on a page."""

DAY = 86_400
MAC_BYTES = 16
NUMBER = re.compile(r"[0-9]{1,9}")
PLACE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})(?:-([0-9a-f]{12}))?")


class LinkState(StrEnum):
    """Whether a link may be followed; a forged one was changed, cut short or never signed."""

    VALID = "valid"
    EXPIRED = "expired"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class PageLink:
    """What a link to an evidence page says: a source of a snapshot, which characters are quoted, and their digest."""

    snapshot: str
    source: str
    start: int = 0
    end: int = 0
    digest: str = ""
    server: int | None = None

    @property
    def path(self) -> str:
        return f"{_prefix(self.server)}/s/{quote(self.snapshot, safe='')}/{quote(self.source)}"

    @property
    def query(self) -> dict[str, str]:
        if self.start >= self.end:
            return {}
        return {"q": f"{self.start}-{self.end}" + (f"-{self.digest}" if self.digest else "")}

    @classmethod
    def read(cls, snapshot: str, source: str, query: Mapping[str, str], server: int | None = None) -> PageLink | None:
        """Return what the parts of an address say; None if they are not of that form."""
        if "q" not in query:
            return cls(snapshot, source, server=server)
        match = PLACE.fullmatch(query["q"])
        return cls(snapshot, source, int(match[1]), int(match[2]), match[3] or "", server) if match else None


@dataclass(frozen=True, slots=True)
class OriginalLink:
    """The file of a source, to download."""

    source: str
    server: int | None = None

    @property
    def path(self) -> str:
        return f"{_prefix(self.server)}/f/{quote(self.source)}"

    @property
    def query(self) -> dict[str, str]:
        return {}


@dataclass(frozen=True, slots=True)
class HomeLink:
    """The page of all sources, and the search on it."""

    server: int | None = None

    @property
    def path(self) -> str:
        return f"{_prefix(self.server)}/"

    @property
    def query(self) -> dict[str, str]:
        return {}


def _prefix(server: int | None) -> str:
    """Return what the paths of a server's pages begin with; nothing for the shared ones."""
    return "" if server is None else f"/g/{server}"


Target = PageLink | OriginalLink | HomeLink


class PageLinks:
    """Makes and checks links below a public URL; without one there are none. Times are in days since 1970.

    A signature covers the path, the quoted place and the day until which the link holds, so that none can be changed.
    The pages of a server with sources of its own need one whatever `access` is.
    """

    def __init__(
        self,
        public_url: str = "",
        *,
        secret: bytes = b"",
        access: PageAccess = PageAccess.SIGNED,
        days: int = 30,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.public_url = public_url.rstrip("/")
        self.access = access
        self._secret = hmac.digest(secret, b"evidence pages", hashlib.sha256)
        self._days = days
        self._clock = clock
        self._server: int | None = None

    def of(self, server: int | None) -> PageLinks:
        """Return the same for the pages of a server with sources of its own; for the shared pages if it is None."""
        links = copy.copy(self)
        links._server = server
        return links

    def is_signed(self, server: int | None) -> bool:
        """Return whether the pages of a server, or the shared ones, open by signed links alone."""
        return self.access is PageAccess.SIGNED or server is not None

    def url(self, snapshot: str, citation: Citation) -> str | None:
        """Return the link to the page of a citation; None without a public URL."""
        if not self.public_url or not snapshot:
            return None
        digest = quote_digest(citation.quote)
        link = PageLink(snapshot, citation.source, citation.start, citation.end, digest, self._server)
        return f"{self.public_url}{self.address(link)}"

    def home(self) -> str | None:
        """Return the link to the page of all sources; None without a public URL."""
        return f"{self.public_url}{self.address(HomeLink(self._server))}" if self.public_url else None

    def address(self, target: Target, until: int | None = None) -> str:
        """Return the path and query of a link, which holds until a day: by default as many days on as links hold."""
        query = target.query
        if self.is_signed(target.server):
            query |= self.signature(target, self.today + self._days if until is None else until)
        fragment = f"#{ANCHOR}" if "q" in query else ""
        return target.path + (f"?{urlencode(query)}" if query else "") + fragment

    def signature(self, target: Target, until: int) -> dict[str, str]:
        """Return what of a query says that a link holds until a day."""
        return {"t": str(until), "m": self._mac(target, until)}

    def check(self, target: Target, query: Mapping[str, str]) -> LinkState:
        """Return whether a link may be followed, which if it needs no signature it always may."""
        if not self.is_signed(target.server):
            return LinkState.VALID
        until = self.until(query)
        if until is None or not hmac.compare_digest(
            self._mac(target, until).encode(), query.get("m", "").encode("utf-8", "replace")
        ):
            return LinkState.FORGED
        return LinkState.VALID if self.today <= until else LinkState.EXPIRED

    @staticmethod
    def until(query: Mapping[str, str]) -> int | None:
        """Return the day that a link says it holds until; None if it says none."""
        until = query.get("t", "")
        return int(until) if NUMBER.fullmatch(until) else None

    @property
    def today(self) -> int:
        return int(self._clock() // DAY)

    def _mac(self, target: Target, until: int) -> str:
        signed = "\n".join([target.path, urlencode(target.query), str(until)])
        mac = hmac.digest(self._secret, signed.encode(), hashlib.sha256)[:MAC_BYTES]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


NO_LINKS = PageLinks()
"""Makes no links: there is no public URL."""
