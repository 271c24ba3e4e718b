"""/metrics at a real port, with a bot on a wire behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.settings import BotSettings
from bot.web.server import WebServer
from bot.web.site import web_server_of
from tests.support.asking import MENTION, QUESTION, asked, pressed, replied, settled
from tests.support.discord.payloads import LISTED
from tests.support.discord.wire import Wire
from tests.support.journal_library import JournalLibrary


@pytest.fixture
async def server(wire: Wire) -> AsyncIterator[WebServer]:
    server = web_server_of(wire.bot, wire.bot.services, BotSettings(_env_file=None, http_port=0))
    await server.start()
    yield server
    await server.stop()


async def scrape(server: WebServer, host: str = "") -> tuple[str, dict[tuple[str, ...], float]]:
    """The text of /metrics, and its values by name and labels, these in the order of their names."""
    headers = {"Host": host} if host else {}
    url = f"http://127.0.0.1:{server.port}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text = await response.text()
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return text, {(sample.name, *dict(sorted(sample.labels.items())).values()): sample.value for sample in samples}


async def test_question_is_counted_by_place_and_outcome(wire: Wire, server: WebServer) -> None:
    await asked(wire)
    await replied(wire, f"{MENTION} {QUESTION}", guild=LISTED)
    await replied(wire, QUESTION, guild=None)
    await settled(wire)
    _, values = await scrape(server)
    for place in ("slash", "mention", "dm"):
        assert values["footnote_questions_total", "answered", place] == 1
    assert values["footnote_questions_total", "answered", "web"] == 0
    assert values["footnote_answer_confidence_count",] == 3
    for stage in ("queue", "answer", "send"):
        assert values["footnote_stage_seconds_count", stage] == 3
    assert values["footnote_questions_waiting",] == 0


async def test_failure_is_counted_as_an_error_of_its_kind(
    wire: Wire, server: WebServer, library: JournalLibrary
) -> None:
    library.answer = ValueError("secret")
    await wire.command("ask", {"question": QUESTION}).answer()
    await settled(wire)
    _, values = await scrape(server)
    assert values["footnote_questions_total", "error", "slash"] == 1
    assert values["footnote_errors_total", "defect"] == 1


async def test_vote_is_counted(wire: Wire, server: WebServer) -> None:
    await pressed(wire, await asked(wire), "Helpful")
    _, values = await scrape(server)
    assert values["footnote_votes_total", "helpful"] == 1
    assert values["footnote_votes_total", "unhelpful"] == 0


async def test_reindex_is_counted_and_timed(wire: Wire, server: WebServer) -> None:
    await wire.bot.background._scheduled_reindex._reindex("schedule")
    _, values = await scrape(server)
    assert values["footnote_reindexes_total", "done"] == 1
    assert values["footnote_reindex_seconds_count",] == 1


async def test_no_text_and_no_id_is_in_the_metrics(wire: Wire, server: WebServer) -> None:
    await asked(wire)
    text, _ = await scrape(server)
    assert QUESTION not in text
    assert LISTED.id not in text


async def test_any_host_name_reads_them(server: WebServer) -> None:
    assert (await scrape(server, host="footnote.monitoring.svc"))[0]
