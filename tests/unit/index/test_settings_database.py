from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from index import setting_addresses
from index.bootstrap import open_coordinator
from index.coordination.files import FileCoordinator
from index.coordination.postgres import PostgresCoordinator
from index.settings import Settings

URL = "postgresql://footnote:secret-word@localhost/footnote"


@pytest.mark.parametrize(
    "url", ["mysql://u:secret-word@host/db", "secret-word", "postgresql://u:secret-word@host", "postgresql://h:x/db"]
)
def test_url_of_no_postgres_database_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValidationError, match="not the URL of a PostgreSQL database") as error:
        Settings(database_url=SecretStr(url))
    assert "secret-word" not in str(error.value)


@pytest.mark.parametrize(
    "url", [URL, "postgres:///footnote", "postgresql+psycopg://h/db", "postgresql://a:1,b:2/db?sslmode=require"]
)
def test_url_of_a_postgres_database_is_taken_and_not_shown(url: str) -> None:
    taken = Settings(database_url=SecretStr(url))
    assert taken.database_url.get_secret_value() == url
    assert "secret-word" not in repr(taken)


def test_without_its_packages_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(setting_addresses, "find_spec", lambda name: None if name == "psycopg" else found(name))
    with pytest.raises(ValidationError, match=r"run `pip install 'footnote\[postgres\]'` first"):
        Settings(database_url=SecretStr(URL))


def test_processes_are_coordinated_by_the_database_if_there_is_one(tmp_path: Path) -> None:
    assert isinstance(open_coordinator(Settings(index_dir=tmp_path)), FileCoordinator)
    chosen = open_coordinator(Settings(index_dir=tmp_path, database_url=SecretStr(URL)))
    assert isinstance(chosen, PostgresCoordinator)
    chosen.close()
