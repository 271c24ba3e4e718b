"""Errors of all settings: the name, the reason and an example of a right value; misspelt names; broken lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from bot.settings import BotSettings
from index import Settings
from index.setting_errors import WrongSettings, find_typos, read_settings

CLASSES: tuple[type[BaseSettings], ...] = (BotSettings, Settings)
FIELDS = [(settings, name) for settings in CLASSES for name in settings.model_fields]
ANY_TEXT = re.compile("str|path", re.IGNORECASE)
"""Types that take any text."""

REASONS = {
    ("COOLDOWN_SECONDS", "abc"): '"abc" is no number of seconds',
    ("COOLDOWN_SECONDS", "-1"): '"-1" is less than 0',
    ("COOLDOWN_SECONDS", "9000"): '"9000" is more than 3600',
    ("MOST_WAITING", "1.5"): '"1.5" is no whole number',
    ("WATCH_SOURCES", "perhaps"): '"perhaps" is neither true nor false',
    ("MODERATOR_GUILDS", "123,somewhere"): '"somewhere" is no id',
    ("REINDEX_EVERY", "10"): "it should be 0 for never, or at least 60 seconds",
    ("DISCORD_API_URL", "discord.example"): "it is not the address of an API",
    ("DISCORD_TOKEN", "two words"): "it is not a token",
    ("MAX_WRONG", "2"): '"2" is more than 1',
    ("MAX_SOURCE_MB", "0"): '"0" is not more than 0',
    ("KEEP_QUESTIONS_DAYS", "many"): '"many" is no whole number of days',
    ("LLM_BASE_URL", "localhost:8000"): "it is not a web address",
    ("LLM_BASE_URL", "http://user:pass@host/v1"): "a key has no place in the address",
    ("LLM_MODEL", "llama-4-behemoth"): "never released",
    ("LOG_LEVEL", "LOUD"): "it should be DEBUG, INFO, WARNING or ERROR",
}


def field_of(name: str) -> tuple[type[BaseSettings], FieldInfo]:
    return next((s, s.model_fields[name.lower()]) for s in CLASSES if name.lower() in s.model_fields)


def takes_any_text(field: FieldInfo) -> bool:
    return bool(ANY_TEXT.search(str(field.annotation)))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that one starts in, without settings of its own."""
    monkeypatch.chdir(tmp_path)
    for _, name in FIELDS:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


NEEDED = {"shard_ids": {"SHARD_COUNT": "16"}}
"""Settings that go with others alone."""


def error_of(settings: type[BaseSettings], **given: Any) -> str:
    with pytest.raises(WrongSettings) as failed:
        read_settings(settings, **given)
    assert failed.value.exit_code == 2
    return str(failed.value)


@pytest.mark.parametrize(("settings", "name"), FIELDS, ids=[name for _, name in FIELDS])
def test_every_setting_has_an_example_that_can_be_used(
    monkeypatch: pytest.MonkeyPatch, settings: type[BaseSettings], name: str
) -> None:
    (example,) = settings.model_fields[name].examples or [None]
    assert example, f"{name} has no example"
    if name == "discord_token":
        example = example.replace(" ", "-")
    monkeypatch.setenv(name.upper(), str(example))
    for other, value in NEEDED.get(name, {}).items():
        monkeypatch.setenv(other, value)
    read_settings(settings)


@pytest.mark.parametrize(
    ("settings", "name"), [(s, name) for s, name in FIELDS if not takes_any_text(s.model_fields[name])]
)
def test_error_of_every_setting_has_its_name_a_reason_and_an_example(
    monkeypatch: pytest.MonkeyPatch, settings: type[BaseSettings], name: str
) -> None:
    monkeypatch.setenv(name.upper(), "no such value")
    message = error_of(settings)
    (example,) = settings.model_fields[name].examples or [None]
    assert message.startswith(f"{name.upper()} can't be used: \"")
    assert message.endswith(f"; write for example {name.upper()}={example}")
    assert not any(word in message for word in ("Input", "pydantic", "input_", "valid "))


@pytest.mark.parametrize(("name", "value"), list(REASONS))
def test_reason_is_in_plain_words(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    settings, field = field_of(name)
    message = error_of(settings)
    assert REASONS[name, value] in message
    assert message.endswith(f"{name}={(field.examples or [''])[0]}")


@pytest.mark.parametrize("name", ["DISCORD_TOKEN", "DISCORD_API_URL", "LLM_BASE_URL"])
def test_value_that_may_be_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "ftp://me:hunter2@\t{x}")
    assert "hunter2" not in error_of(field_of(name)[0])


def test_long_value_is_not_shown_as_it_may_be_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOLDOWN_SECONDS", "MTEw" * 20)
    assert "MTEw" not in error_of(BotSettings)


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOLDOWN_SECONDS", "soon")
    monkeypatch.setenv("MOST_WAITING", "all")
    message = error_of(BotSettings)
    assert "COOLDOWN_SECONDS can't" in message
    assert "MOST_WAITING can't" in message


def test_misspelt_setting_in_the_file_is_pointed_out(folder: Path) -> None:
    (folder / ".env").write_text("COOLDOWN_SECOND=3\nlog_level=INFO\nEDITOR=vi\nDATABASE_URL=x\nSEED_DIR=a\n", "utf-8")
    assert find_typos(CLASSES) == [
        "COOLDOWN_SECOND is no setting; do you mean COOLDOWN_SECONDS?",
        "SEED_DIR is no setting; do you mean SEEDS_DIR?",
    ]


def test_misspelt_setting_in_the_homes_file_is_pointed_out(folder: Path) -> None:
    (folder / "home").mkdir()
    (folder / "home" / ".env").write_text("LOG_LEVL=INFO\n", "utf-8")
    assert find_typos(CLASSES, folder / "home") == ["LOG_LEVL is no setting; do you mean LOG_LEVEL?"]


def test_without_a_file_no_setting_is_misspelt() -> None:
    assert find_typos(CLASSES) == []


@pytest.mark.parametrize("line", ["COOLDOWN SECONDS 3", "DISCORD_TOKEN", "LLM_API_KEY='hunter2"])
def test_broken_line_is_named_by_its_number_and_not_shown(folder: Path, line: str) -> None:
    (folder / ".env").write_text(f"# settings\nLOG_LEVEL=INFO\n{line}\n", "utf-8")
    message = error_of(Settings)
    assert "line 3 is no setting: write it like COOLDOWN_SECONDS=3" in message
    assert line not in message


def test_broken_line_in_the_homes_file_is_named_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "home").mkdir()
    (folder / "home" / ".env").write_text("what is this\n", "utf-8")
    monkeypatch.setenv("FOOTNOTE_HOME", str(folder / "home"))
    assert "line 1 is no setting" in error_of(Settings)


def test_file_that_is_not_utf_8_is_said_to_be_so(folder: Path) -> None:
    (folder / ".env").write_bytes(b"DISCORD_TOKEN=\xff\xfe")
    assert "it is not UTF-8: save it as UTF-8" in error_of(Settings)
