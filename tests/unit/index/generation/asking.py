"""Asks a generator of tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from index.domain.generation import ChatMessage, Role
from index.generation.openai_generator import OpenAIGenerator

__all__ = ["QUESTION", "OpenGenerator", "written"]

QUESTION = (ChatMessage(Role.SYSTEM, "Answer."), ChatMessage(Role.USER, "What is Scout?"))

OpenGenerator = Callable[..., OpenAIGenerator]
"""Takes the scripted server and what else the generator's constructor takes."""


def written(generator: OpenAIGenerator, *, seconds: float = 20.0, **more: Any) -> str:
    """Return all that a generator writes."""
    return "".join(generator.stream(QUESTION, deadline=time.monotonic() + seconds, **more))
