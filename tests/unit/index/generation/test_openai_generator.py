"""What is sent, and what comes, over real HTTP. Faults have files of their own."""

from __future__ import annotations

import threading
import time

import pytest

from index.domain.generation import ChatMessage, GenerationError, GenerationFault, Picture, Role
from tests.support.llm_replies import empty, hanging, http_error, json_output, text
from tests.support.llm_server import llm_server
from tests.support.waiting import wait_until
from tests.unit.index.generation.asking import QUESTION, OpenGenerator, written

SCHEMA = {"type": "object", "properties": {"answers": {"type": "boolean"}}}


def test_pieces_come_as_they_are_written(generator: OpenGenerator) -> None:
    with llm_server(text("Scout ", 30.0, "is a model.")) as server:
        pieces = generator(server).stream(QUESTION, deadline=time.monotonic() + 20)
        assert next(pieces) == "Scout "
        pieces.close()  # type: ignore[attr-defined]  # an iterator of a generator


def test_messages_and_limits_are_sent_in_the_wire_format(generator: OpenGenerator) -> None:
    with llm_server(text("x")) as server:
        written(generator(server, max_tokens=77))
        body = server.asked[0].body
    assert body["messages"] == [
        {"role": "system", "content": "Answer."},
        {"role": "user", "content": "What is Scout?"},
    ]
    assert (body["model"], body["max_tokens"], body["stream"]) == (server.model, 77, True)


def test_llama_4_is_sampled_as_its_model_card_says(generator: OpenGenerator) -> None:
    with llm_server(text("x")) as server:
        written(generator(server, model="meta-llama/Llama-4-Scout-17B-16E-Instruct"))
        body = server.asked[0].body
    assert (body["temperature"], body["top_p"]) == (0.6, 0.9)


def test_schema_goes_along_as_the_format_of_the_output(generator: OpenGenerator) -> None:
    with llm_server(json_output({"answers": True})) as server:
        assert written(generator(server), schema=SCHEMA) == '{"answers": true}'
        sent = server.asked[0].body["response_format"]
    assert (sent["type"], sent["json_schema"]["schema"]) == ("json_schema", SCHEMA)


@pytest.mark.parametrize(
    ("formats", "asked_for"),
    [
        ({"json_object"}, ["json_schema", "json_object", "json_object"]),
        (set(), ["json_schema", "json_object", None, None]),
    ],
)
def test_server_without_schemas_is_asked_for_less_and_that_is_remembered(
    generator: OpenGenerator, formats: set[str], asked_for: list[str | None]
) -> None:
    with llm_server(otherwise=json_output({"answers": True}), formats=frozenset(formats)) as server:
        model = generator(server)
        assert [written(model, schema=SCHEMA) for _ in range(2)] == ['{"answers": true}'] * 2
        kinds = [(request.body.get("response_format") or {}).get("type") for request in server.asked]
    assert kinds == asked_for


@pytest.mark.parametrize(
    ("words", "gone"),
    [
        ("Unrecognized request argument supplied: stream_options", "stream_options"),
        ("Unsupported value: 'temperature' does not support 0.3 with this model.", "temperature"),
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens"),
    ],
)
def test_parameter_that_a_server_rejects_is_left_out(generator: OpenGenerator, words: str, gone: str) -> None:
    with llm_server(http_error(400, words), text("x"), text("y")) as server:
        model = generator(server)
        assert (written(model, schema=SCHEMA), written(model, schema=SCHEMA)) == ("x", "y")
        assert [gone in request.body for request in server.asked] == [True, False, False]
        assert all("response_format" in request.body for request in server.asked)


def test_picture_is_sent_beside_its_text(generator: OpenGenerator) -> None:
    message = ChatMessage(Role.USER, "What is this?", (Picture("image/png", b"abc"),))
    with llm_server(text("x")) as server:
        model = generator(server, model="llama4:scout")
        assert model.reads_pictures
        list(model.stream([message], deadline=time.monotonic() + 20))
        content = server.asked[0].messages[0]["content"]
    assert [part["type"] for part in content] == ["text", "image_url"]
    assert content[1]["image_url"]["url"] == "data:image/png;base64,YWJj"


