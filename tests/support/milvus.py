"""Milvus for tests: milvus-lite over a file, one for the process, and as a process of its own that may be killed.

The engines on the one of this process take no arguments.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from index.retrieval.milvus_keywords import MilvusKeywordEngine
from index.retrieval.milvus_server import MilvusServer
from index.retrieval.milvus_vectors import MilvusVectorEngine
from tests.support.waiting import wait_until

__all__ = [
    "MilvusProcess",
    "lite_keyword_engine",
    "lite_server",
    "lite_vector_engine",
    "milvus_process",
    "need_milvus_lite",
]


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


class MilvusProcess:
    """A server of milvus-lite on loopback, a process; what is in its folder outlasts `stop`, and `start` serves it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"milvus://127.0.0.1:{self._port}"

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it listens."""
        command = [sys.executable, "-m", "milvus_lite", "server", "--host", "127.0.0.1", "--port", str(self._port)]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen([*command, "--data-dir", str(self.folder)], stdout=quiet, stderr=quiet)
        self._process = process
        wait_until(lambda: process.poll() is not None or self._listens())
        assert process.poll() is None

    def stop(self) -> None:
        """End it at once, as `kill -9` does."""
        if self._process:
            self._process.kill()
            self._process.wait()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Let it answer nothing within the block, while it still takes connections."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def _listens(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self._port)) == 0


@contextmanager
def milvus_process(folder: Path) -> Iterator[MilvusProcess]:
    """A server of its own over a folder; it has ended afterwards."""
    need_milvus_lite()
    server = MilvusProcess(folder)
    try:
        yield server
    finally:
        server.stop()
