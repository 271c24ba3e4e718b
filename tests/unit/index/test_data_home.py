"""Where the data is kept, and the article that is there at the first start."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from bot.settings import BotSettings
from index import data_home
from index.data_home import FOLDERS, copy_first_source
from index.domain.errors import LibraryError
from index.settings import Settings
from tests.support.article import ARTICLE

USERS = Path("/of-the-user/footnote")
"""The user's data folder in these tests; nothing is written there."""


@pytest.fixture(autouse=True)
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty folder that one starts in."""
    for name in ("FOOTNOTE_HOME", *map(str.upper, FOLDERS)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(data_home, "CHECKOUT", tmp_path / "pyproject.toml")
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: USERS)
    folder = tmp_path / "start"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def folders() -> tuple[Path, ...]:
    settings, bot = Settings(), BotSettings()
    return settings.seeds_dir, settings.index_dir, bot.state_dir, settings.journal_file, settings.servers_dir


def below(home: Path) -> tuple[Path, ...]:
    data = home / "data"
    return home / "seeds", data / "index", data, data / "journal.sqlite3", data / "servers"


def test_in_an_empty_folder_the_home_is_the_users():
    assert folders() == below(USERS)
    assert Settings().footnote_home == USERS


@pytest.mark.parametrize("marker", ["seeds", ".env", "data/index"])
def test_a_folder_with_data_is_the_home_of_who_starts_there(start, marker):
    path = start / marker
    path.parent.mkdir(exist_ok=True)
    path.touch() if marker == ".env" else path.mkdir()
    assert folders() == below(Path())
    assert Settings().footnote_home is None


def test_a_checkout_has_its_data_where_it_is_started_whatever_is_there(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    assert folders() == below(Path())


@pytest.mark.parametrize("name", FOLDERS)
def test_who_names_a_folder_has_the_others_here(monkeypatch, name):
    monkeypatch.setenv(name.upper(), "elsewhere")
    wanted = dict(zip(FOLDERS, below(Path()), strict=True)) | {name: Path("elsewhere")}
    assert folders() == tuple(wanted.values())


def test_footnote_home_goes_before_a_checkout(start, monkeypatch, tmp_path):
    (start / "seeds").mkdir()
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    assert folders() == below(tmp_path / "home")


def test_footnote_home_may_begin_with_a_tilde(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FOOTNOTE_HOME", "~/footnote")
    assert folders() == below(tmp_path / "footnote")


def test_an_empty_footnote_home_is_none(monkeypatch, start):
    (start / "seeds").mkdir()
    monkeypatch.setenv("FOOTNOTE_HOME", "")
    assert folders() == below(Path())


def test_footnote_home_may_stand_in_the_env_file_here(start, tmp_path):
    (start / ".env").write_text(f"FOOTNOTE_HOME={tmp_path / 'home'}\nSEEDS_DIR=articles\n", "utf-8")
    seeds, *others = folders()
    assert seeds == tmp_path / "home" / "articles"
    assert others == list(below(tmp_path / "home")[1:])


def test_relative_folders_of_the_environment_are_those_here(monkeypatch, tmp_path):
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SEEDS_DIR", "articles")
    assert folders() == (Path("articles"), *below(tmp_path / "home")[1:])


def test_settings_are_read_from_the_env_file_of_the_home(monkeypatch, tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / ".env").write_text("MAX_WRONG=0.1\nSEEDS_DIR=articles\nSTATE_DIR=/var/state\n", "utf-8")
    monkeypatch.setenv("FOOTNOTE_HOME", str(folder))
    seeds, index, state, *_ = folders()
    assert (seeds, index, state) == (folder / "articles", folder / "data/index", Path("/var/state"))
    assert Settings().max_wrong == 0.1
    monkeypatch.setenv("MAX_WRONG", "0.3")
    assert Settings().max_wrong == 0.3


def test_env_file_here_goes_before_that_of_the_home(start, monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("MAX_WRONG=0.1\nKEEP_SNAPSHOTS=9\n", "utf-8")
    (start / ".env").write_text("MAX_WRONG=0.2\n", "utf-8")
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path))
    assert (Settings().max_wrong, Settings().keep_snapshots) == (0.2, 9)


def test_arguments_go_before_all(monkeypatch, tmp_path):
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path))
    assert Settings(index_dir=Path("mine")).index_dir == Path("mine")
    assert Settings(_env_file=None).seeds_dir == tmp_path / "seeds"


def test_first_start_copies_the_article_and_says_where(tmp_path):
    folder = tmp_path / "home"
    sentence = copy_first_source(folder, folder / "seeds")
    assert str(folder / "seeds") in sentence
    assert "\n" not in sentence
    assert (folder / "seeds" / ARTICLE.name).read_bytes() == ARTICLE.read_bytes(), "copy it into index/sources/shipped"
    (folder / "seeds" / ARTICLE.name).unlink()
    assert copy_first_source(folder, folder / "seeds") == ""
    assert list((folder / "seeds").iterdir()) == []


def test_nothing_is_copied_into_a_checkout_or_a_folder_that_was_named(tmp_path):
    assert copy_first_source(None, tmp_path / "seeds") == ""
    assert copy_first_source(tmp_path / "home", tmp_path / "mine") == ""
    assert list(tmp_path.glob("**/*.md")) == []


def test_home_that_cannot_be_written_is_said_with_the_remedy(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    folder = tmp_path / "file" / "home"
    with pytest.raises(LibraryError, match="set FOOTNOTE_HOME"):
        copy_first_source(folder, folder / "seeds")