def test_server_that_takes_no_picture_is_asked_without_and_that_is_remembered(generator: OpenGenerator) -> None:
    message = ChatMessage(Role.USER, "What is this?", (Picture("image/png", b"abc"),))
    with llm_server(http_error(400, "image input is not supported"), text("x")) as server:
        model = generator(server, model="llama4:scout")
        assert list(model.stream([message], deadline=time.monotonic() + 20)) == ["x"]
        assert server.asked[1].messages[0]["content"] == "What is this?"
    assert not model.reads_pictures


def test_key_is_sent_and_shown_nowhere(generator: OpenGenerator) -> None:
    with llm_server(text("x"), key="secret-key") as server:
        model = generator(server, api_key="secret-key")
        assert written(model) == "x"
        assert server.asked[0].has_key
    assert "secret-key" not in repr(model)


def test_keys_of_the_environment_are_not_sent(generator: OpenGenerator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "secret-key")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: secret-key")
    with llm_server(text("x")) as server:
        written(generator(server))
        assert not server.asked[0].has_key
        assert "secret-key" not in str(server.asked[0].headers)


def test_tokens_are_counted_by_the_server(generator: OpenGenerator) -> None:
    used: list[int] = []
    with llm_server(text("a", "b", "c")) as server:
        written(generator(server), on_usage=used.append)
    assert used == [103]


def test_tokens_are_estimated_where_the_server_does_not_count(generator: OpenGenerator) -> None:
    used: list[int] = []
    with llm_server(text("four" * 10, usage=False)) as server:
        written(generator(server), on_usage=used.append)
    characters = sum(len(message.text) for message in QUESTION) + 40
    assert used == [characters // 4]


@pytest.mark.parametrize("status", [401, 429])
def test_rejected_request_costs_no_tokens(generator: OpenGenerator, status: int) -> None:
    used: list[int] = []
    with llm_server(otherwise=http_error(status, retry_after="100")) as server, pytest.raises(GenerationError):
        written(generator(server), on_usage=used.append)
    assert used == [0]


def test_stop_ends_the_stream_while_nothing_comes(generator: OpenGenerator) -> None:
    stopped = threading.Event()
    used: list[int] = []
    with llm_server(hanging("So far")) as server:
        pieces = generator(server).stream(
            QUESTION, deadline=time.monotonic() + 200, stopped=stopped, on_usage=used.append
        )
        assert next(pieces) == "So far"
        stopped.set()
        assert list(pieces) == []
        wait_until(lambda: server.hung_up == 1)
    assert len(used) == 1
    assert used[0] > 0


def test_reader_that_goes_away_closes_the_connection(generator: OpenGenerator) -> None:
    with llm_server(hanging("So far")) as server:
        pieces = generator(server).stream(QUESTION, deadline=time.monotonic() + 200)
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]  # an iterator of a generator
        wait_until(lambda: server.hung_up)
        assert server.hung_up == 1


def test_no_more_requests_run_at_a_time_than_allowed_and_none_is_lost(generator: OpenGenerator) -> None:
    done: list[str] = []
    with llm_server(otherwise=text("a", 0.02, "b")) as server:
        model = generator(server, concurrency=3)
        threads = [threading.Thread(target=lambda: done.append(written(model, seconds=60))) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert done == ["ab"] * 50
        assert server.most_at_once <= 3


def test_wait_for_a_place_counts_towards_the_deadline(generator: OpenGenerator) -> None:
    with llm_server(hanging("first")) as server:
        model = generator(server, concurrency=1)
        first = model.stream(QUESTION, deadline=time.monotonic() + 200)
        next(first)
        with pytest.raises(GenerationError, match="no place") as error:
            written(model, seconds=0.3)
        assert error.value.fault is GenerationFault.TIMEOUT
        assert len(server.asked) == 1
        first.close()  # type: ignore[attr-defined]  # an iterator of a generator


def test_nothing_is_loaded_or_asked_before_the_first_use(generator: OpenGenerator) -> None:
    with llm_server(empty()) as server:
        model = generator(server)
        assert (model.name, model.context_tokens, model.paused_until) == (server.model, 8192, None)
        assert server.asked == []
