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


def test_shards_are_named_by_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARD_COUNT", "16")
    monkeypatch.setenv("SHARD_IDS", "0-3,8")
    assert BotSettings(_env_file=None).shards == ShardRange(16, (0, 1, 2, 3, 8))


@pytest.mark.parametrize(
    ("count", "ids", "says"),
    [
        ("", "0-3", "SHARD_IDS.*it needs SHARD_COUNT"),
        ("4", "2-4", "SHARD_IDS.*SHARD_COUNT=4 has the shards 0 to 3"),
        ("4", "two", "SHARD_IDS.*such as 0-3,8"),
        ("0", "", "SHARD_COUNT.*less than 1"),
        ("many", "0", "SHARD_COUNT"),
    ],
)
def test_unusable_shards_are_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, count: str, ids: str, says: str
) -> None:
    monkeypatch.setenv("SHARD_COUNT", count)
    monkeypatch.setenv("SHARD_IDS", ids)
    with pytest.raises(WrongSettings, match=says):
        read_settings(BotSettings)
