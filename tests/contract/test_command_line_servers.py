"""`footnote index servers`: what servers have, its export and its deletion."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.support.command_line import Cli

SERVER = "123456789012345678"
TEXT = "# Harbour\n\nThe light of the harbour is called Quartzblink.\n"


@pytest.fixture
def served(built: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """An index, and a server with a file of its own that is not indexed yet."""
    monkeypatch.setenv("SERVER_SOURCES", "true")
    sources = built.folder / "data" / "servers" / SERVER / "sources"
    sources.mkdir(parents=True)
    (sources / "light.md").write_text(TEXT, "utf-8")
    return built


def test_servers_are_listed_with_what_they_have(served: Cli) -> None:
    (row,) = served("servers", "list", "--json").lines
    size = len(TEXT.encode())
    assert row == {"servers": [{"id": SERVER, "files": 1, "bytes": size, "passages": 0, "left": None}]}
    assert f"{SERVER}: 1 files" in served("servers", "list").out


def test_an_index_of_a_server_is_built_of_shared_and_own_sources(served: Cli) -> None:
    ended = served("servers", "reindex", SERVER, "--json")
    assert ended.code == 0, ended.err
    assert served("servers", "list", "--json").lines[0]["servers"][0]["passages"] == 1


def test_an_export_holds_all_files_in_one_archive(served: Cli, tmp_path: Path) -> None:
    assert served("servers", "export", SERVER, "--to", tmp_path / "out").code == 0
    with zipfile.ZipFile(tmp_path / "out" / f"server-{SERVER}.zip") as archive:
        assert archive.read("sources/light.md").decode() == TEXT


def test_a_deletion_leaves_nothing_of_the_server(served: Cli) -> None:
    assert served("servers", "delete", SERVER, "--yes").code == 0
    assert not (served.folder / "data" / "servers" / SERVER).exists()
    assert served("servers", "list").out == "No server has sources of its own.\n"


def test_without_the_setting_the_commands_name_it(built: Cli) -> None:
    ended = built("servers", "list")
    assert ended.code == 1
    assert "SERVER_SOURCES is off" in ended.err


@pytest.mark.parametrize("server", ["0", "-1", "../1", "1" * 21])
def test_what_is_no_id_of_a_server_is_wrong_usage(served: Cli, server: str) -> None:
    assert served("servers", "delete", "--yes", "--", server).code == 2
