"""The official client, set so that it keeps deadlines and logs nothing of a request."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from index.generation._call import CURRENT, retry_after
from index.openai_api import request_headers, silence_requests

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk

__all__ = ["ChatClient"]

CONNECT_SECONDS = 5.0
RETRIES = 2


class ChatClient:
    """Chat requests and the list of models; the library is loaded by `open` or the first request."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._lock = threading.Lock()
        self._client: AsyncOpenAI | None = None

    @property
    def is_open(self) -> bool:
        return self._client is not None

    def open(self) -> AsyncOpenAI:
        """Return the client, loaded once; this takes a second."""
        with self._lock:
            if self._client is None:
                import httpx2
                import openai

                silence_requests()
                self._client = openai.AsyncOpenAI(
                    base_url=self._base_url,
                    api_key=self._api_key or "none",
                    max_retries=RETRIES,
                    timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
                    http_client=openai.DefaultAsyncHttpxClient(event_hooks={"response": [_note_response]}),
                )
            return self._client

    async def chat(self, parameters: Mapping[str, Any]) -> AsyncStream[ChatCompletionChunk]:
        """Return the opened stream of a chat request."""
        completions = self.open().chat.completions
        stream: AsyncStream[ChatCompletionChunk] = await completions.create(
            stream=True, extra_headers=request_headers(self._api_key), **parameters
        )
        return stream

    async def models(self) -> list[dict[str, Any]]:
        """Return what the server lists of its models, after one try."""
        page = await self.open().with_options(max_retries=0).models.list(extra_headers=request_headers(self._api_key))
        return [entry.model_dump() for entry in page.data]

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.close()


async def _note_response(response: httpx2.Response) -> None:
    """Note the status, and keep the client from waiting for a retry that would come too late."""
    call = CURRENT.get(None)
    if call is None:
        return
    call.status = response.status_code
    if retry_after(response.headers) >= call.remaining:
        response.headers["x-should-retry"] = "false"
