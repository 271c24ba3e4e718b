"""Sources that come in and go out by name, on real files."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from index.domain.errors import SourceRejected, SourceUnwritable
from index.sources.uploads import UploadedSources

TEXT = b"# Scout\n\nScout has a context window of 10 million tokens.\n"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return tmp_path / "seeds"


@pytest.fixture
def uploads(seeds: Path) -> UploadedSources:
    return UploadedSources(seeds, max_bytes=10_000, seconds=20)


def there(seeds: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in seeds.iterdir()} if seeds.exists() else {}


def test_a_source_is_added_to_a_folder_that_is_made_for_it(uploads: UploadedSources, seeds: Path):
    assert uploads.add("scout.md", TEXT).outcome == "added"
    assert there(seeds) == {"scout.md": TEXT}
    assert uploads.names() == ("scout.md",)


def test_a_source_is_replaced_only_where_that_is_said(uploads: UploadedSources, seeds: Path):
    uploads.add("scout.md", TEXT)
    assert uploads.add("scout.md", TEXT + b"More.").outcome == "there"
    assert there(seeds) == {"scout.md": TEXT}
    assert uploads.add("scout.md", TEXT + b"More.", replace=True).outcome == "replaced"
    assert there(seeds) == {"scout.md": TEXT + b"More."}


def test_remarks_on_what_is_added_are_told_at_once(uploads: UploadedSources):
    data = b"---\ntitle: Oven\nnote: 'open\n---\n\nThe oven holds four loaves.\n"
    results = [uploads.add("oven.md", data), uploads.add("oven.md", data + b"More.\n")]
    assert [str(note) for result in results for note in result.notes] == [
        "front matter is broken at line 4: a quotation mark is not closed; the rest was read"
    ] * 2
    assert uploads.add("scout.md", TEXT).notes == ()


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "..",
        "../up.md",
        "a/b.md",
        "a\\b.md",
        "/etc/a.md",
        "C:a.md",
        ".hidden.md",
        "a.md.",
        " a.md",
        "a.md ",
        "con.md",
        "NUL.tar.md",
        "com1.txt",
        "LPT¹.txt",
        "a\0.md",
        "a\n.md",
        "a\u202emd.txt",
        "a\u200b.md",
        "\ud800.md",
        "sources.toml",
        "questions.jsonl",
        "a.exe",
        "a",
        "md",
        "a" * 98 + ".md",
        "界" * 70 + ".md",
        "a?.md",
        'a".md',
        "a<b>.md",
        "a*.md",
        "a|b.md",
    ],
)
def test_a_name_that_is_none_for_a_source_is_refused(uploads: UploadedSources, seeds: Path, name: str):
    with pytest.raises(SourceRejected):
        uploads.add(name, TEXT)
    assert there(seeds) == {}


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.md", b"", "is empty"),
        ("a.md", b" \n", "is empty"),
        ("a.md", b"x" * 10_001, "is larger than 0.01 MB"),
        ("a.md", b"a\0b", "binary"),
        ("a.md", b"\xff\xfe", "is empty"),
        ("a.pdf", b"%PDF-1.7 no more", "damaged"),
        ("a.docx", b"PK\x03\x04", "no Word document"),
        ("a.html", b"<script>x()</script>", "no text"),
    ],
)
def test_a_file_that_could_not_be_read_as_a_source_is_refused(
    uploads: UploadedSources, seeds: Path, name: str, data: bytes, why: str
):
    with pytest.raises(SourceRejected, match=why):
        uploads.add(name, data)
    assert there(seeds) == {}


def test_the_same_bytes_are_not_taken_twice(uploads: UploadedSources, seeds: Path):
    uploads.add("scout.md", TEXT)
    with pytest.raises(SourceRejected, match=r"is the same as scout.md, to the byte"):
        uploads.add("other.md", TEXT)
    with pytest.raises(SourceRejected, match="is there already"):
        uploads.add("scout.md", TEXT, replace=True)
    assert there(seeds) == {"scout.md": TEXT}


def test_names_that_differ_in_case_or_in_how_an_accent_is_written_are_one(uploads: UploadedSources):
    uploads.add("é.md", TEXT)
    for name in ("É.md", "e\u0301.md"):
        with pytest.raises(SourceRejected, match="but for upper"):
            uploads.add(name, TEXT + b"More.")


def test_a_link_is_replaced_itself_and_what_it_leads_to_is_left_alone(
    uploads: UploadedSources, seeds: Path, tmp_path: Path
):
    outside = tmp_path / "outside.md"
    outside.write_bytes(b"outside")
    seeds.mkdir()
    (seeds / "a.md").symlink_to(outside)
    assert uploads.add("a.md", TEXT, replace=True).outcome == "replaced"
    assert outside.read_bytes() == b"outside"
    assert not (seeds / "a.md").is_symlink()


def test_the_name_of_a_folder_is_refused(uploads: UploadedSources, seeds: Path):
    (seeds / "a.md").mkdir(parents=True)
    with pytest.raises(SourceRejected, match="folder"):
        uploads.add("a.md", TEXT, replace=True)


def test_what_a_dead_process_left_behind_is_removed_and_what_is_being_written_is_not(
    uploads: UploadedSources, seeds: Path
):
    seeds.mkdir()
    for name, age in ((".00112233445566aa.new", 7200), (".00112233445566bb.new", 0), (".mine.new", 7200)):
        (seeds / name).write_bytes(b"x")
        os.utime(seeds / name, (time.time() - age,) * 2)
    uploads.add("scout.md", TEXT)
    assert set(there(seeds)) == {"scout.md", ".00112233445566bb.new", ".mine.new"}


def test_a_source_in_a_folder_is_removed(uploads: UploadedSources, seeds: Path):
    (seeds / "sub").mkdir(parents=True)
    (seeds / "sub" / "a.md").write_bytes(TEXT)
    uploads.remove("sub/a.md")
    assert uploads.names() == ()


@pytest.mark.parametrize("name", ["../outside.md", "linked/outside.md", "/etc/passwd", "none.md", "", ".", "sub"])
def test_nothing_outside_the_folder_is_removed_and_nothing_that_is_no_source(
    uploads: UploadedSources, seeds: Path, tmp_path: Path, name: str
):
    (tmp_path / "outside.md").write_bytes(b"outside")
    (seeds / "sub").mkdir(parents=True)
    (seeds / "linked").symlink_to(tmp_path)
    with pytest.raises(SourceRejected):
        uploads.remove(name)
    assert (tmp_path / "outside.md").exists()
    assert (seeds / "linked").is_symlink()


def test_of_a_link_the_link_alone_is_removed(uploads: UploadedSources, seeds: Path, tmp_path: Path):
    (tmp_path / "outside.md").write_bytes(b"outside")
    seeds.mkdir()
    (seeds / "a.md").symlink_to(tmp_path / "outside.md")
    uploads.remove("a.md")
    assert there(seeds) == {}
    assert (tmp_path / "outside.md").exists()


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(
    uploads: UploadedSources, seeds: Path, monkeypatch: pytest.MonkeyPatch
):
    uploads.add("scout.md", TEXT)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device", str(seeds))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SourceUnwritable, match=r"can't be written \(No space left on device\)") as error:
        uploads.add("scout.md", TEXT + b"More.", replace=True)
    assert str(seeds) not in str(error.value)
    assert there(seeds) == {"scout.md": TEXT}


def test_size_and_age_are_told(uploads: UploadedSources, seeds: Path):
    uploads.add("scout.md", TEXT)
    (files,) = uploads.list_files()
    assert (files.name, files.bytes) == ("scout.md", len(TEXT))
    assert abs(files.changed.timestamp() - time.time()) < 60


def test_a_source_is_read_as_it_is(uploads: UploadedSources):
    assert uploads.read("scout.md") is None
    uploads.add("scout.md", TEXT)
    assert uploads.read("scout.md") == TEXT


@pytest.mark.parametrize("name", ["../scout.md", "/etc/passwd", ".env", "a/b.md", "", "x.exe"])
def test_nothing_but_a_source_is_read(uploads: UploadedSources, name: str):
    with pytest.raises(SourceRejected):
        uploads.read(name)


def test_neither_a_link_nor_a_large_file_is_read(uploads: UploadedSources, seeds: Path, tmp_path: Path):
    seeds.mkdir()
    (tmp_path / "secret.md").write_bytes(TEXT)
    (seeds / "link.md").symlink_to(tmp_path / "secret.md")
    (seeds / "large.md").write_bytes(b"x" * 10_001)
    for name in ("link.md", "large.md"):
        with pytest.raises(SourceRejected):
            uploads.read(name)


def test_a_source_that_changed_meanwhile_is_not_replaced(uploads: UploadedSources, seeds: Path):
    uploads.add("scout.md", TEXT, expected=b"")
    for expected in (b"", TEXT + b"x"):
        with pytest.raises(SourceRejected, match="changed by somebody else"):
            uploads.add("scout.md", TEXT + b"More.", replace=True, expected=expected)
    assert there(seeds) == {"scout.md": TEXT}
    assert uploads.add("scout.md", TEXT + b"More.", replace=True, expected=TEXT).outcome == "replaced"
