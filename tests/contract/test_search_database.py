"""A library that PostgreSQL searches answers, follows edits and says if the server is away."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Library, Settings, open_library
from index.domain.errors import StoreUnavailable
from tests.support.index_fakes import write
from tests.support.pgvector import pgvector_server
from tests.support.postgres import PASSWORD

pytestmark = pytest.mark.slow
BREAD = "# Bread\n\nBread is made of flour and water. It is baked for 40 minutes.\n"


def opened(folder: Path, url: str) -> Library:
    return open_library(
        Settings(
            _env_file=None,  # type: ignore[call-arg]
            seeds_dir=folder / "seeds",
            index_dir=folder / "index",
            journal_file=folder / "journal.sqlite3",
            store_url=url,
        )
    )


def quoted(library: Library, question: str) -> str:
    answer = library.ask(question)
    return answer.citations[0].quote if answer.citations and not answer.abstained else ""


def test_a_library_on_postgresql_answers_and_follows_edits_and_roll_backs(tmp_path):
    url = pgvector_server().new_database()
    write(tmp_path / "seeds", bread_md=BREAD, tea_md="# Tea\n\nTea is made of leaves, by pouring on water.\n")
    library = opened(tmp_path, url)
    first = library.reindex().snapshot.id
    assert "40 minutes" in quoted(library, "How long is bread baked?")
    write(tmp_path / "seeds", bread_md=BREAD.replace("40", "55"))
    library.reindex()
    assert "55 minutes" in quoted(library, "How long is bread baked?")
    assert "leaves" in quoted(library, "What is tea made of?")
    library.rollback(first)
    assert "40 minutes" in quoted(opened(tmp_path, url), "How long is bread baked?")


def test_a_question_while_the_server_is_away_is_told_so_and_the_next_is_answered(tmp_path):
    server = pgvector_server()
    write(tmp_path / "seeds", bread_md=BREAD)
    library = opened(tmp_path, server.new_database())
    library.reindex()
    assert "40 minutes" in quoted(library, "How long is bread baked?")
    server.stop()
    try:
        with pytest.raises(StoreUnavailable, match="ask again in a moment") as away:
            library.ask("How long is bread baked?")
        assert PASSWORD not in f"{away.value} {away.value.log_detail}"
        assert "STORE_URL" in away.value.log_detail
    finally:
        server.start()
    assert "40 minutes" in quoted(library, "How long is bread baked?")
