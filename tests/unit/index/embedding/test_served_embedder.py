"""A server that embeds passages: batches in order, faults with remedies, and never another model's vectors."""

from __future__ import annotations

import logging
import threading

import numpy as np
import pytest

from index.domain.errors import EmbeddingServerFault
from index.domain.ports import Vectors, WindowText
from index.domain.served_model import ServedModel
from index.embedding.served_embedder import MOST_TEXTS, MOST_TOKENS, PROBES, ServedEmbedder
from tests.support.embedding_server import (
    EmbeddingServer,
    Script,
    bundled_model,
    embedding_server,
    error,
    reply,
    word_model,
)
from tests.support.index_fakes import WordEmbedder

TEXT = WindowText("Scout has experts.", ((0, 18),))


def embedded(server: EmbeddingServer, *texts: WindowText, key: str = "", seconds: float = 20.0) -> list[Vectors]:
    return list(ServedEmbedder(WordEmbedder(), server.url, key, seconds=seconds).windows(texts or (TEXT,)))


def other_rows(change: object) -> Script:
    """A reply of 200 whose rows are changed; the probes before it are as they should be."""
    return lambda rows: (200, {}, reply(change(rows)))  # type: ignore[operator]


def right(rows: list[dict[str, object]]) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, reply(rows)


def test_spans_come_in_order_as_unit_vectors_of_headings_and_own_words() -> None:
    texts = [WindowText(f"Heading\nword{i} a. word{i} b.", ((8, 16), (17, 25))) for i in range(100)]
    texts = [WindowText(t.text, ((8, len(t.text) // 2 + 4), (len(t.text) // 2 + 5, len(t.text)))) for t in texts]
    with embedding_server() as server:
        blocks = embedded(server, *texts)

    model = WordEmbedder()
    assert len(blocks) == 100
    for text, block in zip(texts, blocks, strict=True):
        own = [model.question("Heading\n" + text.text[begin:end]) for begin, end in text.spans]
        assert block == pytest.approx(np.stack(own), abs=1e-5)


def test_requests_are_bounded_by_texts_and_tokens() -> None:
    texts = [WindowText("word " * 60, ((0, 299),)) for _ in range(MOST_TEXTS * 3)]
    with embedding_server() as server:
        embedded(server, *texts)

    count = WordEmbedder().count
    asked = server.asked[1:]
    assert sum(map(len, asked)) == len(texts)
    assert max(map(len, asked)) <= MOST_TEXTS
    assert max(sum(map(count, batch)) for batch in asked) <= MOST_TOKENS


def test_a_span_that_is_too_long_is_sent_in_parts_that_are_all_read() -> None:
    long = " ".join(f"word{i}" for i in range(200))
    with embedding_server() as server:
        (block,) = embedded(server, WindowText(f"Heading\n{long}", ((8, 8 + len(long)),)))

    sent = [text for batch in server.asked[1:] for text in batch]
    assert "".join(sent) == long
    assert max(map(WordEmbedder().count, sent)) <= WordEmbedder().max_tokens
    assert np.linalg.norm(block, axis=1) == pytest.approx([1.0])


def test_rows_are_put_in_the_order_of_their_index() -> None:
    texts = [WindowText(f"word{i}", ((0, 5),)) for i in range(5)]
    with embedding_server(word_model, right, other_rows(lambda rows: rows[::-1])) as server:
        blocks = embedded(server, *texts)

    model = WordEmbedder()
    assert np.concatenate(blocks) == pytest.approx(np.stack([model.question(t.text) for t in texts]), abs=1e-5)


@pytest.mark.parametrize(
    "script", [error(429, retry_after="0.1"), error(503), error(500), error(408)], ids=["429", "503", "500", "408"]
)
def test_a_fault_that_passes_is_waited_for(script: Script) -> None:
    with embedding_server(word_model, right, script, script) as server:
        (block,) = embedded(server)

    assert server.asked == [list(PROBES), *[["Scout has experts."]] * 3, list(PROBES)]
    assert block.shape == (1, WordEmbedder().dimension)


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (error(401), "EMBEDDING_API_KEY"),
        (error(403), "EMBEDDING_API_KEY"),
        (error(404), "EMBEDDING_URL"),
        (error(413), "64 at a time"),
        (error(400), "answered 400"),
        (error(429, retry_after="3600"), "answered 429"),
        (lambda rows: (200, {}, b"<html>"), "form of OpenAI"),
        (lambda rows: (200, {}, b'{"data": [{}]}'), "form of OpenAI"),
        (other_rows(lambda rows: rows[:-1]), r"(0, 1)"),
        (other_rows(lambda rows: [{**row, "index": 7} for row in rows]), r"(1, 1)"),
        (other_rows(lambda rows: [{**row, "embedding": [1.0, 0.0]} for row in rows]), "vectors of 2 numbers"),
        (other_rows(lambda rows: [{**row, "embedding": [0.0] * 32} for row in rows]), "without a direction"),
        (other_rows(lambda rows: [{**row, "embedding": [float("nan")] * 32} for row in rows]), "without a direction"),
    ],
)
def test_each_fault_has_a_sentence_and_none_repeats_the_server(script: Script, sentence: str) -> None:
    with embedding_server(word_model, right, script) as server, pytest.raises(EmbeddingServerFault) as raised:
        embedded(server)

    assert sentence in raised.value.message
    assert "secret" not in raised.value.log_message


def test_a_server_that_is_away_is_named_with_a_remedy() -> None:
    embedder = ServedEmbedder(WordEmbedder(), "http://127.0.0.1:9/v1", seconds=0.5)

    with pytest.raises(EmbeddingServerFault, match="can't be reached: is EMBEDDING_URL right"):
        list(embedder.windows([TEXT]))


def test_a_fault_that_lasts_ends_at_the_deadline() -> None:
    with embedding_server(word_model, right, *[error(503)] * 100) as server, pytest.raises(EmbeddingServerFault):
        embedded(server, seconds=1.0)

    assert len(server.asked) < 20


def test_a_server_of_another_model_by_name_is_refused() -> None:
    with embedding_server(names=["bge-small", "e5"]) as server, pytest.raises(EmbeddingServerFault, match="bge-small"):
        embedded(server)

    assert server.asked == []


@pytest.mark.parametrize("names", [["org/Words"], ["other", "/models/words/"], None])
def test_the_model_is_found_whoever_published_it_or_without_a_list(names: list[str] | None) -> None:
    with embedding_server(names=names) as server:
        assert len(embedded(server)) == 1


def test_another_model_of_the_same_name_is_refused_by_its_vectors() -> None:
    with (
        embedding_server(reversed_model) as server,
        pytest.raises(EmbeddingServerFault, match="are not those of words"),
    ):
        embedded(server)

    assert server.asked == [list(PROBES)]


def reversed_model(texts: list[str]) -> Vectors:
    """Another model of the same length of vectors."""
    return word_model([text[::-1] + " other words" for text in texts])


def test_another_model_that_comes_up_after_a_failure_is_refused() -> None:
    def restart(rows: list[dict[str, object]]) -> tuple[int, dict[str, str], bytes]:
        server.model = reversed_model  # type: ignore[assignment]
        return error(503)(rows)

    with embedding_server(word_model, right, restart) as server, pytest.raises(EmbeddingServerFault, match="of words"):
        embedded(server)

    assert server.asked == [list(PROBES), *[["Scout has experts."]] * 2, list(PROBES)]


def test_a_server_is_checked_anew_after_a_fault_that_ended_a_build() -> None:
    with embedding_server(word_model, right, error(400)) as server:
        embedder = ServedEmbedder(WordEmbedder(), server.url)
        with pytest.raises(EmbeddingServerFault, match="answered 400"):
            list(embedder.windows([TEXT]))
        server.model = reversed_model  # type: ignore[assignment]
        with pytest.raises(EmbeddingServerFault, match="are not those of words"):
            list(embedder.windows([TEXT]))


def test_each_build_checks_the_server_anew() -> None:
    with embedding_server() as server:
        embedder = ServedEmbedder(WordEmbedder(), server.url)
        list(embedder.windows([TEXT]))
        server.model = reversed_model  # type: ignore[assignment]
        embedder.expect(None)
        with pytest.raises(EmbeddingServerFault, match="are not those of words"):
            list(embedder.windows([TEXT]))


def test_what_a_server_serves_is_told_by_its_name_there_and_a_probe() -> None:
    with embedding_server(names=["org/Words"]) as server:
        embedder = ServedEmbedder(WordEmbedder(), server.url)
        assert embedder.served is None
        list(embedder.windows([TEXT]))

    assert embedder.served is not None
    assert (embedder.served.name, embedder.served.probe) == ("org/Words", PROBES[0])
    assert embedder.served.vector == pytest.approx(WordEmbedder().question(PROBES[0]), abs=1e-4)


def test_vectors_unlike_those_of_the_build_before_are_refused() -> None:
    """They are like enough those of the model here, but rows of both in one index would not compare."""
    before = ServedModel("words", PROBES[0], tuple(map(float, word_model([PROBES[0] + " and some more"])[0])))
    with embedding_server() as server:
        embedder = ServedEmbedder(WordEmbedder(), server.url)
        embedder.expect(before)
        with pytest.raises(EmbeddingServerFault, match="when the index was built"):
            list(embedder.windows([TEXT]))


@pytest.mark.parametrize("vector", [(), (1.0, 0.0), (0.0,) * 32])
def test_a_recorded_probe_without_a_direction_is_no_match(vector: tuple[float, ...]) -> None:
    with embedding_server() as server:
        embedder = ServedEmbedder(WordEmbedder(), server.url)
        embedder.expect(ServedModel("words", PROBES[0], vector))
        with pytest.raises(EmbeddingServerFault, match="when the index was built"):
            list(embedder.windows([TEXT]))


def test_a_recorded_probe_is_asked_even_if_it_is_another_than_today_s() -> None:
    text = "A text of an older program."
    before = ServedModel("words", text, tuple(map(float, word_model([text])[0])))
    with embedding_server() as server:
        embedder = ServedEmbedder(WordEmbedder(), server.url)
        embedder.expect(before)
        list(embedder.windows([TEXT]))

    assert server.asked[0] == [*PROBES, text]
    assert embedder.served is not None
    assert embedder.served.probe == PROBES[0]


def test_the_key_is_sent_and_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), embedding_server(key="a-key") as server:
        embedded(server, key="a-key")

    assert {headers["authorization"] for headers in server.headers} == {"Bearer a-key"}
    assert "a-key" not in caplog.text
    assert "Scout has experts" not in caplog.text


def test_without_a_key_the_environment_s_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "of-another-service")
    with embedding_server() as server:
        embedded(server)

    assert not any("authorization" in headers for headers in server.headers)


