"""What the server says of its models wins over what is known by name; what is wrong is said with its remedy."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from index.domain.generation import GenerationError, GenerationFault
from tests.support.llm_replies import Reply, text
from tests.support.llm_server import LlmServer, llm_server
from tests.support.site import closed_port
from tests.support.waiting import wait_until
from tests.unit.index.generation.asking import OpenGenerator, written

SCOUT = "meta-llama/Llama-4-Scout-17B-16E-Instruct"
LLAMA_CPP = {"id": "/models/qwen.gguf", "owned_by": "llamacpp", "meta": {"n_ctx_train": 32768}}


@pytest.mark.parametrize(
    ("entry", "tokens"),
    [
        ({"id": SCOUT, "max_model_len": 131072}, 131072),
        ({"id": SCOUT, "context_length": 327680}, 327680),
        ({"id": SCOUT, "context_window": 131072}, 131072),
        ({"id": SCOUT, "meta": {"n_ctx_train": 10485760, "n_ctx": 4096}}, 4096),
        ({"id": SCOUT}, 10_000_000),
        ({"id": SCOUT, "max_model_len": None, "meta": "?"}, 10_000_000),
    ],
)
def test_context_is_what_the_server_says_else_the_profile(
    generator: OpenGenerator, entry: dict[str, Any], tokens: int
) -> None:
    with llm_server(models=[{"id": "another", "max_model_len": 7}, entry]) as server:
        model = generator(server, model=SCOUT)
        assert model.context_tokens == 10_000_000
        model.prepare()
        assert model.context_tokens == tokens


def test_context_of_the_settings_wins(generator: OpenGenerator) -> None:
    with llm_server(models=[{"id": SCOUT, "max_model_len": 131072}]) as server:
        model = generator(server, model=SCOUT, context_tokens=5000)
        model.prepare()
        assert model.context_tokens == 5000


@pytest.mark.parametrize(
    "error",
    [
        b'{"error": {"message": "This model\'s maximum context length is 8192 tokens. However, you requested 9000"}}',
        b'{"error": {"code": 400, "message": "request exceeds the available context size", "n_ctx": 8192}}',
    ],
    ids=["vLLM", "llama.cpp"],
)
def test_context_is_learnt_from_a_rejection(generator: OpenGenerator, error: bytes) -> None:
    with llm_server(Reply(status=400, body=error)) as server:
        model = generator(server, model=SCOUT)
        with pytest.raises(GenerationError) as caught:
            written(model, schema={})
        assert caught.value.fault is GenerationFault.REJECTED
        assert len(server.asked) == 1
    assert model.context_tokens == 8192


def test_only_model_is_taken_if_none_is_named(generator: OpenGenerator) -> None:
    with llm_server(text("x"), models=[{"id": "only"}]) as server:
        model = generator(server, model="")
        assert written(model) == "x"
        assert server.asked[0].body["model"] == "only"
    assert model.name == "only"


@pytest.mark.parametrize(
    ("name", "models", "remedy"),
    [
        ("", ["one", "two"], "LLM_MODEL is not set: set it to one of one, two"),
        ("", [], "LLM_MODEL is not set, and the server lists no model: set it"),
        ("too", ["one", "two"], "LLM_MODEL is too, but the server lists only two, one: set it to one of them"),
        ("m", [f"m{number}" for number in range(10)], "and 2 more"),
    ],
)
def test_model_that_cannot_be_chosen_is_said_with_those_there_are(
    generator: OpenGenerator, caplog: pytest.LogCaptureFixture, name: str, models: list[str], remedy: str
) -> None:
    with llm_server(models=[{"id": model} for model in models]) as server:
        generator(server, model=name).prepare()
    assert remedy in caplog.text


def test_name_without_latest_is_found(generator: OpenGenerator, caplog: pytest.LogCaptureFixture) -> None:
    with llm_server(models=[{"id": "llama4:latest"}, {"id": "other"}]) as server:
        generator(server, model="llama4").prepare()
    assert caplog.text == ""


def test_server_that_takes_any_name_is_asked_by_the_one_given(
    generator: OpenGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    with llm_server(models=[LLAMA_CPP]) as server:
        model = generator(server, model="qwen")
        model.prepare()
    assert (model.name, model.context_tokens, caplog.text) == ("qwen", 32768, "")


def test_server_that_lists_nothing_is_fine_if_a_model_is_named(
    generator: OpenGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    with llm_server(models=None) as server:
        generator(server).prepare()
    assert caplog.text == ""


def test_server_that_is_away_at_the_start_is_said_and_asked_later(
    generator: OpenGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    model = generator(LlmServer(url=f"http://127.0.0.1:{closed_port()}/v1"))
    model.prepare()
    assert "nothing answers there" in caplog.text


def test_wrong_key_is_said_at_the_start(generator: OpenGenerator, caplog: pytest.LogCaptureFixture) -> None:
    with llm_server(key="right-key") as server:
        generator(server, api_key="wrong-key").prepare()
    assert "401 (invalid_api_key): is LLM_API_KEY right?" in caplog.text
    assert "wrong-key" not in caplog.text


def test_address_without_its_last_part_is_said(generator: OpenGenerator, caplog: pytest.LogCaptureFixture) -> None:
    with llm_server() as server:
        generator(server, base_url=server.url.removesuffix("/v1"), model="").prepare()
    assert "LLM_BASE_URL, which most often ends in /v1" in caplog.text


def test_server_that_does_not_answer_is_waited_for_in_the_background(
    generator: OpenGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, llm_server() as server:
        model = generator(server, base_url=f"http://127.0.0.1:{silent.getsockname()[1]}/v1", model="")
        model.prepare()
        assert caplog.messages == []
        wait_until(lambda: caplog.messages)
    assert "it does not answer" in caplog.text
