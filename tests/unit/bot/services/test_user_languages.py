"""Users' languages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.services import user_languages
from bot.services.notices import Notices
from bot.services.user_languages import UserLanguages
from bot.services.worker import LibraryWorker
from bot.text.i18n import gettext
from tests.support.coordination_fakes import FakeCoordinator
from tests.support.waiting import eventually


class Interaction(discord.Interaction[Any]):
    """An interaction of a user in a language."""

    def __init__(self, user: int, locale: discord.Locale) -> None:
        self.user = SimpleNamespace(id=user)  # type: ignore[assignment]
        self.locale = locale


def message(user: int) -> Any:
    return SimpleNamespace(author=SimpleNamespace(id=user), guild=None)


def speaks_german() -> bool:
    return gettext("Nothing changed.") != "Nothing changed."


async def test_messages_are_answered_in_the_language_of_the_last_interaction() -> None:
    languages = UserLanguages()
    languages.activate(message(1))
    assert not speaks_german()
    languages.activate(Interaction(1, discord.Locale.german))
    languages.activate(message(2))
    assert not speaks_german()
    languages.activate(message(1))
    assert speaks_german()


async def test_other_processes_follow_and_no_id_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_languages, "GATHER_SECONDS", 0.01)
    coordinator, worker, told = FakeCoordinator(), LibraryWorker(), []
    here, there = (Notices(coordinator, worker, "bot") for _ in range(2))
    languages, others = UserLanguages(here), UserLanguages(there)
    there.begin()
    coordinator.listen("languages-bot", told.append)
    for user in range(123_456_789, 123_456_789 + 200):
        languages.activate(Interaction(user, discord.Locale.german))
    await eventually(lambda: len(told) == 2)
    assert "123456" not in "".join(told)

    def follows() -> bool:
        others.activate(message(123_456_789))
        return speaks_german()

    await eventually(follows)
