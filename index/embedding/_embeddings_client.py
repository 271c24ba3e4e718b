"""Requests to a server with OpenAI's embeddings: retries within one deadline, and faults with their remedies."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import stamina

from index.domain.errors import EmbeddingServerFault
from index.domain.messages import Message
from index.domain.ports import Vectors
from index.embedding.vectors import l2_normalize
from index.openai_api import request_headers, silence_requests

if TYPE_CHECKING:
    from openai import OpenAI

__all__ = ["EmbeddingsClient"]

CONNECT_SECONDS = 5.0
REQUEST_SECONDS = 60.0
LONGEST_WAIT = 30.0
"""Seconds that a server may ask to wait; one that asks for more is taken to be out of use."""

PASSING = (408, 409, 425, 429)
"""Statuses that may be another the next time; so are all from 500 on."""

REMEDIES = {
    401: Message("is EMBEDDING_API_KEY right?"),
    403: Message("may EMBEDDING_API_KEY use that model?"),
    404: Message("is EMBEDDING_URL right?"),
    413: Message("let the server take texts as long as the model reads, and 64 at a time"),
}


class EmbeddingsClient:
    """The official client, loaded at the first request. Thread-safe."""

    def __init__(self, base_url: str, api_key: str, *, seconds: float) -> None:
        """Connect to nothing yet; a request may take so many seconds with all its retries."""
        self._base_url = base_url
        self._api_key = api_key
        self._seconds = seconds
        self._lock = threading.Lock()
        self._client: OpenAI | None = None
        self.failures = 0
        """Requests that failed, those that were made again included."""

    def models(self) -> list[str]:
        """Return the names of the models that the server lists; none if it has no list."""
        import openai

        try:
            return [
                str(model.id)
                for model in self._retried(
                    lambda client, _: client.models.list(extra_headers=request_headers(self._api_key))
                ).data
            ]
        except openai.NotFoundError:
            return []
        except openai.OpenAIError as error:
            raise _fault(error) from error

    def embed(self, model: str, texts: Sequence[str], dimension: int) -> Vectors:
        """Return the unit vectors of texts in their order, shape (len(texts), dimension).

        Raises
        ------
        EmbeddingServerFault
            It cannot be reached, refuses, or what it returns is no such vectors.
        """
        import openai

        create = partial(_create, model=model, texts=list(texts), headers=request_headers(self._api_key))
        try:
            data = self._retried(create).data
            rows = sorted(((int(entry.index), entry.embedding) for entry in data), key=lambda row: row[0])
        except openai.OpenAIError as error:
            raise _fault(error) from error
        except (AttributeError, TypeError, ValueError) as error:
            raise _not_embeddings() from error
        if [index for index, _ in rows] != list(range(len(texts))):
            raise EmbeddingServerFault(
                Message(
                    "The embedding server returned another number of vectors than of texts ({count}, {texts}): see to "
                    "it.",
                    count=len(rows),
                    texts=len(texts),
                )
            )
        return _unit_vectors([row for _, row in rows], dimension)

    def _retried(self, request: Any) -> Any:
        """Make a request, again while it fails in a way that may pass and time is left."""
        client, end = self._open(), time.monotonic() + self._seconds
        retries = stamina.retry_context(
            on=_may_pass, attempts=None, timeout=timedelta(seconds=self._seconds), wait_initial=0.2, wait_max=5.0
        )
        for attempt in retries:
            with attempt:
                try:
                    return request(client, min(REQUEST_SECONDS, max(1.0, end - time.monotonic())))
                except Exception:
                    with self._lock:
                        self.failures += 1
                    raise
        raise AssertionError  # stamina returns or raises

    def _open(self) -> OpenAI:
        with self._lock:
            if self._client is None:
                import httpx2
                import openai

                silence_requests()
                self._client = openai.OpenAI(
                    base_url=self._base_url,
                    api_key=self._api_key or "none",
                    max_retries=0,
                    timeout=httpx2.Timeout(REQUEST_SECONDS, connect=CONNECT_SECONDS),
                )
            return self._client


def _create(client: OpenAI, seconds: float, *, model: str, texts: list[str], headers: dict[str, Any]) -> Any:
    return client.embeddings.create(
        model=model, input=texts, encoding_format="float", timeout=seconds, extra_headers=headers
    )


def _may_pass(error: Exception) -> bool | float:
    """Return whether a request is worth another try; the seconds to wait before it if the server says them."""
    import openai

    if isinstance(error, openai.APIConnectionError):
        return True
    if not isinstance(error, openai.APIStatusError) or (error.status_code < 500 and error.status_code not in PASSING):
        return False
    try:
        wait = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return True
    return max(0.1, wait) if 0 <= wait <= LONGEST_WAIT else False


def _unit_vectors(rows: list[Any], dimension: int) -> Vectors:
    try:
        vectors = np.asarray(rows, np.float32)
    except (TypeError, ValueError) as error:
        raise _not_embeddings() from error
    if vectors.ndim != 2 or vectors.shape[1] != dimension:
        raise EmbeddingServerFault(
            Message(
                "The embedding server returns vectors of {served} numbers, the model has {dimension}: let it serve "
                "the model that EMBEDDING_MODEL names.",
                served=vectors.shape[1] if vectors.ndim == 2 else 0,
                dimension=dimension,
            )
        )
    if not np.isfinite(vectors).all() or not np.linalg.norm(vectors, axis=1).all():
        raise EmbeddingServerFault(Message("The embedding server returns vectors without a direction: see to it."))
    return np.stack([l2_normalize(vector) for vector in vectors])


def _not_embeddings() -> EmbeddingServerFault:
    return EmbeddingServerFault(
        Message("What the embedding server returns is not in the form of OpenAI's embeddings: is EMBEDDING_URL right?")
    )


def _fault(error: Exception) -> EmbeddingServerFault:
    """Return an error of the client as a fault with its remedy, without the server's words: those may hold sources."""
    import openai

    match error:
        case openai.APITimeoutError():
            return EmbeddingServerFault(Message("The embedding server does not answer in time: see to it."))
        case openai.APIConnectionError():
            return EmbeddingServerFault(
                Message("The embedding server can't be reached: is EMBEDDING_URL right, and is it up?")
            )
        case openai.APIStatusError():
            status = error.status_code
            remedy = REMEDIES.get(status) or Message("see to it, or try again later")
            return EmbeddingServerFault(
                Message("The embedding server answered {status}: {remedy}", status=str(status), remedy=remedy)
            )
        case _:
            return _not_embeddings()
