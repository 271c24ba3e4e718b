"""One page from the web: conditional, within limits of time and size, tried again where that may help."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import responses

import httpcore2
import httpx2
import stamina

from index.domain.messages import Message, system_message
from index.sources._public_network import CheckedNetwork, Refused, Resolve, resolve

__all__ = ["FetchFailed", "Fetched", "asked_to_wait", "fetch"]

MOST_HOPS = 5
ATTEMPTS = 3
AGENT = "Footnote/0.1 (a bot that quotes pages which its operator lists)"
AGAIN = {408, 425, 429, 500, 502, 503, 504}
"""Answers of a server that may be better the next time."""


WAITS = {429, 503}
"""Those that may say when (Retry-After)."""


class FetchFailed(Exception):
    """Why a page is not there, in words; `again` says that it may be the next time, `after` in how many seconds by the
    word of the server."""

    def __init__(self, problem: str, *, again: bool = False, after: float | None = None) -> None:
        super().__init__(problem)
        self.again = again
        self.after = after


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page. `data` is None where it is still as it was at the last fetch."""

    data: bytes | None
    type: str
    etag: str
    modified: str
    status: int


def fetch(
    url: str,
    *,
    etag: str = "",
    modified: str = "",
    allowed: Collection[str] = (),
    max_bytes: int,
    seconds: float,
    wait: float = 0.5,
    resolver: Resolve = resolve,
) -> Fetched:
    """The page at an address; `etag` and `modified` are those of the copy at hand, empty where there is none.

    Hosts in private ranges are refused unless `allowed` names them. One attempt, redirects and all, takes at most
    `seconds`, and no wait is longer: a server that asks for one that is (Retry-After) is not asked again.
    Raises FetchFailed.
    """
    conditions = {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", modified)) if value}
    retries = stamina.retry_context(
        on=_hook(wait, seconds),
        attempts=ATTEMPTS,
        timeout=2 * seconds,
        wait_initial=wait,
        wait_jitter=wait,
    )
    for attempt in retries:
        with attempt:
            return _tried(url, conditions, CheckedNetwork(allowed, seconds, resolver), max_bytes, seconds)
    raise FetchFailed(Message("not tried"))


def asked_to_wait(header: str, now: datetime) -> float | None:
    """Seconds from `now` until a server wants to be asked again, by its Retry-After: seconds, or a date; None where it
    says neither."""
    said = header.strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        then = parsedate_to_datetime(said)
    except (ValueError, OverflowError):  # no date, or one with a figure of many digits
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds())


def _hook(least: float, seconds: float) -> Callable[[Exception], bool | float]:
    """Whether to try again, or how long to wait before: at least `least`; never, where that is longer than `seconds` or
    than what is left of all tries."""
    end = time.monotonic() + 2 * seconds

    def again(error: Exception) -> bool | float:
        if not isinstance(error, FetchFailed) or not error.again or error.after is None:
            return isinstance(error, FetchFailed) and error.again
        after = max(error.after, least)
        return after if after <= min(seconds, end - time.monotonic()) else False

    return again


def _tried(url: str, conditions: dict[str, str], network: CheckedNetwork, max_bytes: int, seconds: float) -> Fetched:
    try:
        with httpx2.Client(transport=_Transport(network), trust_env=False) as client:
            return _followed(client, url, conditions, max_bytes)
    except Refused as error:
        raise FetchFailed(
            Message(
                "{host} is an address of a private network: allow it in FETCH_ALLOW_HOSTS, or list another",
                host=str(error),
            )
        ) from error
    except httpcore2.TimeoutException as error:
        raise FetchFailed(Message("no whole answer within {seconds} s", seconds=float(seconds)), again=True) from error
    except httpcore2.NetworkError as error:
        raise FetchFailed(_plainly(error), again=True) from error
    except httpcore2.ProtocolError as error:
        raise FetchFailed(Message("the server does not speak HTTP"), again=True) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
        raise FetchFailed(Message("the answer cannot be read ({why})", why=type(error).__name__)) from error


def _followed(client: httpx2.Client, url: str, conditions: dict[str, str], max_bytes: int) -> Fetched:
    """The answer at the end of redirects, each of which is checked as the first address was."""
    at = httpx2.URL(url)
    headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip", "Accept": "*/*", **conditions}
    for _ in range(MOST_HOPS + 1):
        if at.scheme not in ("http", "https") or at.userinfo:
            raise FetchFailed(Message("a redirect leads to what is no public page"))
        with client.stream("GET", at, headers=headers, follow_redirects=False) as answer:
            if answer.status_code in (301, 302, 303, 307, 308) and "location" in answer.headers:
                at = at.join(answer.headers["location"])
                continue
            return _fetched(answer, max_bytes, conditional=bool(conditions))
    raise FetchFailed(Message("more than {most} redirects", most=MOST_HOPS))


def _fetched(answer: httpx2.Response, max_bytes: int, *, conditional: bool) -> Fetched:
    status = answer.status_code
    if status == HTTPStatus.NOT_MODIFIED and conditional:
        return _made(answer, None)
    if status != HTTPStatus.OK:
        term = f"{status} {responses.get(status, '')}".strip()  # HTTP's own, the same in every language
        after = asked_to_wait(answer.headers.get("retry-after", ""), datetime.now(UTC)) if status in WAITS else None
        why = (
            Message("{status}, and wants to be asked again in {seconds} s", status=term, seconds=round(after))
            if after
            else term
        )
        raise FetchFailed(why, again=status in AGAIN, after=after)
    if answer.headers.get("content-encoding", "gzip").lower() not in ("gzip", "identity"):
        raise FetchFailed(
            Message("it is packed in a way that was not asked for")
        )  # what is packed twice grows without end
    data = bytearray()
    for piece in answer.iter_bytes():
        data += piece
        if len(data) > max_bytes:
            size = max_bytes / 1e6
            raise FetchFailed(Message("it is larger than {size} MB: list another, or raise MAX_SOURCE_MB", size=size))
    return _made(answer, bytes(data))


def _made(answer: httpx2.Response, data: bytes | None) -> Fetched:
    found = answer.headers
    return Fetched(
        data, found.get("content-type", ""), found.get("etag", ""), found.get("last-modified", ""), answer.status_code
    )


def _plainly(error: Exception) -> Message:
    cause = error.__cause__ or error.__context__
    why = system_message(cause) if isinstance(cause, OSError) else ""
    return Message("no connection ({why})", why=why or getattr(cause, "strerror", None) or str(error))


class _Transport(httpx2.BaseTransport):
    """httpx's own transport takes no network of ours, the one beneath it does."""

    def __init__(self, network: CheckedNetwork) -> None:
        context = httpcore2.default_ssl_context()
        self._pool = httpcore2.ConnectionPool(context, network_backend=network, max_keepalive_connections=0)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        at = request.url
        url = httpcore2.URL(scheme=at.raw_scheme, host=at.raw_host, port=at.port, target=at.raw_path)
        answer = self._pool.handle_request(httpcore2.Request(request.method, url, headers=request.headers.raw))
        return httpx2.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer.iter_stream())

    def close(self) -> None:
        self._answer.close()
