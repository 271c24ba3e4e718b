from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import openai  # noqa: F401  # loaded here, since it takes as long as some tests give a request
import pytest

from index.generation.openai_generator import OpenAIGenerator
from tests.support.llm_server import LlmServer
from tests.unit.index.generation.asking import OpenGenerator


@pytest.fixture
def generator() -> Iterator[OpenGenerator]:
    """Opens generators for a scripted server, and closes them."""
    with ExitStack() as opened:

        def open_generator(server: LlmServer, **settings: Any) -> OpenAIGenerator:
            model = OpenAIGenerator(**{"base_url": server.url, "model": server.model, **settings})
            return opened.enter_context(closing(model))

        yield open_generator
