"""Connections to public addresses only: every answer of the name server is checked, and the connection made to it.

So a name that means a public address now and the local network a moment later (DNS rebinding) leads nowhere. All that
is read and written of one fetch has to be done by its deadline, however slowly the other side sends.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

import httpcore2

__all__ = ["CheckedNetwork", "Refused", "Resolve", "private"]

Resolve = Callable[[str, int], list[str]]
"""The addresses of a host, as the system's name server has them."""

Options = Iterable[httpcore2.SOCKET_OPTION]

TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for the IPv4 address in their last 32 bits (NAT64)."""


class Refused(Exception):
    """A host is in a range that nothing is fetched from unless its name is allowed."""


def resolve(host: str, port: int) -> list[str]:
    """Raises OSError where the host is not known."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def private(address: str) -> bool:
    """Whether an address is not on the public internet: loopback, private, link-local, multicast, reserved, none."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(found, ipaddress.IPv6Address):
        within = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if found in TRANSLATED:
            within = ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
        if within:
            return private(str(within))
        if found.is_site_local:
            return True
    return not found.is_global or found.is_multicast or found.is_reserved


class CheckedNetwork(httpcore2.NetworkBackend):
    """Connects to hosts that are public, or whose name is in `allowed`, until `seconds` from now have passed."""

    def __init__(self, allowed: Collection[str], seconds: float, resolver: Resolve = resolve) -> None:
        self._allowed = allowed
        self._deadline = time.monotonic() + seconds
        self._resolve = resolver
        self._system = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # the deadline's is shorter or the same
        local_address: str | None = None,
        socket_options: Options | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to the first address that takes it. Raises Refused, httpcore2.ConnectError."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError("the host is not known") from error
        if host.lower() not in self._allowed and any(map(private, addresses)):
            raise Refused(host)
        failed: Exception = httpcore2.ConnectError("the host has no address")
        for address in addresses:
            try:
                stream = self._system.connect_tcp(
                    address, port, self.left(), local_address=local_address, socket_options=socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return _Stream(stream, self.left)
        raise failed

    def left(self) -> float:
        """Seconds until the deadline. Raises httpcore2.ReadTimeout when it has passed."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the deadline has passed")
        return left


class _Stream(httpcore2.NetworkStream):
    """A connection on which every wait ends at the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, left: Callable[[], float]) -> None:
        self._stream = stream
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, self._left()), self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
