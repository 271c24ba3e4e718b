"""Names of tables in PostgreSQL: they become part of statements, and say whose and how old a table is."""

from __future__ import annotations

import pytest

from index.domain.errors import StoreUnavailable
from index.retrieval.postgres_tables import PostgresTables
from tests.support.pgvector import pgvector_server

NAME = "footnote_0123abcd_vectors_20260101000000_89abcdef"


def test_a_table_is_named_by_a_file_of_its_folder(tmp_path):
    PostgresTables.write_name(tmp_path, NAME)
    assert PostgresTables.name_of(tmp_path) == NAME


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"table": 5}', '{"table": "x; DROP TABLE y"}', f'{{"table": "{NAME} "}}']
)
def test_a_file_that_names_no_table_of_ours_is_refused(tmp_path, text):
    (tmp_path / "postgres.json").write_text(text)
    with pytest.raises(ValueError, match=r"postgres\.json"):
        PostgresTables.name_of(tmp_path)


def test_names_begin_with_the_word_of_the_installation(tmp_path):
    one, other = (PostgresTables("postgresql://127.0.0.1:1/none", owner_file=tmp_path / name) for name in "ab")
    assert one.new_name("vectors")[:17] == one.new_name("keywords")[:17] != other.new_name("vectors")[:17]
    one.write_name(tmp_path, one.new_name("vectors"))
    assert one.name_of(tmp_path)[:17] == (tmp_path / "a").read_text()


def test_a_server_that_cannot_be_reached_is_told_without_the_password(tmp_path):
    tables = PostgresTables("postgresql://user:secret@127.0.0.1:1/none", owner_file=tmp_path / "owner")
    with pytest.raises(StoreUnavailable, match="ask again in a moment") as away:
        tables.fetch([("SELECT 1", ())])
    assert "secret" not in f"{away.value} {away.value.log_detail}"


@pytest.mark.slow
def test_only_old_tables_of_this_installation_that_nothing_names_are_swept(tmp_path):
    (tmp_path / "owner").write_text("footnote_0123abcd")
    tables = PostgresTables(pgvector_server().new_database(), owner_file=tmp_path / "owner")
    young = tables.new_name("vectors")
    used, unused, other = NAME, NAME.replace("89ab", "77ab"), NAME.replace("0123", "4567")
    with tables.connection() as connection:
        for name in (young, used, f"{used}_terms", unused, f"{unused}_terms", other, "journal"):
            connection.execute(f"CREATE TABLE {name} (row integer)".encode())
    tables.write_name(tmp_path, used)
    tables.sweep(tmp_path)
    left = {name for (name,) in tables.fetch([("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", ())])}
    assert left == {young, used, f"{used}_terms", other, "journal"}


@pytest.mark.slow
def test_a_table_that_is_gone_is_damage_and_connections_are_used_again(tmp_path):
    tables = PostgresTables(pgvector_server().new_database(), owner_file=tmp_path / "owner")
    with pytest.raises(ValueError, match="is gone from PostgreSQL"):
        tables.fetch([(f"TABLE {NAME}", ())])
    backends = {tables.fetch([("SELECT pg_backend_pid()", ())])[0] for _ in range(5)}
    assert len(backends) == 1


@pytest.mark.slow
def test_idle_connections_that_a_restart_of_the_server_cut_are_replaced(tmp_path):
    server = pgvector_server()
    tables = PostgresTables(server.new_database(), owner_file=tmp_path / "owner")
    with tables.connection(), tables.connection():
        pass  # two are idle now
    server.stop()
    server.start()
    with tables.connection() as connection:
        connection.execute("CREATE TABLE made (row integer)")
    assert tables.fetch([("SELECT count(*) FROM made", ())]) == [(0,)]
