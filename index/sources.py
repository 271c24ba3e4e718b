"""Files in the seeds folder -> `Document`s. One bad file is named with its reason and stops no other."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import SourcesUnreadable
from index.frontmatter import split_front_matter
from index.markdown import read_markdown, read_plain
from index.types import Document, Section, Skipped

__all__ = ["Reading", "SourceFile", "parse", "read_sources"]

SUFFIXES = {".md", ".txt"}

LINKED_FOLDER = "is a link to a folder, which is not followed: put the folder itself here"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes of one source, read once: what is hashed is what is parsed."""

    source: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Reading:
    """All sources that could be read as text, and every file that could not."""

    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...]

    @property
    def hashes(self) -> dict[str, str]:
        return {file.source: file.sha256 for file in self.files}


def read_sources(seeds: Path, max_bytes: int) -> Reading:
    """The bytes of every .md and .txt file below `seeds`, in the order of their paths.

    Raises SourcesUnreadable when the folder is missing or not one file in it can be read.
    """
    if not seeds.is_dir():
        raise SourcesUnreadable(
            f"There is no folder {seeds}: put .md or .txt files in it, or set SEEDS_DIR to where they are."
        )
    root = seeds.resolve()
    files: list[SourceFile] = []
    skipped: list[Skipped] = []
    for path in _candidates(seeds, skipped):
        source = _shown(path.relative_to(seeds))
        try:
            files.append(SourceFile(source, _read_bytes(path, root, max_bytes)))
        except OSError as error:
            skipped.append(Skipped(source, f"cannot be read: {error.strerror}"))
        except _Unreadable as error:
            skipped.append(Skipped(source, str(error)))
    if not files:
        raise SourcesUnreadable(_nothing_readable(seeds, skipped))
    return Reading(tuple(files), tuple(skipped))


def parse(file: SourceFile) -> Document:
    """The document in a file, with sections, blocks and front matter.

    Raises BrokenFrontMatter when the file begins with front matter that is not YAML.
    """
    text = file.data.decode("utf-8")
    if Path(file.source).suffix.lower() == ".txt":
        return _document(file, text, {}, read_plain(text), "")
    front = split_front_matter(text)
    title, sections = read_markdown(text, front.body_start)
    blocks = (front.section, *sections) if front.section else sections
    return _document(file, text, front.metadata, blocks, title)


def _document(
    file: SourceFile, text: str, metadata: dict[str, str], sections: tuple[Section, ...], title: str
) -> Document:
    name = Path(file.source).stem.replace("_", " ").replace("-", " ").strip()
    return Document(
        id=hashlib.sha256(file.source.encode() + b"\0" + file.data).hexdigest()[:16],
        source=file.source,
        title=metadata.get("title") or title or name,
        url=metadata.get("url") or None,
        text=text,
        sections=sections,
        metadata=metadata,
    )


class _Unreadable(Exception):
    """Why a file is no source, in words for a moderator."""


def _candidates(seeds: Path, skipped: list[Skipped]) -> Iterator[Path]:
    """Files that look like sources; links to folders are not followed, so a loop of links cannot hold us."""

    def unlistable(error: OSError) -> None:
        where = _shown(Path(error.filename).relative_to(seeds))
        skipped.append(Skipped(f"{where}/", f"the folder cannot be listed: {error.strerror}"))

    found: list[Path] = []
    for folder, folders, names in os.walk(seeds, onerror=unlistable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [Path(folder, name) for name in folders if Path(folder, name).is_symlink()]
        skipped += [Skipped(f"{_shown(path.relative_to(seeds))}/", LINKED_FOLDER) for path in links]
        found += [Path(folder, name) for name in names if not name.startswith(".")]
    yield from sorted(path for path in found if path.suffix.lower() in SUFFIXES)


def _shown(path: Path) -> str:
    """A path as a source is named; bytes of a name that are not UTF-8 are shown as question marks."""
    return path.as_posix().encode("utf-8", "replace").decode("utf-8")


def _read_bytes(path: Path, root: Path, max_bytes: int) -> bytes:
    if _shown(path) != path.as_posix():
        raise _Unreadable("has a name that is not UTF-8: rename it")
    try:
        resolved = path.resolve(strict=True)
    except RuntimeError as error:  # what Python before 3.13 makes of it
        raise _Unreadable("is a link that leads round in a loop") from error
    if not resolved.is_relative_to(root):
        raise _Unreadable("is a link that leads out of the folder: put the file itself here")
    if not resolved.is_file():
        raise _Unreadable("is not a regular file")
    with resolved.open("rb") as stream:
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise _Unreadable(f"is larger than {max_bytes / 1e6:g} MB: split it, or raise MAX_SOURCE_MB")
    if b"\0" in data:
        raise _Unreadable("is a binary file, not text")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Unreadable(f"is not UTF-8 (byte {error.start}): save it as UTF-8") from error
    if not text.strip("\ufeff \t\r\n"):
        raise _Unreadable("is empty")
    return data


def _nothing_readable(seeds: Path, skipped: list[Skipped]) -> str:
    if not skipped:
        return f"There is no source in {seeds}: put .md or .txt files there, then reindex."
    named = "; ".join(f"{item.source} {item.reason}" for item in skipped[:5])
    more = f"; and {len(skipped) - 5} more" if len(skipped) > 5 else ""
    return f"Not one source in {seeds} can be read: {named}{more}. Mend one of them, then reindex."
