"""Hypothesis profiles, marks by folder, and the fixtures of several rooms.

Engines are imported by the fixture that needs them, or every test of a word would wait for them.
"""

from __future__ import annotations

import faulthandler
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support.paths import SEEDS
from tests.support.postgres import postgres_server, postgres_url  # noqa: F401 fixtures

settings.register_profile("full", deadline=None)  # a busy machine is no failure
settings.register_profile("quick", settings.get_profile("full"), max_examples=25)
settings.load_profile("quick")  # `make test-all` runs with --hypothesis-profile=full
CLEAN_UP_SECONDS = 100.0
STDERR = 2
FOLDER_MARKS = {"e2e": [pytest.mark.e2e], "llm": [pytest.mark.llm, pytest.mark.slow], "torture": [pytest.mark.slow]}


def pytest_configure() -> None:
    global STDERR
    STDERR = os.dup(2)  # what tests print is not captured yet


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """End the process, and print where each thread stands, if a test that failed hangs while it is cleaned up.

    The time limit of pytest-timeout ends with the failure, as do those of faulthandler.
    """
    limit = item.get_closest_marker("timeout")
    seconds = limit.args[0] if limit else float(item.config.getini("timeout"))
    timer = threading.Timer(seconds + CLEAN_UP_SECONDS, end_hanging, [item.nodeid])
    timer.daemon = True
    timer.start()
    try:
        return (yield)
    finally:
        timer.cancel()


def end_hanging(test: str) -> None:
    os.write(STDERR, f"{test} hangs while it is cleaned up:\n".encode())
    faulthandler.dump_traceback(STDERR)
    os._exit(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of folders that have markers."""
    for item in items:
        for mark in FOLDER_MARKS.get(item.path.relative_to(Path(__file__).parent).parts[0], []):
            item.add_marker(mark)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Where an index may be built."""
    return tmp_path / "index"


@pytest.fixture(scope="session")
def article() -> str:
    """The text of the article that is the first source."""
    return (SEEDS / "llama-4-release.md").read_bytes().decode("utf-8")


@pytest.fixture(scope="session")
def real_embedder() -> Any:
    """The default model, as the installed package carries it."""
    from index.embedding.onnx_embedder import OnnxEmbedder

    return OnnxEmbedder()
