"""An id for each question, button or web request, which its log lines share and an error message names."""

from __future__ import annotations

import secrets
from contextvars import ContextVar

__all__ = ["begin_request", "current_request"]

_request: ContextVar[str] = ContextVar("request", default="")


def begin_request() -> str:
    """Give the current task a new id, eight random hexadecimal characters; return it."""
    identifier = secrets.token_hex(4)
    _request.set(identifier)
    return identifier


def current_request() -> str:
    """Return the id of the request that the current task or thread carries out; empty outside of one."""
    return _request.get()
