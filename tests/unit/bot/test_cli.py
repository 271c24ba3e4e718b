"""The command `footnote`: which program the first argument starts."""

from __future__ import annotations

from pathlib import Path

import pytest

import bot.__main__
from bot import cli


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DISCORD_TOKEN", "INDEX_DIR", "SEEDS_DIR", "STATE_DIR", "FOOTNOTE_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_index_has_the_exit_codes_of_its_command_line(tmp_path, capsys):
    assert cli.main(["index", "status", "--index", str(tmp_path / "none")]) == 0
    assert cli.main(["index", "nonsense"]) == 2
    assert cli.main(["index", "ask", "Why?", "--index", str(tmp_path / "none")]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_help_of_index_names_the_program_as_it_was_started(capsys):
    assert cli.main(["index", "ask", "--help"]) == 0
    assert "Usage: footnote index ask" in capsys.readouterr().out


def test_help_of_footnote_names_all_commands(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    printed = capsys.readouterr().out
    assert end.value.code == 0
    assert printed.startswith("usage: footnote ")
    assert [name for name in cli.COMMANDS if f"footnote {name}" not in printed] == []
    assert "DISCORD_TOKEN" in printed


def test_help_of_the_bot_is_as_it_was(capsys):
    with pytest.raises(SystemExit):
        bot.__main__.main(["--help"])
    printed = capsys.readouterr().out
    assert printed.startswith("usage: python -m bot ")
    assert "footnote " not in printed


def test_unknown_argument_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["nonsense"])
    assert end.value.code == 2
    assert "nonsense" in capsys.readouterr().err


def test_version_is_that_of_the_package(monkeypatch, capsys):
    monkeypatch.setattr(cli, "version", {"footnote": "1.2.3"}.__getitem__)
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == "footnote 1.2.3\n"


def test_ctrl_c_ends_it_cleanly(monkeypatch):
    def interrupted(_words: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(cli.COMMANDS, "index", interrupted)
    assert cli.main(["index"]) == 0
