"""`python -m bot` as a process: help, errors of settings, an unreachable API."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import BotSettings
from index import Settings
from tests.e2e.bot_process import environment
from tests.support.discord.server import TOKEN
from tests.support.site import closed_port


def start(folder: Path, *arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """`python -m bot`, which ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_help_names_every_setting(tmp_path: Path) -> None:
    ended = start(tmp_path, "--help")
    assert ended.returncode == 0
    for name, field in (BotSettings.model_fields | Settings.model_fields).items():
        assert (f"  {name.upper()} " in ended.stdout) != bool(field.deprecated)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("MODERATOR_GUILDS", "123,somewhere"),
        ("MODERATOR_ROLES", "boss"),
        ("COOLDOWN_SECONDS", "-1"),
        ("DISCORD_API_URL", "discord.example"),
        ("DISCORD_TOKEN", "two words"),
        ("LOG_LEVEL", "LOUD"),
        ("KEEP_SNAPSHOTS", "none"),
    ],
)
def test_setting_that_cannot_be_used_is_named_in_one_sentence_with_an_example(
    tmp_path: Path, setting: str, value: str
) -> None:
    ended = start(tmp_path, **{setting: value})
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith(f"{setting} can't be used: ")
    assert f"; write for example {setting}=" in ended.stderr
    assert ended.stdout == ""


def test_a_settings_file_that_is_not_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"DISCORD_TOKEN=\xff\xfe")
    ended = start(tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "settings" in ended.stderr


def test_an_api_that_cannot_be_reached_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    ended = start(tmp_path, DISCORD_TOKEN=TOKEN, DISCORD_API_URL=f"http://127.0.0.1:{closed_port()}/api/v10")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Discord could not be reached")
    assert ended.stderr.count("\n") == 1


def test_discords_own_debug_lines_which_hold_messages_and_tokens_are_never_logged(tmp_path: Path) -> None:
    script = (
        "import logging; from bot.logs import log_to_stderr; log_to_stderr('debug'); "
        "print([logging.getLogger(name).isEnabledFor(logging.DEBUG) for name in "
        "('bot.client.bot', 'discord.http', 'discord.gateway', 'discord.webhook.async_')])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[True, False, False, False]"
