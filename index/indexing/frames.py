"""Frames of bytes between a build and the process that drives its Ray cluster."""

from __future__ import annotations

import struct
from typing import IO

__all__ = ["CONNECTED", "FAULT", "RESULT", "read_frame", "write_frame"]

LENGTH = struct.Struct("<Q")

CONNECTED = b"connected"
"""The first frame of a driver that has joined its cluster."""

RESULT, FAULT = b"+", b"-"
"""What begins each later frame: the result of a part, or what went wrong as JSON, after which nothing comes."""


def write_frame(stream: IO[bytes], data: bytes) -> None:
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the next frame; None if the stream has ended, within a frame or before it."""
    header = stream.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(header)
    data = stream.read(length)
    return data if len(data) == length else None
