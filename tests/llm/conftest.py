"""A real language model for the tests of this folder; `make test-llm` installs what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from index.generation.openai_generator import OpenAIGenerator
from tests.support.llm_process import local_model


@pytest.fixture(scope="session")
def llm_url() -> Iterator[str]:
    """The address of its server."""
    with local_model() as url:
        yield url


@pytest.fixture
def model(llm_url: str) -> Iterator[OpenAIGenerator]:
    """A generator that asks it."""
    with closing(OpenAIGenerator(base_url=llm_url, max_tokens=60, concurrency=1)) as generator:
        yield generator
