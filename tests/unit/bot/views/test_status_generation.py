"""The language model in /status: its name, whether it rests, and what is left of today's budgets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.views.status import status_message
from index.domain.generation import GenerationStatus, TokenBudget
from tests.support.harmless import EVIL, blocks, check_harmless
from tests.support.makers import make_status

NO_LIMIT = TokenBudget(0, 900)


def head(**changes: Any) -> list[str]:
    values: dict[str, Any] = {"model": "llama-4-scout", "day": NO_LIMIT}
    return blocks(status_message(make_status(), GenerationStatus(**(values | changes))))[0].split("\n")


def test_without_a_language_model_there_is_no_word_of_one() -> None:
    assert "anguage" not in "".join(blocks(status_message(make_status())))


def test_a_model_is_named_and_without_limits_no_figure_is() -> None:
    assert "Language model: llama-4-scout (writes answers; every sentence is checked)" in head()
    assert not any("Tokens" in line for line in head())


def test_a_model_that_rests_says_until_when() -> None:
    until = datetime(2025, 4, 5, 12, 0, tzinfo=UTC)
    line = f"Language model: llama-4-scout (rests after several faults; asked again <t:{int(until.timestamp())}:R>)"
    assert line in head(paused_until=until)


def test_of_each_budget_what_is_left_is_said() -> None:
    budgets = {"day": TokenBudget(90_000, 30_000), "server": TokenBudget(500, 900), "user": TokenBudget(70, 0)}
    assert "Tokens left today: 60,000 of 90,000, 0 of 500 in this server, 70 of 70 for you" in head(**budgets)
    assert "Tokens left today: 70 of 70 for you" in head(user=TokenBudget(70, 0), server=NO_LIMIT)


def test_a_models_name_is_harmless() -> None:
    check_harmless(status_message(make_status(), GenerationStatus(EVIL * 9, NO_LIMIT)))
    check_harmless(status_message(make_status(snapshot=None), GenerationStatus("", NO_LIMIT)))
