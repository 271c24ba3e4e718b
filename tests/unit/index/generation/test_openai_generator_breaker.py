"""A server that fails again and again is not asked for a while."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from index.domain.generation import GenerationError, GenerationFault
from index.generation.openai_generator import OpenAIGenerator
from tests.support.llm_replies import Reply, cut_stream, hanging, http_error, refusal, text
from tests.support.llm_server import LlmServer, llm_server
from tests.support.site import closed_port
from tests.support.waiting import wait_until
from tests.unit.index.generation.asking import OpenGenerator, written


def fault_of(model: OpenAIGenerator, seconds: float = 20.0) -> GenerationFault:
    with pytest.raises(GenerationError) as error:
        written(model, seconds=seconds)
    return error.value.fault


@pytest.mark.parametrize(
    "reply",
    [cut_stream("x"), hanging(), http_error(500, retry_after="0.001")],
    ids=["cut", "silent", "500"],
)
def test_failing_server_is_not_asked_for_a_while(generator: OpenGenerator, reply: Reply) -> None:
    with llm_server(otherwise=reply) as server:
        model = generator(server, failures=2)
        faults = [fault_of(model, 0.5), fault_of(model, 0.5)]
        asked = len(server.asked)
        assert GenerationFault.PAUSED not in faults
        assert fault_of(model) is GenerationFault.PAUSED
        assert len(server.asked) == asked
        assert model.paused_until is not None
        assert model.paused_until > datetime.now(UTC)


def test_server_that_is_not_there_is_not_asked_for_a_while(generator: OpenGenerator) -> None:
    model = generator(LlmServer(url=f"http://127.0.0.1:{closed_port()}/v1"), failures=1)
    assert [fault_of(model), fault_of(model)] == [GenerationFault.UNREACHABLE, GenerationFault.PAUSED]


@pytest.mark.parametrize("reply", [http_error(401), http_error(429, retry_after="0.001"), refusal()])
def test_server_that_answers_no_is_still_asked(generator: OpenGenerator, reply: Reply) -> None:
    with llm_server(otherwise=reply) as server:
        model = generator(server, failures=1)
        assert GenerationFault.PAUSED not in [fault_of(model), fault_of(model)]
        assert model.paused_until is None


def test_one_success_forgives_what_was_before(generator: OpenGenerator) -> None:
    with llm_server(cut_stream("x"), text("y"), cut_stream("x"), text("z")) as server:
        model = generator(server, failures=2)
        assert fault_of(model) is GenerationFault.UNREACHABLE
        assert written(model) == "y"
        assert fault_of(model) is GenerationFault.UNREACHABLE
        assert written(model) == "z"


def test_server_is_asked_again_after_the_pause(generator: OpenGenerator) -> None:
    with llm_server(cut_stream("x"), otherwise=text("back")) as server:
        model = generator(server, failures=1, pause_seconds=0.05)
        assert fault_of(model) is GenerationFault.UNREACHABLE
        wait_until(lambda: model.paused_until is None)
        assert written(model) == "back"


def test_after_a_pause_one_request_tries_and_the_others_are_told_at_once(generator: OpenGenerator) -> None:
    with llm_server(cut_stream("x"), hanging("y"), otherwise=text("back")) as server:
        model = generator(server, failures=1, pause_seconds=0.05)
        assert fault_of(model) is GenerationFault.UNREACHABLE
        wait_until(lambda: model.paused_until is None)
        trial = model.stream([], deadline=1e12)
        next(trial)
        assert [fault_of(model), fault_of(model)] == [GenerationFault.PAUSED] * 2
        assert len(server.asked) == 2
        trial.close()  # type: ignore[attr-defined]  # an iterator of a generator
        wait_until(lambda: not model._breaker._is_trying)
        assert written(model) == "back"


def test_a_try_that_was_given_up_forgives_nothing(generator: OpenGenerator) -> None:
    with llm_server(cut_stream("x"), cut_stream("x"), hanging("y"), cut_stream("x"), otherwise=text("back")) as server:
        model = generator(server, failures=2, pause_seconds=0.05)
        assert [fault_of(model), fault_of(model)] == [GenerationFault.UNREACHABLE] * 2
        wait_until(lambda: model.paused_until is None)
        trial = model.stream([], deadline=1e12)
        next(trial)
        trial.close()  # type: ignore[attr-defined]  # an iterator of a generator
        wait_until(lambda: not model._breaker._is_trying)
        assert fault_of(model) is GenerationFault.UNREACHABLE
        assert model.paused_until is not None


def test_wait_for_a_place_is_no_fault_of_the_server(generator: OpenGenerator) -> None:
    with llm_server(hanging("x"), otherwise=text("free")) as server:
        model = generator(server, failures=1, concurrency=1)
        first = model.stream([], deadline=1e12)
        next(first)
        assert fault_of(model, 0.2) is GenerationFault.TIMEOUT
        first.close()  # type: ignore[attr-defined]  # an iterator of a generator
        assert written(model) == "free"
