"""The libraries of servers: which answers where, what is kept in memory, and what is deleted."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.corpora.quotas import Quotas
from index.domain.activity import EVERYWHERE, Scope
from index.domain.errors import LibraryError, NoSuchSnapshot, QuotaExceeded
from tests.support.corpora_fakes import AMBER, BIRCH, QUOTAS, SHARED_TEXT, add, corpora, secret_text
from tests.support.index_fakes import WordEmbedder

LIGHT = "What is the light of the harbour called?"
WINDOW = "What is the context window of Scout?"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


class CountingEmbedder(WordEmbedder):
    """Counts what it embeds."""

    texts = 0

    def windows(self, texts, progress=None, **options):  # type: ignore[no-untyped-def]
        texts = list(texts)
        type(self).texts += len(texts)
        return super().windows(texts, progress, **options)


def test_a_server_without_sources_answers_from_the_shared_library(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    answer = libraries.of(AMBER).ask(WINDOW)
    assert (answer.abstained, answer.snapshot) == (False, libraries.shared.ask(WINDOW).snapshot)
    assert not (tmp_path / "servers").exists()


def test_own_sources_are_read_in_their_server_alone(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    add(libraries, AMBER, "light.md", secret_text("Quartzblink", "light"))
    assert "Quartzblink" in libraries.of(AMBER).ask(LIGHT).text
    for other in (libraries.of(BIRCH), libraries.of(None), libraries.shared):
        assert "Quartzblink" not in repr(other.ask(LIGHT))


def test_an_own_library_holds_the_shared_sources_too(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    add(libraries, AMBER, "light.md", secret_text("Quartzblink", "light"))
    assert libraries.of(AMBER).source_names() == ("a.md", "light.md")
    assert not libraries.of(AMBER).ask(WINDOW).abstained


def test_an_own_file_takes_the_place_of_a_shared_one_of_its_name(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    add(libraries, AMBER, "a.md", secret_text("Quartzblink", "light"))
    assert libraries.of(AMBER).ask(WINDOW).abstained
    assert not libraries.of(BIRCH).ask(WINDOW).abstained


def test_without_the_setting_there_is_one_library_for_all(tmp_path: Path) -> None:
    libraries = corpora(tmp_path, enabled=False)
    assert libraries.of(AMBER) is libraries.of(None) is libraries.shared
    assert libraries.owner(AMBER) is None


def test_a_first_build_embeds_only_what_is_its_own(tmp_path: Path) -> None:
    libraries = corpora(tmp_path, embedder=CountingEmbedder)
    CountingEmbedder.texts = 0
    add(libraries, AMBER, "light.md", secret_text("Quartzblink", "light"))
    assert CountingEmbedder.texts == 1


def test_a_server_without_own_sources_builds_nothing(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    with pytest.raises(LibraryError, match="no sources of its own"):
        libraries.of(AMBER).reindex()
    assert not libraries.has_own(AMBER)


def test_the_shared_versions_cannot_be_rolled_back_from_a_server(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    (shared,) = libraries.shared.snapshots()
    with pytest.raises(LibraryError, match="shared sources"):
        libraries.of(AMBER).rollback(shared.id)


def test_a_snapshot_of_another_server_is_unknown(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    add(libraries, AMBER, "light.md", secret_text("Quartzblink", "light"))
    add(libraries, BIRCH, "b.md", secret_text("Velvetgong", "bell"))
    live = libraries.of(AMBER).status().snapshot
    assert live
    with pytest.raises(NoSuchSnapshot):
        libraries.of(BIRCH).rollback(live.id)
    with pytest.raises(LibraryError):
        libraries.of(BIRCH).diff(live.id, live.id)
    assert libraries.of(BIRCH).viewer.evidence(live.id, "light.md") is None


def test_more_passages_than_allowed_are_not_made_live(tmp_path: Path) -> None:
    libraries = corpora(tmp_path, quotas=Quotas(files=5, bytes=100_000, passages=1))
    text = "".join(secret_text(f"Quartz{n}", "light") for n in range(5))
    with pytest.raises(QuotaExceeded, match="have 5 passages, and it may have 1"):
        add(libraries, AMBER, "light.md", text)
    assert not libraries.has_own(AMBER)
    assert libraries.of(AMBER).ask(LIGHT).abstained


def test_more_passages_than_allowed_are_not_embedded_and_leave_nothing(tmp_path: Path) -> None:
    """Else a server could fill the disk with vectors of builds that are refused."""
    libraries = corpora(tmp_path, quotas=Quotas(files=5, bytes=100_000, passages=1), embedder=CountingEmbedder)
    add(libraries, AMBER, "light.md", secret_text("Quartzblink", "light"))
    CountingEmbedder.texts = 0
    for number in range(2):
        with pytest.raises(QuotaExceeded):
            add(libraries, AMBER, f"bell{number}.md", secret_text(f"Velvetgong{number}", "bell"))
    assert CountingEmbedder.texts == 0
    assert not list((tmp_path / "servers").rglob("unfinished/*"))


def test_the_old_index_serves_on_after_a_build_with_too_many_passages(tmp_path: Path) -> None:
    libraries = corpora(tmp_path, quotas=Quotas(files=5, bytes=100_000, passages=1))
    add(libraries, AMBER, "light.md", secret_text("Quartzblink", "light"))
    with pytest.raises(QuotaExceeded):
        add(libraries, AMBER, "bell.md", secret_text("Velvetgong", "bell"))
    assert "Quartzblink" in libraries.of(AMBER).ask(LIGHT).text


def test_libraries_that_were_not_asked_for_long_leave_memory(tmp_path: Path) -> None:
    libraries = corpora(tmp_path, most_loaded=2)
    servers = [AMBER + number for number in range(4)]
    for server in servers:
        add(libraries, server, "light.md", secret_text(f"Quartz{server}", "light"))
    for server in servers:
        assert f"Quartz{server}" in libraries.of(server).ask(LIGHT).text
    kept = [server for server in servers if libraries._entries.get(server)]
    assert servers[-1] in kept
    assert len(kept) <= 3


def test_libraries_of_which_only_pages_were_shown_leave_memory_too(tmp_path: Path) -> None:
    """Each holds files open, of which a process may have a thousand."""
    servers = [AMBER + number for number in range(5)]
    for server in servers:
        add(corpora(tmp_path), server, "light.md", secret_text(f"Quartz{server}", "light"))
    libraries = corpora(tmp_path, most_loaded=2)
    for server in servers:
        assert libraries.of(server).viewer.titles()[1]
    assert [server for server in servers if libraries._entries.get(server)] == servers[-3:]


def test_a_change_of_the_shared_sources_makes_own_libraries_outdated_once(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    add(libraries, AMBER, "light.md", secret_text("Quartzblink", "light"))
    assert libraries.outdated() == ()
    (tmp_path / "seeds" / "a.md").write_text(SHARED_TEXT + "\nScout has sixteen experts.\n")
    libraries.shared.reindex()
    assert libraries.outdated() == (AMBER,)
    assert libraries.outdated() == ()
    libraries.of(AMBER).reindex()
    assert not libraries.of(AMBER).ask("How many experts has Scout?").abstained


def test_what_a_server_had_is_deleted_after_the_grace_time(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    add(libraries, AMBER, "light.md", secret_text("Quartzblink", "light"))
    libraries.of(AMBER).conversation.reply(LIGHT, user=1, guild=AMBER, channel=2)
    libraries.journal.set_setting(AMBER, "language", "de")
    libraries.folders.mark_left(AMBER, NOW)
    assert "Quartzblink" not in repr(libraries.of(AMBER).ask(LIGHT))
    assert libraries.delete_left(NOW + timedelta(days=29)) == ()
    assert libraries.delete_left(NOW + timedelta(days=30)) == (AMBER,)
    assert not any(b"Quartzblink" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not libraries.journal.questions(EVERYWHERE, 10)
    assert libraries.journal.settings(AMBER) == {}


def test_a_server_that_returns_in_time_has_its_own_library_again(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    add(libraries, AMBER, "light.md", secret_text("Quartzblink", "light"))
    libraries.folders.mark_left(AMBER, NOW)
    assert libraries.folders.unmark_left(AMBER)
    assert libraries.delete_left(NOW + timedelta(days=60)) == ()
    assert "Quartzblink" in libraries.of(AMBER).ask(LIGHT).text


def test_deletion_leaves_other_servers_alone(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    for server, word in ((AMBER, "Quartzblink"), (BIRCH, "Velvetgong")):
        add(libraries, server, "light.md", secret_text(word, "light"))
        libraries.of(server).conversation.reply(LIGHT, user=1, guild=server, channel=2)
    assert libraries.delete(AMBER)
    assert libraries.of(AMBER).ask(LIGHT).abstained
    assert "Velvetgong" in libraries.of(BIRCH).ask(LIGHT).text
    assert len(libraries.of(BIRCH).journal.questions(Scope(BIRCH), 10)) == 1


def test_usage_tells_files_bytes_and_passages(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    text = secret_text("Quartzblink", "light")
    add(libraries, AMBER, "light.md", text)
    usage = libraries.usage(AMBER)
    assert (usage.files, usage.bytes, usage.passages) == (1, len(text.encode()), 1)
    assert (usage.most_files, usage.most_bytes, usage.most_passages) == (QUOTAS.files, QUOTAS.bytes, QUOTAS.passages)


def test_without_a_shared_snapshot_a_server_builds_from_its_own_alone(tmp_path: Path) -> None:
    libraries = corpora(tmp_path)
    shutil.rmtree(tmp_path / "index")
    shutil.rmtree(tmp_path / "seeds")
    add(libraries, AMBER, "light.md", secret_text("Quartzblink", "light"))
    assert libraries.of(AMBER).source_names() == ("light.md",)
    assert "Quartzblink" in libraries.of(AMBER).ask(LIGHT).text
