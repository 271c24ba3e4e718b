"""Connections to public addresses only: every address of the name server is checked, and the connection made to it.

A name that means a public address now and the local network a moment later (DNS rebinding) is refused. All reading and
writing of one fetch must end by its deadline, however slowly the other side sends.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

import httpcore2

__all__ = ["CheckedNetwork", "PrivateAddress", "Resolve", "is_private"]

Resolve = Callable[[str, int], list[str]]
"""Returns the addresses of a host."""

Options = Iterable[httpcore2.SOCKET_OPTION]

NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for the IPv4 address in their last 32 bits."""


class PrivateAddress(Exception):
    """A host has an address that nothing is fetched from unless its name is allowed."""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, as the system's name server has them. Raises OSError if it is unknown."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def is_private(address: str) -> bool:
    """Return whether an address is not on the public internet: private, loopback, multicast, reserved, invalid, ..."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in NAT64:
            embedded = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if embedded:
            return is_private(str(embedded))
        if ip.is_site_local:
            return True
    return not ip.is_global or ip.is_multicast or ip.is_reserved


class CheckedNetwork(httpcore2.NetworkBackend):
    """Connects to public hosts, and to those in `allowed`, until `seconds` have passed."""

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
        """Return a connection to the first address that accepts one. Raises PrivateAddress, httpcore2.ConnectError."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError("the host is not known") from error
        if host.lower() not in self._allowed and any(map(is_private, addresses)):
            raise PrivateAddress(host)
        last_error: Exception = httpcore2.ConnectError("the host has no address")
        for address in addresses:
            try:
                stream = self._system.connect_tcp(
                    address, port, self.seconds_left(), local_address=local_address, socket_options=socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last_error = error
            else:
                return _Stream(stream, self.seconds_left)
        raise last_error

    def seconds_left(self) -> float:
        """Return the seconds until the deadline. Raises httpcore2.ReadTimeout when it has passed."""
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise httpcore2.ReadTimeout("the deadline has passed")
        return seconds


class _Stream(httpcore2.NetworkStream):
    """A connection on which every wait ends at the deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, seconds_left: Callable[[], float]) -> None:
        self._stream = stream
        self._seconds_left = seconds_left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._seconds_left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._seconds_left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, self._seconds_left()), self._seconds_left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
