"""Traces of the real `python -m bot`, as a collector gets them."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.world import NO_LIMITS, built, opened_world
from tests.support.article import WINDOW
from tests.support.collector import attributes_of, collecting
from tests.support.discord.server import TOKEN


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def metrics_at(port: int) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as response:
        return await response.text()


async def test_a_question_of_the_running_bot_is_traced_and_timed_by_stage(tmp_path: Path, port: int) -> None:
    with collecting() as collector:
        traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "100", "HTTP_PORT": port}
        async with opened_world(built(tmp_path, {}) | NO_LIMITS | traced, tmp_path) as world:
            await world.discord.ask(WINDOW)
            root, stages = await asyncio.to_thread(collector.question)
            timed = await metrics_at(port)
    assert {"queue", "retrieve", "read", "send"} <= set(stages)
    assert all(root.start_time_unix_nano <= span.start_time_unix_nano for span in stages.values())
    assert attributes_of(root)["footnote.abstained"] is False
    for stage in ("queue", "retrieve", "read", "answer", "send"):
        assert f'footnote_stage_seconds_count{{stage="{stage}"}}' in timed
    for secret in (TOKEN, WINDOW, "context window"):
        assert secret.encode() not in collector.received
