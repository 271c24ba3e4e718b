"""`footnote backup` and `footnote restore`: output, exit codes, and what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import cli as footnote
from tests.support.command_line import Cli, python

KEYS = ["program", "created", "live", "snapshots", "questions", "sources", "fetched", "servers", "left_out"]


@pytest.fixture
def backup(built: Cli) -> Path:
    file = built.folder.parent / f"{built.folder.name}.zip"
    assert built("backup", file).code == 0
    return file


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_backup_prints_what_it_holds(built, tmp_path):
    ended = built("backup", tmp_path / "b.zip", "--json")
    (row,) = ended.lines
    assert list(row) == ["file", "bytes", *KEYS]
    assert row["program"].startswith("footnote")
    assert (row["sources"], row["snapshots"], row["left_out"]) == (1, [row["live"]], [])
    assert "questions: 0" in built("backup", tmp_path / "b.zip").out


def test_restored_folder_answers_the_same(cli, backup, elsewhere):
    before = cli("status", "--index", cli.folder / "data" / "index", "--seeds", cli.folder / "seeds", "--json").lines
    ended = cli("restore", backup, "--json")
    assert (ended.code, list(ended.lines[0])) == (0, [*KEYS, "kept", "not_restored", "mismatch"])
    after = cli("status", "--verify", "--json").lines
    assert after[0]["snapshot"] == before[0]["snapshot"]


def test_restore_refuses_then_replaces(cli):
    assert python("reindex", folder=cli.folder).code == python("backup", "../b.zip", folder=cli.folder).code == 0
    refused = python("restore", "../b.zip", folder=cli.folder)
    assert (refused.code, refused.out) == (2, "")
    assert "--replace" in refused.err
    ended = python("restore", "../b.zip", "--replace", folder=cli.folder)
    assert ended.code == 0
    assert ".before-restore-" in ended.out
    assert python("status", "--verify", folder=cli.folder).code == 0


def test_check_reads_all_and_writes_nothing(cli, backup, elsewhere):
    ended = cli("restore", backup, "--check")
    assert (ended.code, list(elsewhere.iterdir())) == (0, [])
    assert "whole" in ended.out
    backup.write_bytes(backup.read_bytes()[:-100])
    assert cli("restore", backup, "--check").code == 2


def test_wrong_use_says_what_to_do(cli, tmp_path):
    assert (cli("restore", tmp_path / "none.zip").code, cli("backup").code) == (2, 2)
    (tmp_path / "text.zip").write_text("text", "utf-8")
    ended = cli("restore", "text.zip")
    assert (ended.code, ended.out) == (2, "")
    assert "no backup" in ended.err
    assert cli("backup", "seeds/b.zip").code == 2


def test_nothing_to_back_up_is_no_index(cli, elsewhere):
    ended = cli("backup", "../b.zip")
    assert ended.code == 3
    assert "reindex" in ended.err


def test_footnote_takes_the_files_of_the_bot_along(built, elsewhere, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(built.folder)
    (built.folder / "data" / "commands.json").write_text("{}", "utf-8")
    (built.folder / ".env").write_text("LLM_API_KEY=never-shown\n", "utf-8")
    assert footnote.main(["backup", str(tmp_path / "b.zip"), "--json"]) == 0
    printed = capsys.readouterr().out
    assert any(".env" in reason for reason in json.loads(printed)["left_out"])
    assert "never-shown" not in printed
    monkeypatch.chdir(elsewhere)
    assert footnote.main(["restore", str(tmp_path / "b.zip")]) == 0
    assert (elsewhere / "data" / "commands.json").read_text("utf-8") == "{}"
    assert not (elsewhere / ".env").exists()


def test_footnote_home_is_restored_into_another(tmp_path, monkeypatch, capsys):
    """A home that was never used is empty: no source is put there first."""
    (tmp_path / "old" / "seeds").mkdir(parents=True)
    (tmp_path / "old" / "seeds" / "a.md").write_text("Bread.\n", "utf-8")
    (tmp_path / "old" / ".env").write_text("LLM_MODEL=x\n", "utf-8")
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "old"))
    assert footnote.main(["backup", str(tmp_path / "b.zip"), "--with-secrets"]) == 0
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "new"))
    assert footnote.main(["restore", str(tmp_path / "b.zip")]) == 0
    names = sorted(path.relative_to(tmp_path / "new").as_posix() for path in (tmp_path / "new").rglob("*"))
    assert names == [".env", "seeds", "seeds/a.md"]


def test_footnote_backup_has_the_help_of_a_command(capsys):
    assert footnote.main(["backup", "--help"]) == 0
    assert "Usage: footnote backup" in capsys.readouterr().out
