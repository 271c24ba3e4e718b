"""The real bot with a scripted language model's server: what people see on Discord while it writes, fails or hangs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.world import NO_LIMITS, World, built, opened_world
from tests.support.discord.driver import Discord, Reply
from tests.support.discord.exchange import Exchange, is_final
from tests.support.discord.payloads import LISTED, Json
from tests.support.discord.responses import DEFERRED_UPDATE
from tests.support.discord.rules import text_of
from tests.support.llm_replies import Reply as ModelReply
from tests.support.llm_replies import hanging, http_error, json_output
from tests.support.llm_server import LlmServer, llm_server
from tests.support.pictures import picture

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("bots_log")]

MODEL = "Llama-4-Scout-17B-16E-Instruct"
KEY = "sk-only-for-this-test"
LEAVES = "The night ferry leaves Quay C at 22:15."
MASTER = "The harbour master of Brindle is Odile Marchetti."
FERRY = f"# Tidewater ferry\n\n{LEAVES}\n\n# Brindle harbour\n\n{MASTER}\n\n# Fares\n\nA cabin costs 48 crowns.\n"
INVENTED = "It carries 300 horses."
AT_ONCE = 50
TIMEOUT_S = 10.0
SMALL_TALK = "hello, who are you?"


def sentence(text: str, quote: str) -> dict[str, object]:
    return {"evidence": [{"number": 1, "quote": quote}], "text": text, "english": ""}


def output(*sentences: dict[str, object], pause: float = 0.0) -> ModelReply:
    return json_output({"answers": True, "sentences": list(sentences)}, size=12, pause=pause)


def written_first(quote: str) -> str:
    """The beginning of an output, up to the end of its first sentence."""
    return (
        '{"answers": true, "sentences": [{"evidence": [{"number": 1, "quote": "'
        f'{quote}"}}], "text": "{quote}", "english": ""}}, {{'
    )


@pytest.fixture(scope="module")
def model() -> Iterator[LlmServer]:
    with llm_server(model=MODEL, models=[{"id": MODEL, "object": "model"}], key=KEY) as server:
        server.otherwise = output()
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(model: LlmServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("writing")
    settings: dict[str, object] = {
        "LLM_BASE_URL": model.url,
        "LLM_MODEL": model.model,
        "LLM_API_KEY": KEY,
        "LLM_TIMEOUT": TIMEOUT_S,
        "LLM_DAILY_TOKENS": 5_000_000,
    }
    async with opened_world(built(folder, {"ferry.md": FERRY}) | NO_LIMITS | settings, folder) as opened:
        yield opened


def said(message: Json) -> str:
    """All that a person reads in a message, without what escapes its marks."""
    return text_of(message).replace("\\", "")


def is_written(message: Json) -> bool:
    """Whether an answer is complete."""
    return is_final(message) and "Writing …" not in text_of(message)


def being_written(message: Json) -> bool:
    return is_final(message) and "Writing …" in text_of(message)


async def replied(discord: Discord, exchange: Exchange) -> Reply:
    return await discord.reply(exchange, is_written)


async def test_an_answer_grows_sentence_by_sentence_and_what_fails_a_check_never_shows(
    world: World, model: LlmServer
) -> None:
    good, bad = sentence(LEAVES, LEAVES), sentence(INVENTED, "300 horses")
    model.scripts = [output(good, bad, sentence(LEAVES, LEAVES), pause=0.1)]
    exchange = await world.discord.send_command("ask", question="When does the night ferry leave Quay C?")
    growing = await exchange.answer(lambda message: being_written(message) and LEAVES in said(message))
    assert Reply(growing, frozenset()).buttons == ["Stop"]
    reply = await replied(world.discord, exchange)
    assert LEAVES in said(reply.message).partition("\n> ")[0]
    assert reply.answered
    assert f"Written by {MODEL}, checked." in reply.text
    assert "Helpful" in reply.buttons
    shown = [request.body for request in world.server.requests if exchange.token in request.path]
    assert not any("horses" in text_of(body) for body in shown if body and "components" in body)


async def test_a_direct_message_is_answered_by_one_message_that_grows(world: World, model: LlmServer) -> None:
    model.scripts = [output(sentence(MASTER, MASTER), pause=0.1)]
    since = len(world.server.requests)
    first = await world.discord.dm("Who is the harbour master of Brindle?")

    def is_complete(request: Any) -> bool:
        return request.route.startswith("/channels/") and "Written by" in text_of(request.body or {})

    last = await world.server.requests.wait_for(is_complete, since=since, within=60)
    assert last.path.endswith(f"/messages/{first.message['id']}") or last.method == "POST"
    assert MASTER in text_of(last.body)


async def test_a_press_stops_a_server_that_hangs_and_what_was_checked_stays(world: World, model: LlmServer) -> None:
    model.scripts = [hanging(written_first(LEAVES))]
    user = world.discord.somebody()
    exchange = await world.discord.send_command("ask", question="When does the ferry leave?", user=user)
    growing = await exchange.answer(lambda message: being_written(message) and LEAVES in said(message))
    pressed = await world.discord.send_press(growing, "Stop", user=user)
    assert await pressed.acknowledged() == DEFERRED_UPDATE
    reply = await replied(world.discord, exchange)
    assert f"Written by {MODEL}, checked." in reply.text


async def test_a_server_that_refuses_leaves_quotations_with_a_quiet_line(world: World, model: LlmServer) -> None:
    model.scripts = [http_error(401)]
    reply = await replied(world.discord, await world.discord.send_command("ask", question="What does a cabin cost?"))
    assert "48 crowns" in reply.text
    assert "-# The language model's server refused the request. These are quotations." in reply.text


async def test_a_picture_goes_along_downscaled(world: World, model: LlmServer) -> None:
    model.scripts = [output(sentence(LEAVES, LEAVES))]
    file = world.server.cdn.hold("quay.png", picture(size=(3_000, 20)))
    exchange = await world.discord.send_command("ask", question="When does this ferry leave Quay C?", picture=file)
    await replied(world.discord, exchange)
    parts = [part for message in model.asked[-1].messages for part in message["content"] if isinstance(part, dict)]
    (sent,) = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    assert sent.startswith("data:image/jpeg;base64,")


async def test_a_summary_is_written_too(world: World, model: LlmServer) -> None:
    model.scripts = [output(sentence(LEAVES, LEAVES))]
    reply = await replied(world.discord, await world.discord.send_command("summary", source="ferry.md"))
    assert "Summary of ferry.md" in reply.text
    assert LEAVES in said(reply.message)
    assert [choice["value"] for choice in await world.discord.complete("summary", source="fer")] == ["ferry.md"]


async def test_status_names_the_model_and_what_is_left(world: World) -> None:
    text = (await world.discord.command("status")).text
    assert f"Language model: {MODEL} (writes answers; every sentence is checked)" in text
    assert "of 5,000,000" in text


async def test_fifty_questions_at_a_server_that_hangs_are_all_answered_and_harm_no_other(
    world: World, model: LlmServer
) -> None:
    """What needs no language model is answered while all of them wait, and each has its quotations in the end."""
    model.otherwise = hanging()
    questions = [f"What does a cabin cost on day {number}?" for number in range(AT_ONCE)]
    exchanges = [await world.discord.send_command("ask", question=question) for question in questions]
    await asyncio.gather(*(exchange.acknowledged() for exchange in exchanges))
    small_talk = await world.discord.ask(SMALL_TALK)
    assert "What I read:" in small_talk.text
    waiting = [exchange for exchange in exchanges if not any(map(is_written, exchange.updates))]
    assert waiting
    replies = await asyncio.gather(*(replied(world.discord, exchange) for exchange in exchanges))
    assert len(replies) == AT_ONCE
    silent = [reply.text for reply in replies if "The language model" not in reply.text]
    assert silent == []
    model.otherwise = output()


async def test_bodies_fit_discords_description_and_none_was_refused(world: World) -> None:
    assert world.unfit_bodies() == []
    assert world.refused() == []
    assert world.unsent == 0


async def test_the_end_is_clean_though_a_server_hangs(world: World, model: LlmServer) -> None:
    """Whoever waits has an answer, and the log holds no question, no person and no key."""
    model.otherwise = hanging()
    exchange = await world.discord.send_command("ask", question="Where does the ferry leave?", guild=LISTED)
    await exchange.acknowledged()
    assert await world.bot.end() == 0
    assert world.secrets_in(world.log) == []
    assert KEY not in world.log
