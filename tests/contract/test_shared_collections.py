"""Servers' collections in an object storage, with the settings and models of an operator."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from index import Corpora, Settings, open_corpora
from tests.support.corpora_fakes import AMBER, BIRCH, add
from tests.support.index_fakes import write
from tests.support.waiting import wait_until

QUESTION = "How many keepers live in the lighthouse?"


def machine(folder: Path, storage: Path) -> Corpora:
    return open_corpora(
        Settings(
            seeds_dir=folder / "seeds",
            index_dir=folder / "index",
            journal_file=folder / "journal.sqlite3",
            servers_dir=folder / "servers",
            server_sources=True,
            objects_url=storage.as_uri(),
        )
    )


@pytest.mark.slow
def test_a_machine_with_the_address_alone_answers_a_server_from_its_sources(tmp_path: Path) -> None:
    storage = tmp_path / "storage"
    write(tmp_path / "one" / "seeds", a_md="# Maverick\n\nMaverick has 128 experts.\n")
    with closing(machine(tmp_path / "one", storage)) as one, closing(machine(tmp_path / "two", storage)) as two:
        one.shared.reindex()
        one.follow()
        add(one, AMBER, "light.md", "# Lighthouse\n\nTwo keepers live in the lighthouse.\n")

        two.shared.load()
        two.follow()
        wait_until(lambda: two.has_own(AMBER))

        (citation,) = two.of(AMBER).ask(QUESTION).citations
        assert (citation.source, citation.quote) == ("light.md", "Two keepers live in the lighthouse.")
        assert two.of(BIRCH).ask(QUESTION).abstained
        assert two.shared.ask(QUESTION).abstained
        assert one.delete(AMBER)
        wait_until(lambda: not two.folders.folder(AMBER).exists())
        assert two.of(AMBER).ask(QUESTION).abstained
