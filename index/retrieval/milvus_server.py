"""A Milvus server: its address, its collections, and what its errors mean.

https://milvus.io/docs; `pymilvus` is the client of its makers, and `milvus-lite` the same server over a file.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from index.domain.errors import NotInstalled, StoreUnavailable
from index.retrieval.search_database import UNREACHABLE, SearchDatabase

__all__ = ["MOST_HITS", "MilvusServer"]

T = TypeVar("T")

MOST_HITS = 16_384
"""The most rows that Milvus returns of one search."""

SECONDS = 10.0
"""How long one call may take; sending rows and loading a collection may take six times as long."""

CONNECTION = {"grpc.initial_reconnect_backoff_ms": 200, "grpc.max_reconnect_backoff_ms": 1_000}
"""How gRPC connects again: within a second once the server is back; by default after up to two minutes."""

LIVE = "footnote_live"
"""The alias of the collection of the live snapshot's passages, for other programs."""

GONE, NOT_LOADED = 100, 101
"""Milvus' codes for a collection that is not there, and for one that is on its disk alone."""


class MilvusServer(SearchDatabase):
    """Collections on one server, connected to when first needed. Thread-safe.

    Parameters
    ----------
    url
        milvus://user:password@host:port/database, milvus+tls:// for TLS, or milvus:///path.db for milvus-lite.
    owner_file
        Holds a word that begins the names of collections, so that what is not used any more is removed by nobody else.
        It is made with the first collection.
    seconds
        How long one call may take.
    """

    FILE, KEY = "milvus.json", "collection"

    def __init__(self, url: str, *, owner_file: Path, seconds: float = SECONDS) -> None:
        super().__init__(owner_file)
        self._url = url
        self._seconds = seconds
        self._lock = threading.Lock()
        self._client: Any = None

    @contextmanager
    def client(self) -> Iterator[Any]:
        """Yield the client.

        Raises
        ------
        StoreUnavailable
            In the block: the server cannot be reached or refuses.
        ValueError
            In the block: a collection is gone.
        """
        try:
            from grpc import RpcError
            from pymilvus import MilvusClient, MilvusException
        except ImportError as error:
            raise NotInstalled("STORE_URL with Milvus", extra="milvus") from error
        try:
            with self._lock:
                if self._client is None:
                    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what it logs is raised, too
                    self._client = MilvusClient(**_address(self._url), timeout=self._seconds, grpc_options=CONNECTION)
            yield self._client
        except MilvusException as error:
            if error.code == GONE:
                raise ValueError("the collection of the snapshot is gone from Milvus") from error
            raise StoreUnavailable(UNREACHABLE, log_detail=f"Milvus says: {error.message}") from error
        except RpcError as error:  # what pymilvus does not translate, such as that the time is over
            raise StoreUnavailable(UNREACHABLE, log_detail=f"Milvus says: {error.code()}") from error

    def insert(self, name: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            with self.client() as client:
                client.insert(name, rows, timeout=self._seconds * 6)

    def load(self, name: str) -> None:
        """Have a collection in the server's memory, where it is searched and read; milvus-lite starts without any."""
        with self.client() as client:
            client.load_collection(name, timeout=self._seconds * 6)

    def search(
        self, name: str, field: str, query: Any, limit: int, *, where: str = "", params: Mapping[str, Any] | None = None
    ) -> list[tuple[int, float]]:
        """Return the hits of one query as (row, distance), best first."""
        with self.client() as client:
            ask = partial(
                client.search,
                name,
                data=[query],
                anns_field=field,
                limit=limit,
                filter=where,
                output_fields=["row"],
                search_params={"params": dict(params or {})},
                timeout=self._seconds,
            )
            (hits,) = self._loaded(name, ask)
            return [(int(hit["row"]), float(hit["distance"])) for hit in hits]

    def drop(self, name: str) -> None:
        with suppress(StoreUnavailable, ValueError), self.client() as client:
            client.drop_collection(name, timeout=self._seconds)

    def make_live(self, name: str) -> None:
        """Let the alias stand for a collection; there is no moment at which it stands for none."""
        with self.client() as client:
            if LIVE in client.list_aliases().get("aliases", ()):
                client.alter_alias(name, LIVE)
            else:
                client.create_alias(name, LIVE)

    def _names(self) -> list[str]:
        with self.client() as client:
            return list(client.list_collections())

    def _loaded(self, name: str, call: Callable[[], T]) -> T:
        """Return what a call of the client returns; load the collection first if it turns out not to be."""
        from pymilvus import MilvusException

        try:
            return call()
        except MilvusException as error:
            if error.code != NOT_LOADED:
                raise
        self.load(name)
        return call()


def _address(url: str) -> dict[str, str]:
    """Return what the client takes of a URL."""
    parts = urlsplit(url)
    if not parts.hostname:
        return {"uri": unquote(parts.path)}
    scheme = "https" if parts.scheme == "milvus+tls" else "http"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return {
        "uri": f"{scheme}://{host}:{parts.port or 19530}",
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "db_name": parts.path.strip("/"),
    }
