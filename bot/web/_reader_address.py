"""The address of a reader, for limits; it is not kept."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from aiohttp import hdrs, web

__all__ = ["reader_address"]

NETWORK_BITS = 64
"""Of an IPv6 address, what one household has; the rest changes at will."""


def reader_address(request: web.Request) -> str:
    """Return the address that a request comes from: behind a proxy of this machine or network, what that says."""
    address = request.remote or ""
    try:
        if not ip_address(address).is_global and (forwarded := request.headers.get(hdrs.X_FORWARDED_FOR)):
            address = forwarded.rpartition(",")[2].strip()
        ip = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is None:
        return str(IPv6Address(int(ip) >> NETWORK_BITS << NETWORK_BITS))
    return str(ip)
