"""Milvus for tests: milvus-lite over a file, one for the process; the engines on it take no arguments."""

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

from index.retrieval.milvus_keywords import MilvusKeywordEngine
from index.retrieval.milvus_server import MilvusServer
from index.retrieval.milvus_vectors import MilvusVectorEngine

__all__ = ["lite_keyword_engine", "lite_server", "lite_vector_engine", "need_milvus_lite"]


def need_milvus_lite() -> None:
    """Skip a test without milvus-lite, or fail it with CI=true."""
    if not (find_spec("pymilvus") and find_spec("milvus_lite")):
        text = "this needs pymilvus and milvus-lite: pip install '.[milvus]'"
        if os.environ.get("CI") == "true":
            pytest.fail(text)
        pytest.skip(text)


@cache
def lite_server() -> MilvusServer:
    need_milvus_lite()
    folder = tempfile.mkdtemp(prefix="milvus-lite-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return MilvusServer(f"milvus://{Path(folder).as_posix()}/test.db", owner_file=Path(folder) / "owner")


def lite_keyword_engine(snapshots: Path | None = None) -> Any:
    return MilvusKeywordEngine(lite_server(), snapshots)


def lite_vector_engine() -> Any:
    return MilvusVectorEngine(lite_server())
