"""Exports of servers: whole archives within a size, and what fits into none is named."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path

from index.corpora.export import export_server
from index.sources.uploads import UploadedSources


def sources(folder: Path, **files: bytes) -> UploadedSources:
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / f"{name}.md").write_bytes(data)
    return UploadedSources(folder, max_bytes=1_000_000)


def noise(size: int, seed: int) -> bytes:
    """Return bytes that do not compress below three quarters."""
    return bytes(random.Random(seed).choices(range(33, 97), k=size))  # noqa: S311 - no secret


def members(part: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(part) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_one_archive_holds_files_and_settings(tmp_path: Path) -> None:
    made = export_server(sources(tmp_path / "own", a=b"# A", b=b"# B"), {"private": "yes"}, tmp_path, name="server-1")
    assert [part.name for part in made.parts] == ["server-1.zip"]
    inside = members(made.parts[0])
    assert json.loads(inside.pop("settings.json")) == {"private": "yes"}
    assert inside == {"sources/a.md": b"# A", "sources/b.md": b"# B"}


def test_what_is_too_much_for_one_archive_comes_in_several(tmp_path: Path) -> None:
    files = {f"n{number}": noise(20_000, number) for number in range(6)}
    made = export_server(sources(tmp_path / "own", **files), {}, tmp_path, name="server-1", most_bytes=45_000)
    assert len(made.parts) > 1
    assert all(part.stat().st_size <= 45_000 for part in made.parts)
    inside = {name: data for part in made.parts for name, data in members(part).items() if name != "settings.json"}
    assert inside == {f"sources/{name}.md": data for name, data in files.items()}
    assert made.left_out == ()


def test_a_file_too_large_for_any_archive_is_named(tmp_path: Path) -> None:
    files = {"large": noise(90_000, 1), "small": b"# Small"}
    made = export_server(sources(tmp_path / "own", **files), {}, tmp_path, name="server-1", most_bytes=45_000)
    assert made.left_out == ("large.md",)
    assert "sources/small.md" in members(made.parts[0])


def test_a_server_without_files_exports_its_settings(tmp_path: Path) -> None:
    made = export_server(sources(tmp_path / "own"), {}, tmp_path, name="server-1", most_bytes=45_000)
    assert list(members(made.parts[0])) == ["settings.json"]
