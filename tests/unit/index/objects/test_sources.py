"""Sources of several machines: what each adds, changes and removes is merged, and nothing is lost."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from index.domain.errors import Damaged
from index.objects.sources import SOURCES, SharedSources, merge
from index.objects.state import SharedState
from index.objects.store import ObjectStore


class Machine:
    def __init__(self, folder: Path, url: str) -> None:
        self.seeds = folder / "seeds"
        self.seeds.mkdir(parents=True)
        self.store = ObjectStore(url)
        self.sources = SharedSources(self.store, seeds=self.seeds, fetched=folder / "fetched")
        self.state = SharedState(url)

    def exchange(self) -> None:
        self.state = self.sources.exchange(self.state)

    @property
    def files(self) -> dict[str, str]:
        return {path.relative_to(self.seeds).as_posix(): path.read_text() for path in self.seeds.rglob("*.*")}


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Machine, Machine]:
    url = (tmp_path / "objects").as_uri()
    return Machine(tmp_path / "one", url), Machine(tmp_path / "two", url)


def test_what_one_machine_adds_comes_to_the_other(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    (one.seeds / "docs").mkdir()
    (one.seeds / "docs" / "a.md").write_text("Alpha.")
    (one.seeds / "sources.toml").write_text("")

    one.exchange()
    two.exchange()

    assert two.files == {"docs/a.md": "Alpha.", "sources.toml": ""}


def test_what_two_machines_add_at_once_is_all_there(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    (one.seeds / "a.md").write_text("Alpha.")
    (two.seeds / "b.md").write_text("Beta.")

    one.exchange()
    two.exchange()
    one.exchange()

    assert one.files == two.files == {"a.md": "Alpha.", "b.md": "Beta."}


def test_another_machine_may_write_the_list_between_reading_and_writing(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    (one.seeds / "a.md").write_text("Alpha.")
    (two.seeds / "b.md").write_text("Beta.")
    replace, raced = two.store.replace, []

    def replace_late(key: str, data: bytes, version: str) -> bool:
        if not raced:
            raced.append(key)
            one.exchange()
        return replace(key, data, version)

    two.store.replace = replace_late  # type: ignore[method-assign]
    two.exchange()

    assert two.files == {"a.md": "Alpha.", "b.md": "Beta."}
    assert two.state.revision == 2


def test_the_same_name_with_other_content_keeps_both(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    (one.seeds / "a.md").write_text("Alpha of one.")
    (two.seeds / "a.md").write_text("Alpha of two.")

    one.exchange()
    two.exchange()
    one.exchange()

    assert one.files == two.files
    assert sorted(one.files.values()) == ["Alpha of one.", "Alpha of two."]
    assert one.files["a.md"] == "Alpha of one."


def test_what_is_removed_on_one_machine_goes_on_the_other(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    (one.seeds / "a.md").write_text("Alpha.")
    (one.seeds / "b.md").write_text("Beta.")
    one.exchange()
    two.exchange()

    (two.seeds / "a.md").unlink()
    two.exchange()
    one.exchange()

    assert one.files == {"b.md": "Beta."}


@pytest.mark.parametrize("harm", ["file", "folder", "root"])
def test_what_cannot_be_read_now_is_not_removed_elsewhere(
    machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    one, two = machines
    (one.seeds / "docs").mkdir()
    (one.seeds / "docs" / "a.md").write_text("Alpha.")
    (one.seeds / "b.md").write_text("Beta.")
    one.exchange()
    two.exchange()
    (two.seeds / "c.md").write_text("Gamma.")
    two.exchange()

    with monkeypatch.context() as patched:
        shut = {"file": one.seeds / "docs" / "a.md", "folder": one.seeds / "docs", "root": one.seeds}[harm]
        refuse_to_read(patched, shut)
        one.exchange()
    two.exchange()

    assert two.files == {"docs/a.md": "Alpha.", "b.md": "Beta.", "c.md": "Gamma."}
    one.exchange()
    assert one.files == two.files


def refuse_to_read(patched: pytest.MonkeyPatch, shut: Path) -> None:
    """Let the system refuse to list a folder or to read a file, as it does not for root."""
    scandir, opened = os.scandir, Path.open

    def list_folder(path: str | Path) -> Any:
        if Path(path) == shut:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    def open_file(path: Path, *args: Any, **options: Any) -> Any:
        if path == shut:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *args, **options)

    patched.setattr(os, "scandir", list_folder)
    patched.setattr(Path, "open", open_file)


def test_an_edit_outlives_a_removal_elsewhere(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    (one.seeds / "a.md").write_text("Alpha.")
    (one.seeds / "b.md").write_text("Beta.")
    one.exchange()
    two.exchange()

    (one.seeds / "a.md").write_text("Alpha, edited.")
    (two.seeds / "a.md").unlink()
    two.exchange()
    one.exchange()
    two.exchange()

    assert two.files == {"a.md": "Alpha, edited.", "b.md": "Beta."}


def test_an_empty_folder_is_filled_again_instead_of_emptying_all(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    (one.seeds / "a.md").write_text("Alpha.")
    one.exchange()
    two.exchange()

    (two.seeds / "a.md").unlink()
    two.exchange()
    one.exchange()

    assert one.files == two.files == {"a.md": "Alpha."}


def test_hidden_files_and_links_that_lead_out_are_not_shared(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    one, two = machines
    (tmp_path / "secret.md").write_text("Secret.")
    (one.seeds / "link.md").symlink_to(tmp_path / "secret.md")
    (one.seeds / ".hidden.md").write_text("Hidden.")
    (one.seeds / "a.md").write_text("Alpha.")

    one.exchange()
    two.exchange()

    assert two.files == {"a.md": "Alpha."}


def test_names_that_lead_out_of_the_folder_are_refused(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    one, _ = machines
    one.store.write(SOURCES, b'{"revision": 1, "files": {"files/../../evil.md": "00"}}')

    with pytest.raises(Damaged):
        one.exchange()
    assert not (tmp_path / "evil.md").exists()


def test_a_fetched_page_that_both_changed_is_the_one_fetched_here() -> None:
    assert merge({"fetched/a.json": "1"}, {"fetched/a.json": "2"}, {"fetched/a.json": "3"}) == {"fetched/a.json": "2"}
