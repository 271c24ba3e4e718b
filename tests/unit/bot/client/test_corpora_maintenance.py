"""Upkeep of servers' libraries: rebuilt after the shared sources changed, deleted some time after the bot left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.client.corpora_maintenance import CorporaMaintenance
from bot.services.build_queue import BuildQueue
from bot.services.metrics import Metrics
from bot.services.worker import LibraryWorker
from index import Corpora
from index.corpora.quotas import Quotas
from tests.support.corpora_fakes import AMBER, BIRCH, SHARED_TEXT, add, corpora, secret_text

EXPERTS = "How many experts has Scout?"


def upkeep(libraries: Corpora) -> CorporaMaintenance:
    builds = BuildQueue(is_needed=libraries.enabled)
    return CorporaMaintenance(libraries, worker=LibraryWorker(), builds=builds, metrics=Metrics())


async def test_own_libraries_follow_the_shared_sources(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    for server, word in ((AMBER, "Quartzblink"), (BIRCH, "Velvetgong")):
        add(libraries, server, "light.md", secret_text(word, "light"))
    (tmp_path / "seeds" / "a.md").write_text(f"{SHARED_TEXT}\nScout has sixteen experts.\n")
    libraries.shared.reindex()
    assert "sixteen" not in libraries.of(AMBER).ask(EXPERTS).text
    await upkeep(libraries).rebuild_outdated()
    assert "sixteen" in libraries.of(AMBER).ask(EXPERTS).text
    assert "sixteen" in libraries.of(BIRCH).ask(EXPERTS).text
    assert {entry.origin for entry in libraries.journal.audit_entries(2)} == {str(AMBER), str(BIRCH)}


async def test_a_server_that_cannot_be_rebuilt_does_not_hinder_the_others(tmp_path: Path) -> None:
    libraries = corpora(tmp_path, quotas=Quotas(files=5, bytes=100_000, passages=1))
    for server, word in ((AMBER, "Quartzblink"), (BIRCH, "Velvetgong")):
        add(libraries, server, "light.md", secret_text(word, "light"))
    (tmp_path / "servers" / str(AMBER) / "sources" / "bell.md").write_text(secret_text("Loudgong", "bell"))
    (tmp_path / "seeds" / "a.md").write_text(f"{SHARED_TEXT}\nScout has sixteen experts.\n")
    libraries.shared.reindex()
    await upkeep(libraries).rebuild_outdated()
    assert "Quartzblink" in libraries.of(AMBER).ask("What is the light of the harbour called?").text
    assert "sixteen" in libraries.of(BIRCH).ask(EXPERTS).text


async def test_what_a_server_had_goes_when_its_time_is_over(tmp_path: Path) -> None:
    libraries = corpora(tmp_path, grace=timedelta(0))
    add(libraries, AMBER, "light.md", secret_text("Quartzblink", "light"))
    await upkeep(libraries).delete_left()
    assert libraries.folders.servers() == (AMBER,)
    libraries.mark_left(AMBER)
    await upkeep(libraries).delete_left()
    assert libraries.folders.servers() == ()


async def test_with_one_library_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert upkeep(corpora(tmp_path, enabled=False)).start() == []
