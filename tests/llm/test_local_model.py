"""The generator with llama.cpp's server and a model of half a billion parameters."""

from __future__ import annotations

import json
import threading
import time

import pytest
from jsonschema import validate

from index.domain.generation import ChatMessage, GenerationError, GenerationFault, Role
from index.generation.openai_generator import OpenAIGenerator

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 40}, "capital": {"type": "boolean"}},
    "required": ["city", "capital"],
    "additionalProperties": False,
}
SECONDS = 300.0
"""Time enough on a machine that does other things; a token takes 20 ms on an idle one."""

pytestmark = pytest.mark.timeout(1200)


def asked(text: str) -> list[ChatMessage]:
    return [ChatMessage(Role.SYSTEM, "You answer in JSON."), ChatMessage(Role.USER, text)]


def soon() -> float:
    return time.monotonic() + SECONDS


def test_structured_output_is_streamed_and_counted(model: OpenAIGenerator) -> None:
    used: list[int] = []
    stream = model.stream(
        asked("Which city is the capital of France?"), schema=SCHEMA, deadline=soon(), on_usage=used.append
    )
    pieces = list(stream)
    validate(json.loads("".join(pieces)), SCHEMA)
    assert len(pieces) > 3
    assert 10 < used[0] < 300


def test_only_model_of_the_server_is_taken_and_its_context(model: OpenAIGenerator) -> None:
    model.prepare()
    assert model.name.endswith(".gguf")
    assert model.context_tokens in (8192, 32768)


def test_too_long_a_text_is_rejected_and_the_context_learnt(model: OpenAIGenerator) -> None:
    with pytest.raises(GenerationError) as error:
        list(model.stream(asked("word " * 10_000), schema=SCHEMA, deadline=soon()))
    assert error.value.fault is GenerationFault.REJECTED
    assert model.context_tokens == 8192


def test_deadline_holds_and_leaves_the_server_free(model: OpenAIGenerator) -> None:
    model.prepare()
    with pytest.raises(GenerationError) as error:
        list(model.stream(asked("Count to a thousand in words."), deadline=time.monotonic() + 0.1))
    assert error.value.fault is GenerationFault.TIMEOUT
    assert list(model.stream(asked("Say hello."), schema=SCHEMA, deadline=soon()))


def test_stop_ends_the_writing(model: OpenAIGenerator) -> None:
    stopped = threading.Event()
    stream = model.stream(asked("Count to a thousand in words."), deadline=soon(), stopped=stopped)
    first = next(stream)
    stopped.set()
    assert first
    assert list(stream) == []
