"""PostgreSQL with pgvector for tests: the server that the package `pgserver` carries; Debian 12 has no pgvector."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from index.retrieval.postgres_keywords import PostgresKeywordEngine
from index.retrieval.postgres_tables import PostgresTables
from index.retrieval.postgres_vectors import PgVectorEngine
from tests.support.postgres import PostgresServer

__all__ = ["pgvector_engine", "pgvector_graph_engine", "pgvector_server", "postgres_keyword_engine"]


@cache
def pgvector_server() -> PostgresServer:
    """Return a server that runs until the tests end; skip without the package, but fail with CI=true."""
    package = find_spec("pgserver")
    if package is None or not package.submodule_search_locations or find_spec("psycopg") is None:
        text = "this needs PostgreSQL with pgvector: pip install pgserver==0.1.4 '.[postgres]'"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(text)
    folder = Path(tempfile.mkdtemp(prefix="footnote-pgvector-"))
    server = PostgresServer(Path(package.submodule_search_locations[0]) / "pginstall" / "bin", folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.stop)
    return server


@cache
def _tables() -> PostgresTables:
    server = pgvector_server()
    return PostgresTables(server.new_database(), owner_file=Path(tempfile.mkdtemp()) / "owner")


def pgvector_engine() -> Any:
    return PgVectorEngine(_tables())


def pgvector_graph_engine() -> Any:
    """Return an engine that searches few rows by HNSW too."""
    return PgVectorEngine(_tables(), flat_rows=200)


def postgres_keyword_engine() -> Any:
    return PostgresKeywordEngine(_tables())
