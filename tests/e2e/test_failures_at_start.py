"""Failures at the start: each is the sentence and the exit code that docs/troubleshooting.md lists."""

from __future__ import annotations

import errno
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.client.lifecycle import CannotServe, _connect
from bot.client.state_lock import holding_state
from index import LibraryError
from index.domain.errors import ClusterFault, JournalUnavailable, StoreUnavailable
from index.domain.sources import SourceFile
from index.indexing.ray_cluster import RayCluster
from index.journal.journal import Journal
from index.retrieval.postgres_tables import PostgresTables
from index.storage.failures import explain_write_errors
from tests.e2e.bot_process import environment
from tests.support.article import ARTICLE
from tests.support.discord.server import TOKEN
from tests.support.fake_ray_driver import fake_driver
from tests.support.paths import ROOT
from tests.support.site import closed_port

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
SECTION = PAGE.partition("## Failures at the start")[2].partition("\n## ")[0]
LINES = [line.strip("|").split("|") for line in SECTION.splitlines() if line.startswith("| `")]
ROWS = [[cell.strip() for cell in line] for line in LINES]
CODES = {row[0].strip("`"): row[3].partition(";")[0] for row in ROWS}


def run_bot(folder: Path, settings: dict[str, object]) -> subprocess.CompletedProcess[str]:
    places = {"SEEDS_DIR": "seeds", "INDEX_DIR": "index", "STATE_DIR": "state", "JOURNAL_FILE": "journal.sqlite3"}
    return subprocess.run(
        [sys.executable, "-m", "bot"],
        cwd=folder,
        env=environment(**{**places, **settings}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def seeds(folder: Path) -> None:
    (folder / "seeds").mkdir()
    shutil.copy(ARTICLE, folder / "seeds")


def no_sources(folder: Path) -> dict[str, object]:
    return {}


def unreadable_sources(folder: Path) -> dict[str, object]:
    (folder / "seeds").mkdir()
    (folder / "seeds" / "a.pdf").write_bytes(b"no PDF at all")
    return {}


def index_that_is_a_file(folder: Path) -> dict[str, object]:
    seeds(folder)
    (folder / "index").write_text("a file", "utf-8")
    return {}


def damaged_pointer(folder: Path) -> dict[str, object]:
    seeds(folder)
    (folder / "index").mkdir()
    (folder / "index" / "LIVE").write_bytes(b"\xff\x00")
    return {}


def missing_model(folder: Path) -> dict[str, object]:
    seeds(folder)
    return {"EMBEDDING_MODEL": folder / "no-model"}


def broken_line(folder: Path) -> dict[str, object]:
    (folder / ".env").write_text("what is this\n", "utf-8")
    return {}


def malformed_address(folder: Path) -> dict[str, object]:
    return {"LLM_BASE_URL": "localhost:8000"}


def no_network(folder: Path) -> dict[str, object]:
    return {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": f"http://127.0.0.1:{closed_port()}/api/v10"}


def no_name(folder: Path) -> dict[str, object]:
    return {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": "http://discord.invalid/api/v10"}


def pages(folder: Path) -> dict[str, object]:
    return no_network(folder) | {"HTTP_PORT": 0, "PUBLIC_URL": "http://localhost"}


def damaged_secret(folder: Path) -> dict[str, object]:
    (folder / "state").mkdir()
    (folder / "state" / "web_secret").write_text("short")
    return pages(folder)


def secret_that_is_a_folder(folder: Path) -> dict[str, object]:
    (folder / "secret").mkdir()
    (folder / "secret" / "web_secret").mkdir()
    return pages(folder) | {"STATE_DIR": "secret"}


PROCESSES: dict[str, Callable[[Path], dict[str, object]]] = {
    "There is no folder of sources": no_sources,
    "Not one source holds a passage": unreadable_sources,
    "The index can't be written to its folder": index_that_is_a_file,
    "The pointer to the live snapshot, LIVE, is damaged": damaged_pointer,
    "The embedding model": missing_model,
    "is no setting: write it like": broken_line,
    "can't be used:": malformed_address,
    "holds no secret": damaged_secret,
    "set WEB_SECRET, or STATE_DIR": secret_that_is_a_folder,
    "Discord could not be reached": no_network,
    "The name of Discord's server can't be resolved": no_name,
}


@pytest.mark.parametrize("sentence", list(PROCESSES))
def test_failure_ends_the_program_with_its_sentence_and_code(sentence: str, tmp_path: Path) -> None:
    ended = run_bot(tmp_path, PROCESSES[sentence](tmp_path))
    assert sentence in ended.stderr, ended.stderr
    assert str(ended.returncode) == CODES[sentence], ended.stderr
    assert "Traceback" not in ended.stderr


def test_port_in_use_ends_the_bot(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run_bot(tmp_path, no_network(tmp_path) | {"HTTP_PORT": taken.getsockname()[1]})
    assert "The web server cannot listen" in ended.stderr
    assert str(ended.returncode) == CODES["The web server cannot listen"]
    assert "Traceback" not in ended.stderr


class RefusedClient:
    """A client whose login raises an error."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self.ws = None

    async def login(self, token: str) -> None:
        raise self._error


def closed(code: int) -> discord.ConnectionClosed:
    socket: Any = SimpleNamespace(close_code=code)
    return discord.ConnectionClosed(socket, shard_id=None)


REFUSALS: dict[str, Exception] = {
    "Discord did not accept DISCORD_TOKEN": discord.LoginFailure("Improper token"),
    "Discord refuses the bot's intents": discord.PrivilegedIntentsRequired(None),
    "Discord has a failure of its own": discord.DiscordServerError(
        SimpleNamespace(status=503, reason="Unavailable"),  # type: ignore[arg-type]
        "",
    ),
    "Discord closed the connection for good": closed(4012),
    "Discord could not be reached": aiohttp.ClientConnectionError(),
}


@pytest.mark.parametrize("sentence", list(REFUSALS))
async def test_refusal_by_discord_has_its_sentence_and_code(sentence: str) -> None:
    client: Any = RefusedClient(REFUSALS[sentence])
    with pytest.raises(CannotServe) as failed:
        await _connect(client, TOKEN)
    assert str(failed.value).startswith(sentence)
    assert str(failed.value.exit_code) == CODES[sentence]


def test_second_bot_with_the_same_token_and_state_is_refused(tmp_path: Path) -> None:
    with holding_state(tmp_path, TOKEN):
        with holding_state(tmp_path, "another"):
            pass
        with pytest.raises(LibraryError) as failed, holding_state(tmp_path, TOKEN):
            pass
    assert "runs already on this STATE_DIR" in str(failed.value)
    assert str(failed.value.exit_code) == CODES["runs already on this STATE_DIR"]
    with holding_state(tmp_path, TOKEN):
        pass


def test_full_disk_has_the_sentence_of_an_index_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(LibraryError) as failed, explain_write_errors(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "vectors"))
    assert str(failed.value).startswith("The index can't be written to its folder, the disk is full: make room there")
    assert str(failed.value.exit_code) == CODES["The index can't be written to its folder"]


def test_damaged_journal_is_told_with_its_remedy(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    file.write_bytes(b"no database, but long enough to look like one" * 100)
    with pytest.raises(JournalUnavailable, match="is no database"):
        Journal(file).purge()
    assert CODES["is no database"] == "stays up"


def test_journal_of_a_newer_program_is_told_with_its_remedy(tmp_path: Path) -> None:
    file = tmp_path / "journal.sqlite3"
    Journal(file).purge()
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA user_version = 9999")
    with pytest.raises(JournalUnavailable, match=r"of version 9999.*update the program"):
        Journal(file).purge()
    assert CODES["of version"] == "stays up"


def test_search_server_that_is_away_is_told_with_its_remedy(tmp_path: Path) -> None:
    tables = PostgresTables(f"postgresql://127.0.0.1:{closed_port()}/nowhere", owner_file=tmp_path / "owner")
    with pytest.raises(StoreUnavailable, match="The search server cannot be reached just now: ask again"):
        tables.fetch([("SELECT 1", ())])
    assert CODES["The search server cannot be reached"] == "stays up"


def test_ray_cluster_that_is_away_is_told_with_its_remedy() -> None:
    cluster = RayCluster("auto", least_bytes=0, driver=fake_driver("unreachable"))
    page = SourceFile("page.html", b"<p>Bread is made of flour.</p>")
    with (
        pytest.raises(ClusterFault, match="The Ray cluster can't be reached") as away,
        cluster.parse([page], 60) as parsed,
    ):
        parsed(page, lambda: None)
    assert str(away.value.exit_code) == CODES["The Ray cluster can't be reached"]


def test_each_row_of_the_table_is_tested() -> None:
    others = {
        "The web server cannot listen",
        "runs already on this STATE_DIR",
        "is no database",
        "of version",
        "The Ray cluster can't be reached",
        "The search server cannot be reached",
    }
    assert set(CODES) == {*PROCESSES, *REFUSALS, *others}
