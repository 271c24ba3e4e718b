"""Each fault of a language model's server over real HTTP: named, in time, and without a word of what was asked."""

from __future__ import annotations

import logging
import time

import pytest

from index.domain.generation import GenerationError, GenerationFault
from tests.support.llm_replies import (
    Reply,
    cut_stream,
    empty,
    endless,
    hanging,
    http_error,
    raw,
    refusal,
    text,
)
from tests.support.llm_server import LlmServer, llm_server
from tests.support.site import closed_port
from tests.unit.index.generation.asking import QUESTION, OpenGenerator, written

BROKEN_EVENT = 'data: {"id": "1", "choices": [{"index": 0, "delta": {"cont\n\n'
ERROR_EVENT = 'data: {"error": {"message": "CUDA out of memory", "code": 500}}\n\n'
FAULTS = {
    "rejected": [http_error(status) for status in (400, 401, 403, 404, 413, 422)],
    "unusable": [
        empty(),
        refusal(),
        text("I can", ending="content_filter"),
        raw("nonsense"),
        raw("data: nonsense\n\n"),
        raw(BROKEN_EVENT),
        raw("<html>Welcome</html>", content_type="text/html"),
        raw('data: {"choices": 5}\n\n'),
        raw("data: []\n\n"),
        raw(b"\xff\xfe\x00"),
        endless(),
        endless("\n", pause=0.0),
        endless("The model reads ten million tokens at once, which is more than any other. ", pause=0.0),
    ],
    "unreachable": [cut_stream("So far"), cut_stream(), text("So far", ending="")],
    "busy": [raw(ERROR_EVENT)],
}


@pytest.mark.parametrize(
    ("fault", "reply"), [(GenerationFault(fault), reply) for fault, replies in FAULTS.items() for reply in replies]
)
def test_fault_is_named_and_costs_one_request(generator: OpenGenerator, fault: GenerationFault, reply: Reply) -> None:
    with llm_server(reply, otherwise=reply) as server:
        with pytest.raises(GenerationError) as error:
            written(generator(server))
        assert error.value.fault is fault
        assert len(server.asked) <= 2  # a rejected request is tried again without what it can do without


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
def test_busy_server_is_asked_again_and_its_answer_taken(generator: OpenGenerator, status: int) -> None:
    with llm_server(http_error(status, retry_after="0.01"), text("Now.")) as server:
        assert written(generator(server)) == "Now."
        assert len(server.asked) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_server_that_stays_busy_is_given_up(generator: OpenGenerator, status: int) -> None:
    with llm_server(otherwise=http_error(status, retry_after="0.01")) as server:
        with pytest.raises(GenerationError) as error:
            written(generator(server))
        assert error.value.fault is GenerationFault.BUSY
        assert len(server.asked) == 3


@pytest.mark.parametrize("wait", ["100", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_wait_beyond_the_deadline_is_not_begun(generator: OpenGenerator, wait: str) -> None:
    with llm_server(otherwise=http_error(429, retry_after=wait)) as server:
        with pytest.raises(GenerationError) as error:
            written(generator(server), seconds=50)
        assert error.value.fault is GenerationFault.BUSY
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [hanging(), hanging("So far"), text("late", wait=100.0), text("a", 100.0, "b"), text(*["a", 0.2] * 500)],
    ids=["no headers", "silent after a piece", "late headers", "long pause", "a piece at a time"],
)
def test_slow_server_is_left_at_the_deadline(generator: OpenGenerator, reply: Reply) -> None:
    with llm_server(reply) as server:
        with pytest.raises(GenerationError) as error:
            written(generator(server), seconds=0.5)
        assert error.value.fault is GenerationFault.TIMEOUT
        assert len(server.asked) == 1


def test_nothing_is_sent_after_the_deadline(generator: OpenGenerator) -> None:
    with llm_server(text("x")) as server:
        with pytest.raises(GenerationError) as error:
            written(generator(server), seconds=-1)
        assert error.value.fault is GenerationFault.TIMEOUT
        assert server.asked == []


def test_server_that_is_not_there_is_unreachable(generator: OpenGenerator) -> None:
    server = LlmServer(url=f"http://127.0.0.1:{closed_port()}/v1")
    with pytest.raises(GenerationError) as error:
        written(generator(server))
    assert error.value.fault is GenerationFault.UNREACHABLE


def test_pieces_before_a_fault_are_handed_on(generator: OpenGenerator) -> None:
    got = []
    with llm_server(cut_stream("One. ", "Two. ")) as server:
        with pytest.raises(GenerationError):
            got.extend(generator(server).stream(QUESTION, deadline=time.monotonic() + 20))
        pieces = generator(server).stream(QUESTION, deadline=time.monotonic() + 20)
        server.scripts.append(cut_stream("One. ", "Two. "))
        assert [next(pieces), next(pieces)] == ["One. ", "Two. "]


def test_output_cut_by_its_length_is_an_output(generator: OpenGenerator) -> None:
    with llm_server(text("One. Tw", ending="length")) as server:
        assert written(generator(server)) == "One. Tw"


def test_server_that_keeps_to_no_length_is_cut(generator: OpenGenerator) -> None:
    words = (f"word{number} " for number in range(10**9))
    with llm_server(text(*(next(words) for _ in range(5000)))) as server:
        assert len(written(generator(server, max_tokens=100))) < 2000


def test_fault_and_log_repeat_neither_question_nor_key(
    generator: OpenGenerator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    words = "Incorrect key secret-key for: What is Scout?"
    replies = [http_error(status, words, retry_after="0.01") for status in (400, 401, 500, 500, 500)]
    with llm_server(*replies, otherwise=cut_stream("x")) as server:
        model = generator(server, api_key="secret-key")
        for _ in range(4):
            with pytest.raises(GenerationError) as error:
                written(model)
            assert "secret-key" not in str(error.value)
            assert "Scout" not in str(error.value)
            assert error.value.__suppress_context__ or error.value.__context__ is None
    assert "secret-key" not in caplog.text
    assert "Scout" not in caplog.text
