"""The bot's settings."""

from __future__ import annotations

import pytest

from bot.settings import BotSettings
from bot.shards import ShardRange
from index.setting_errors import WrongSettings, read_settings
from tests.support.discord.server import TOKEN


def test_lists_of_ids_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODERATOR_GUILDS", "123, 456 ,789,")
    assert BotSettings(_env_file=None).moderator_guilds == {123, 456, 789}


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_token_is_none(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", blank)
    assert BotSettings(_env_file=None).discord_token is None


def test_settings_never_show_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    assert TOKEN not in repr(BotSettings(_env_file=None))


def test_count_of_shards_is_left_to_discord_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert BotSettings(_env_file=None).shards == ShardRange()
    monkeypatch.setenv("SHARD_COUNT", "16")
    assert BotSettings(_env_file=None).shards == ShardRange(16)
    monkeypatch.setenv("SHARD_COUNT", "0")
    with pytest.raises(WrongSettings, match=r"SHARD_COUNT.*less than 1"):
        read_settings(BotSettings)
