"""Two hundred people ask five hundred questions within ten seconds, by all ways there are."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.bench.load import WITHIN_S
from tests.e2e.talking import STATIONS, STAY, Talk, talk
from tests.e2e.world import NO_LIMITS, World, built, opened_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTIONS, USERS = 500, 200
TOLD_TO_WAIT = "one at a time, please"
ASTRAY = 0.05
"""Most answers that may be of another thing alone."""
SILENT = "The sources don't say."
IN_CONTEXT = 0.8
"""Least share of follow-ups that are read after the question before, and not alone."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("load")
    async with opened_world(built(folder, {"stations.md": STATIONS}) | NO_LIMITS, folder) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talked(world: World) -> Talk:
    conversations = await talk(world.discord, QUESTIONS, users=USERS, within_s=WITHIN_S)
    print(conversations)  # noqa: T201 - shown with -s, or if a test fails
    return conversations


async def test_every_question_has_a_reply(talked: Talk) -> None:
    assert len(talked.at_once) == QUESTIONS
    assert talked.lost == []


async def test_everybody_is_answered_and_refused_only_while_their_last_question_waits(talked: Talk) -> None:
    refused = [turn for turn in talked.turns if turn.reply is not None and turn.refused]
    # A follow-up is read alone if the question before it was put off: then the sources do not say.
    others = [turn for turn in refused if not (turn.follows and SILENT in turn.reply.text)]
    assert [turn.reply.text for turn in others if TOLD_TO_WAIT not in turn.reply.text] == []
    assert [turn for turn in talked.turns if not (turn.answered or turn.refused)] == []
    assert len({turn.number for turn in talked.turns if turn.answered}) == USERS
    assert len({turn.number for turn in talked.follow_ups if turn.answered}) >= USERS // STAY


async def test_nobodys_conversation_is_mixed_with_another(talked: Talk) -> None:
    """The reader takes one thing for another now and then; that no question was read after another's is the rule."""
    assert [turn for turn in talked.turns if turn.mixed] == []
    answered = [turn for turn in talked.turns if turn.answered]
    assert sum(turn.astray for turn in answered) <= ASTRAY * len(answered)
    follow_ups = [turn for turn in answered if turn.follows]
    assert sum(turn.in_context for turn in follow_ups) >= IN_CONTEXT * len(follow_ups)


async def test_log_counts_no_reply_that_was_not_sent(world: World, talked: Talk) -> None:
    assert world.unsent == 0
    assert world.refused() == []
    assert set().union(*world.server.state.notified.values()) == set()


async def test_bodies_sent_fit_discords_description(world: World, talked: Talk) -> None:
    assert world.unfit_bodies(every=20) == []


async def test_votes_are_all_counted(world: World, talked: Talk) -> None:
    assert world.rows("SELECT count(*), sum(helpful) FROM votes") == [(USERS // 2, USERS // 2)]


async def test_logs_hold_no_question_no_person_and_no_token(world: World, talked: Talk) -> None:
    assert await world.bot.end() == 0
    assert world.secrets_in(world.log) == []
