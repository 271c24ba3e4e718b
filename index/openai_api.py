"""Requests to servers with OpenAI's interface: headers that hold no other key, and no request in the log."""

from __future__ import annotations

import logging
from typing import Any

__all__ = ["request_headers", "silence_requests"]


def request_headers(api_key: str) -> dict[str, Any]:
    """Return the headers without which the client sends what OPENAI_API_KEY and the like hold to any server."""
    from openai import Omit

    return {
        "Authorization": f"Bearer {api_key}" if api_key else Omit(),
        "OpenAI-Organization": Omit(),
        "OpenAI-Project": Omit(),
    }


def silence_requests() -> None:
    """Let the client's packages log warnings alone: below these they log requests, sources and questions included."""
    for name in ("openai", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)
