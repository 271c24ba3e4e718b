"""One page from the web: conditional, within limits of time and size, with retries."""

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
from index.sources._public_network import CheckedNetwork, PrivateAddress, Resolve, resolve

__all__ = ["FetchFailed", "FetchedPage", "fetch", "retry_after"]

MAX_REDIRECTS = 5
ATTEMPTS = 3
USER_AGENT = "Footnote/0.1 (a bot that quotes pages which its operator lists)"
RETRYABLE = {408, 425, 429, 500, 502, 503, 504}
"""Status codes that may change on the next attempt."""


MAY_NAME_WAIT = {429, 503}
"""Status codes whose response may say when to retry (Retry-After)."""


class FetchFailed(Exception):
    """A page could not be fetched; `retry` says that another attempt may succeed, `wait` after how many seconds."""

    def __init__(self, problem: str, *, retry: bool = False, wait: float | None = None) -> None:
        super().__init__(problem)
        self.retry = retry
        self.wait = wait


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page; `data` is None if it has not changed since the last fetch."""

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
) -> FetchedPage:
    """Fetch a page, if it is not the one with this `etag` or `modified`.

    Hosts with private addresses are refused unless `allowed` names them. One attempt, redirects included, takes at most
    `seconds`, and no wait is longer: a server that asks for more (Retry-After) is not asked again. Raises FetchFailed.
    """
    conditions = {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", modified)) if value}
    retries = stamina.retry_context(
        on=_retry_hook(wait, seconds),
        attempts=ATTEMPTS,
        timeout=2 * seconds,
        wait_initial=wait,
        wait_jitter=wait,
    )
    for attempt in retries:
        with attempt:
            return _fetch_once(url, conditions, CheckedNetwork(allowed, seconds, resolver), max_bytes, seconds)
    raise FetchFailed(Message("not tried"))


def retry_after(header: str, now: datetime) -> float | None:
    """Return the seconds from `now` that a Retry-After header names, in seconds or as a date; None if it is neither."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # no date, or one with a figure of many digits
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())


def _retry_hook(shortest: float, seconds: float) -> Callable[[Exception], bool | float]:
    """Return whether to retry after an error, or how long to wait before that.

    It is at least `shortest`; there is no retry if it exceeds `seconds` or what is left of all attempts.
    """
    end = time.monotonic() + 2 * seconds

    def retry(error: Exception) -> bool | float:
        if not isinstance(error, FetchFailed) or not error.retry or error.wait is None:
            return isinstance(error, FetchFailed) and error.retry
        wait = max(error.wait, shortest)
        return wait if wait <= min(seconds, end - time.monotonic()) else False

    return retry


def _fetch_once(
    url: str, conditions: dict[str, str], network: CheckedNetwork, max_bytes: int, seconds: float
) -> FetchedPage:
    try:
        with httpx2.Client(transport=_Transport(network), trust_env=False) as client:
            return _follow_redirects(client, url, conditions, max_bytes)
    except PrivateAddress as error:
        raise FetchFailed(
            Message(
                "{host} is an address of a private network: allow it in FETCH_ALLOW_HOSTS, or list another",
                host=str(error),
            )
        ) from error
    except httpcore2.TimeoutException as error:
        raise FetchFailed(Message("no whole answer within {seconds} s", seconds=float(seconds)), retry=True) from error
    except httpcore2.NetworkError as error:
        raise FetchFailed(_connection_error(error), retry=True) from error
    except httpcore2.ProtocolError as error:
        raise FetchFailed(Message("the server does not speak HTTP"), retry=True) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
        raise FetchFailed(Message("the answer cannot be read ({why})", why=type(error).__name__)) from error


def _follow_redirects(client: httpx2.Client, url: str, conditions: dict[str, str], max_bytes: int) -> FetchedPage:
    """Return the page at the end of redirects, each of which is checked like the first address."""
    location = httpx2.URL(url)
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", "Accept": "*/*", **conditions}
    for _ in range(MAX_REDIRECTS + 1):
        if location.scheme not in ("http", "https") or location.userinfo:
            raise FetchFailed(Message("a redirect leads to what is no public page"))
        with client.stream("GET", location, headers=headers, follow_redirects=False) as response:
            if response.status_code in (301, 302, 303, 307, 308) and "location" in response.headers:
                location = location.join(response.headers["location"])
                continue
            return _read_response(response, max_bytes, conditional=bool(conditions))
    raise FetchFailed(Message("more than {most} redirects", most=MAX_REDIRECTS))


def _read_response(response: httpx2.Response, max_bytes: int, *, conditional: bool) -> FetchedPage:
    status = response.status_code
    if status == HTTPStatus.NOT_MODIFIED and conditional:
        return _page(response, None)
    if status != HTTPStatus.OK:
        term = f"{status} {responses.get(status, '')}".strip()  # HTTP's own, the same in every language
        header = response.headers.get("retry-after", "") if status in MAY_NAME_WAIT else ""
        wait = retry_after(header, datetime.now(UTC))
        why = (
            Message("{status}, and wants to be asked again in {seconds} s", status=term, seconds=round(wait))
            if wait
            else term
        )
        raise FetchFailed(why, retry=status in RETRYABLE, wait=wait)
    if response.headers.get("content-encoding", "gzip").lower() not in ("gzip", "identity"):
        raise FetchFailed(
            Message("it is packed in a way that was not asked for")
        )  # content that is compressed twice may grow without bound
    data = bytearray()
    for piece in response.iter_bytes():
        data += piece
        if len(data) > max_bytes:
            size = max_bytes / 1e6
            raise FetchFailed(Message("it is larger than {size} MB: list another, or raise MAX_SOURCE_MB", size=size))
    return _page(response, bytes(data))


def _page(response: httpx2.Response, data: bytes | None) -> FetchedPage:
    headers = response.headers
    return FetchedPage(
        data,
        headers.get("content-type", ""),
        headers.get("etag", ""),
        headers.get("last-modified", ""),
        response.status_code,
    )


def _connection_error(error: Exception) -> Message:
    cause = error.__cause__ or error.__context__
    why = system_message(cause) if isinstance(cause, OSError) else ""
    return Message("no connection ({why})", why=why or getattr(cause, "strerror", None) or str(error))


class _Transport(httpx2.BaseTransport):
    """A transport on a network of our own, which httpx's transport does not take."""

    def __init__(self, network: CheckedNetwork) -> None:
        context = httpcore2.default_ssl_context()
        self._pool = httpcore2.ConnectionPool(context, network_backend=network, max_keepalive_connections=0)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        raw = request.url
        url = httpcore2.URL(scheme=raw.raw_scheme, host=raw.raw_host, port=raw.port, target=raw.raw_path)
        response = self._pool.handle_request(httpcore2.Request(request.method, url, headers=request.headers.raw))
        return httpx2.Response(response.status, headers=response.headers, stream=_Body(response))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._response.iter_stream())

    def close(self) -> None:
        self._response.close()
