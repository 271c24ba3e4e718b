"""Errors of the client as faults of a language model, without the server's words: those may hold questions and keys."""

from __future__ import annotations

import json
import re
from typing import Any

from index.domain.generation import GenerationError, GenerationFault

__all__ = ["ServerFault", "complaint", "context_limit", "generation_error", "late_error"]


class ServerFault(GenerationError):
    """A fault of the server itself: it is down, overloaded or too slow. These open the circuit breaker."""


def generation_error(error: Exception) -> GenerationError:
    """Return what an error of the client or of its connection means."""
    import openai

    match error:
        case GenerationError():
            return error
        case openai.APITimeoutError():
            return ServerFault(GenerationFault.UNREACHABLE, "it takes no connection")
        case openai.APIConnectionError():
            return ServerFault(GenerationFault.UNREACHABLE, "nothing answers there, or the connection broke")
        case openai.APIStatusError():
            return _status_error(error.status_code, _code(error.body))
        case openai.APIError() if not isinstance(error, openai.APIResponseValidationError):
            return ServerFault(GenerationFault.BUSY, f"it broke off with an error{_code(error.body)}")
        case _:
            kind = type(error).__name__
            return GenerationError(
                GenerationFault.UNUSABLE, f"its answer is not in OpenAI's form ({kind}): is LLM_BASE_URL right?"
            )


def late_error(status: int, *, fair: bool) -> GenerationError:
    """Return what it means that the deadline passed after this status, 0 for none; unless `fair` the wait took it."""
    if status == 429 or status >= 500:
        return _status_error(status, "")
    late = "it was not done in time"
    return ServerFault(GenerationFault.TIMEOUT, late) if fair else GenerationError(GenerationFault.TIMEOUT, late)


def _status_error(status: int, code: str) -> GenerationError:
    answered = f"it answered {status}{code}"
    if status >= 500:
        return ServerFault(GenerationFault.BUSY, answered)
    if status in (408, 409, 425, 429):
        return GenerationError(GenerationFault.BUSY, answered)
    remedy = {
        401: ": is LLM_API_KEY right?",
        403: ": may LLM_API_KEY use LLM_MODEL?",
        404: ": are LLM_BASE_URL, which most often ends in /v1, and LLM_MODEL right?",
    }
    return GenerationError(GenerationFault.REJECTED, answered + remedy.get(status, ""))


def _code(body: object) -> str:
    """Return the error's code in brackets if it is a word and no text."""
    code = body.get("code") or body.get("type") if isinstance(body, dict) else None
    return f" ({code})" if isinstance(code, str) and re.fullmatch(r"[A-Za-z0-9_.]{1,48}", code) else ""


def complaint(body: object) -> str:
    """Return the words of an error's body, to be searched, never shown or logged."""
    return body if isinstance(body, str) else json.dumps(body, default=str)


def context_limit(body: Any) -> int | None:
    """Return how many tokens a server says that it reads at once, where it rejected more."""
    if isinstance(body, dict) and isinstance(body.get("n_ctx"), int):
        return int(body["n_ctx"])
    limit = re.search(r"(?:maximum |max )?context (?:length|window|size)\D{1,24}?(\d{3,9})", complaint(body))
    return int(limit[1]) if limit else None
