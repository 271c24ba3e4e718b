"""Traces of questions, as a collector on this machine gets them."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from bot.services import tracing
from bot.services.tracing import Tracing, open_tracing
from bot.settings import BotSettings, TracesExporter
from tests.support.asking import MENTION, QUESTION, asked, replied, settled
from tests.support.collector import Collector, attributes_of, collecting
from tests.support.discord.payloads import LISTED
from tests.support.discord.wire import NO_LIMITS
from tests.support.journal_library import JournalLibrary, connected_with_moderators


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    monkeypatch.delenv("OTEL_RESOURCE_ATTRIBUTES", raising=False)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


async def test_a_command_is_a_span_with_its_stages(library: JournalLibrary, tmp_path: Path, collector: Collector):
    opened = open_tracing(collector.url)
    async with connected_with_moderators(library, tmp_path, limits=NO_LIMITS, tracing=opened) as wire:
        await asked(wire)
        await settled(wire)
    opened.close()
    root, stages = collector.question()
    assert set(stages) == {"queue", "send"}
    assert all(root.start_time_unix_nano <= span.start_time_unix_nano for span in stages.values())
    assert all(span.end_time_unix_nano <= root.end_time_unix_nano for span in stages.values())
    said = attributes_of(root)
    assert said["footnote.asked_by"] == "interaction"
    assert said["footnote.abstained"] is False
    assert collector.resource["service.name"] == "footnote"


async def test_a_mention_is_a_span_and_no_word_of_it_is_sent(
    library: JournalLibrary, tmp_path: Path, collector: Collector
):
    opened = open_tracing(collector.url)
    async with connected_with_moderators(library, tmp_path, limits=NO_LIMITS, tracing=opened) as wire:
        await replied(wire, f"{MENTION} {QUESTION}")
        await settled(wire)
    opened.close()
    root, _ = collector.question()
    assert attributes_of(root)["footnote.asked_by"] == "message"
    assert set(attributes_of(root)) <= {
        "footnote.abstained",
        "footnote.asked_by",
        "footnote.request",
        "footnote.confidence",
        "footnote.fault",
        "footnote.generator",
    }
    for secret in ("Scout", "context window", LISTED.id, LISTED.owner.id):
        assert secret.encode() not in collector.received


async def test_a_failure_is_told_by_its_class_alone(library: JournalLibrary, tmp_path: Path, collector: Collector):
    library.answers[QUESTION] = RuntimeError(f"cannot answer {QUESTION}")
    opened = open_tracing(collector.url)
    async with connected_with_moderators(library, tmp_path, limits=NO_LIMITS, tracing=opened) as wire:
        await replied(wire, f"{MENTION} {QUESTION}")
        await settled(wire)
    opened.close()
    root, _ = collector.question()
    assert (attributes_of(root)["error.type"], root.status.code) == ("RuntimeError", Status.STATUS_CODE_ERROR)
    assert (root.status.message, list(root.events)) == ("", [])
    assert b"Scout" not in collector.received


async def test_a_refused_question_is_no_error(library: JournalLibrary, tmp_path: Path, collector: Collector):
    opened = open_tracing(collector.url)
    async with connected_with_moderators(library, tmp_path, limits=NO_LIMITS, tracing=opened) as wire:
        await replied(wire, MENTION)
        await settled(wire)
    opened.close()
    root, stages = collector.question()
    assert attributes_of(root)["footnote.refused"] is True
    assert root.status.code == Status.STATUS_CODE_UNSET
    assert "queue" not in stages


def test_a_stage_outside_of_a_question_makes_no_span(collector: Collector):
    opened = open_tracing(collector.url)
    opened.observe("retrieve", 0.5)
    with opened.question("page"):
        opened.observe("read", 0.5)
    opened.close()
    _, stages = collector.question()
    assert set(stages) == {"read"}
    assert {span.name for span in collector.spans} == {"question", "read"}
    assert _seconds(stages["read"]) == pytest.approx(0.5)


def test_variables_name_the_service(collector: Collector, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "our-bot")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
    opened = open_tracing(collector.url)
    with opened.question("page"):
        pass
    opened.close()
    collector.question()
    assert collector.resource["service.name"] == "our-bot"
    assert collector.resource["deployment.environment"] == "test"


@pytest.mark.parametrize(
    ("endpoint", "exporter", "traced"),
    [
        ("", None, False),
        ("", TracesExporter.NONE, False),
        ("http://127.0.0.1:9", TracesExporter.NONE, False),
        ("http://127.0.0.1:9", None, True),
        ("", TracesExporter.OTLP, True),
    ],
)
def test_there_are_traces_only_where_the_variables_ask_for_them(endpoint, exporter, traced):
    opened = open_tracing(endpoint, exporter)
    assert (opened._provider is not None) == traced
    opened.close()


def test_without_opentelemetry_one_warning_names_the_extra(caplog, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("opentelemetry")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    opened = open_tracing("http://127.0.0.1:9")
    with opened.question("page"), opened.stage("queue"):
        opened.observe("read", 0.1)
    opened.close()
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "pip install 'footnote[otel]'" in caplog.text


def test_an_untraced_bot_loads_no_opentelemetry(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    before, opened = set(sys.modules), Tracing()
    with opened.question("page"), opened.stage("queue"):
        opened.fail(ValueError())
    opened.close()
    assert [name for name in set(sys.modules) - before if name.startswith("opentelemetry")] == []


def test_a_collector_that_is_away_costs_nobody_the_answer(monkeypatch, caplog):
    monkeypatch.setattr(tracing, "CLOSE_SECONDS", 0.2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        opened = open_tracing(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with opened.question("page"), opened.stage("queue"):
            pass
        opened.close()
    assert "Traceback" not in caplog.text
    assert "retrying" not in caplog.text


@pytest.mark.parametrize("url", ["localhost:4318", "http://", "grpc://localhost:4317", "http://collector/?key=1"])
def test_the_address_of_a_collector_is_checked(url):
    with pytest.raises(ValueError, match="address of a collector"):
        BotSettings(_env_file=None, otel_exporter_otlp_endpoint=url)


def _seconds(span: Span) -> float:
    return (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9