def test_several_requests_are_under_way_at_once() -> None:
    together = threading.Barrier(2, timeout=30)

    def meet(rows: list[dict[str, object]]) -> tuple[int, dict[str, str], bytes]:
        together.wait()
        return right(rows)

    texts = [WindowText("word " * 60, ((0, 299),)) for _ in range(MOST_TEXTS * 4)]
    with embedding_server(word_model, right, meet, meet) as server:
        assert len(embedded(server, *texts)) == len(texts)


def test_questions_and_counts_are_of_the_model_here() -> None:
    local = WordEmbedder()
    served = ServedEmbedder(local, "http://127.0.0.1:9/v1")

    assert served.question("What is Scout?") == pytest.approx(local.question("What is Scout?"))
    assert served.count("What is Scout?") == local.count("What is Scout?")
    assert served.version != local.version


def test_the_bundled_model_served_by_a_real_server_finds_the_same() -> None:
    from index.embedding.onnx_embedder import OnnxEmbedder

    local = OnnxEmbedder()
    sentences = ["Maverick has 128 experts.", "Bread needs yeast.", "The licence is a community licence."]
    texts = [WindowText(sentence, ((0, len(sentence)),)) for sentence in sentences]
    with embedding_server(bundled_model(), names=["sentence-transformers/all-MiniLM-L6-v2"]) as server:
        rows = np.concatenate(list(ServedEmbedder(local, server.url).windows(texts)))

    questions = ["How many experts are there?", "What does one need to bake?", "Which licence is it under?"]
    best = [int(np.argmax(rows @ local.question(question))) for question in questions]
    assert best == [0, 1, 2]
    ours = np.concatenate(list(local.windows(texts)))
    assert (rows * ours).sum(axis=1).min() > 0.9
