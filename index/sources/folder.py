"""Files in the seeds folder -> `Document`s. One bad file is named with its reason and stops no other."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from index.domain.answers import Document, Section
from index.domain.errors import SourcesUnreadable, UnreadableSource
from index.domain.messages import Phrase, of_system, said
from index.domain.snapshots import Skipped
from index.parsing._delimited import read_table
from index.parsing._front_matter import split_front_matter
from index.parsing._sandbox import SECONDS, read_confined
from index.parsing.layout import Extracted, laid_out
from index.parsing.markdown import read_markdown, read_plain
from index.text.normalize import whole

__all__ = [
    "EMPTY",
    "EXTRACTED",
    "FORMATS",
    "NOTHING",
    "Reading",
    "SourceFile",
    "Stale",
    "checked",
    "extracted",
    "format_of",
    "named",
    "parse",
    "read_sources",
    "source_names",
    "text_of",
    "too_large",
]

FORMATS = {
    ".md": "md",
    ".txt": "txt",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".csv": "csv",
    ".tsv": "tsv",
}
"""Which format a file has by the end of its name."""

TEXT = {"md", "txt", "csv", "tsv"}
"""Formats that are text as they are."""

EXTRACTED = {"html", "pdf", "docx", "csv", "tsv"}
"""Formats whose document's text is what was taken out of the file."""

EMPTY = Phrase("is empty")
NAMED = 5
"""Files that are named with their reasons where not one can be read."""
RESTS_NS = 50_000_000
"""Nanoseconds since a file was last written to from which it is taken to be saved."""
LOOKS = 10

SAME_NAME = Phrase("is a file's name too: give the address another name in sources.toml")
LINKED_FOLDER = Phrase("is a link to a folder, which is not followed: put the folder itself here")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes of one source, read once: what is hashed is what is parsed.

    `format` is one of FORMATS, empty where the name says it; `url` is the public address, if it came from there.
    """

    source: str
    data: bytes
    format: str = ""
    url: str | None = None

    @property
    def sha256(self) -> str:
        """Of the bytes; of a page from the web of its address and format too, for its document holds them."""
        whole = b"\0".join([self.data, self.url.encode(), self.format.encode()]) if self.url else self.data
        return hashlib.sha256(whole).hexdigest()


@dataclass(frozen=True, slots=True)
class Stale:
    """A source of which an older copy is read: the newest is from `since`, `problem` is why there is none newer."""

    source: str
    since: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class Reading:
    """All sources that could be read, and every one that could not.

    `stale` are sources of which an older copy is read, `waiting` those from the web that were not asked for yet.
    """

    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...]
    stale: tuple[Stale, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def hashes(self) -> dict[str, str]:
        return {file.source: file.sha256 for file in self.files}


NOTHING = Reading((), ())


def read_sources(seeds: Path, max_bytes: int, web: Reading = NOTHING) -> Reading:
    """The bytes of every source below `seeds`, in the order of their paths, then those `web` sources that are none.

    Raises SourcesUnreadable when the folder is missing or not one source can be read.
    """
    if not seeds.is_dir():
        raise SourcesUnreadable(
            Phrase(
                "There is no folder of sources: put sources (.md, .txt, .html, .pdf, .docx, .csv) in it, "
                "or set SEEDS_DIR to where they are."
            ),
            where=f"It would be {seeds}.",
        )
    root = seeds.resolve()
    files: list[SourceFile] = []
    skipped: list[Skipped] = []
    for path in _candidates(seeds, skipped):
        source = _shown(path.relative_to(seeds))
        try:
            files.append(SourceFile(source, _read_bytes(path, root, max_bytes)))
        except OSError as error:
            skipped.append(Skipped(source, Phrase("cannot be read: {why}", why=of_system(error))))
        except UnreadableSource as error:
            skipped.append(Skipped(source, said(error)))
    names = {file.source for file in files}
    files += [file for file in web.files if file.source not in names]
    skipped += [Skipped(file.source, SAME_NAME) for file in web.files if file.source in names]
    skipped += web.skipped
    if not files:
        raise SourcesUnreadable(_nothing_readable(seeds, skipped))
    return Reading(tuple(files), tuple(skipped), web.stale, web.waiting)


def source_names(seeds: Path) -> list[str]:
    """The files below `seeds` that look like sources, whether or not they can be read; none where it is no folder."""
    return [_shown(path.relative_to(seeds)) for path in _candidates(seeds, [])] if seeds.is_dir() else []


def format_of(file: SourceFile) -> str:
    """One of FORMATS; text where nothing says it."""
    return file.format or FORMATS.get(Path(file.source).suffix.lower(), "txt")


def extracted(document: Document) -> bool:
    """Whether a document's text is not its file's but what was taken out of it."""
    return format_of(SourceFile(document.source, b"", document.format)) in EXTRACTED


def text_of(file: SourceFile) -> str:
    """The text that offsets count in: the file's, or what is taken out of it. Raises UnreadableSource."""
    return parse(file).text if format_of(file) in EXTRACTED else file.data.decode("utf-8")


def parse(file: SourceFile, seconds: float = SECONDS, stopped: threading.Event | None = None) -> Document:
    """The document in a file, with sections, blocks and front matter; an extraction takes at most `seconds`, and ends
    where `stopped` is set.

    Raises UnreadableSource: the front matter is not YAML, the file is encrypted, damaged, holds no text, ...
    """
    form = format_of(file)
    if form in EXTRACTED:
        found = _extracted(form, file, seconds, stopped)
        text, sections = laid_out(found.parts)
        if not sections:
            raise UnreadableSource(Phrase("holds no text to quote"))
        heading = next((part.text for part in found.parts if part.kind == "heading" and part.level == 1), "")
        return _document(file, text, {}, sections, found.title or heading)
    text = file.data.decode("utf-8")
    if form == "txt":
        return _document(file, text, {}, read_plain(text), "")
    front = split_front_matter(text)
    title, sections = read_markdown(text, front.body_start)
    blocks = (front.section, *sections) if front.section else sections
    return _document(file, text, front.metadata, blocks, title)


def _extracted(form: str, file: SourceFile, seconds: float, stopped: threading.Event | None) -> Extracted:
    if form in ("csv", "tsv"):
        return read_table(file.data.decode("utf-8"), "\t" if form == "tsv" else "")
    return read_confined(form, file.data, seconds, stopped=stopped)


def _document(
    file: SourceFile, text: str, metadata: dict[str, str], sections: tuple[Section, ...], title: str
) -> Document:
    name = Path(file.source).stem.replace("_", " ").replace("-", " ").strip()
    return Document(
        id=hashlib.sha256(file.source.encode() + b"\0" + file.data).hexdigest()[:16],
        source=file.source,
        title=metadata.get("title") or title or name,
        url=metadata.get("url") or file.url,
        text=text,
        sections=sections,
        metadata=metadata,
        format=file.format,
    )


def _candidates(seeds: Path, skipped: list[Skipped]) -> Iterator[Path]:
    """Files that look like sources; links to folders are not followed, so a loop of links cannot hold us."""

    def unlistable(error: OSError) -> None:
        where = _shown(Path(error.filename).relative_to(seeds))
        why = Phrase("the folder cannot be listed: {why}", why=of_system(error))
        skipped.append(Skipped(f"{where}/", why))

    found: list[Path] = []
    for folder, folders, names in os.walk(seeds, onerror=unlistable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [Path(folder, name) for name in folders if Path(folder, name).is_symlink()]
        skipped += [Skipped(f"{_shown(path.relative_to(seeds))}/", LINKED_FOLDER) for path in links]
        found += [Path(folder, name) for name in names if not name.startswith(".")]
    yield from sorted(path for path in found if path.suffix.lower() in FORMATS)


def _shown(path: Path) -> str:
    """A path as a source is named; bytes of a name that are not UTF-8 are shown as question marks."""
    return whole(path.as_posix())


def _read_bytes(path: Path, root: Path, max_bytes: int) -> bytes:
    if _shown(path) != path.as_posix():
        raise UnreadableSource(Phrase("has a name that is not UTF-8: rename it"))
    try:
        resolved = path.resolve(strict=True)
    except RuntimeError as error:  # what Python before 3.13 makes of it
        raise UnreadableSource(Phrase("is a link that leads round in a loop")) from error
    if not resolved.is_relative_to(root):
        raise UnreadableSource(Phrase("is a link that leads out of the folder: put the file itself here"))
    if not resolved.is_file():
        raise UnreadableSource(Phrase("is not a regular file"))
    return checked(_at_rest(resolved, max_bytes + 1), FORMATS[path.suffix.lower()], max_bytes)


def _at_rest(path: Path, most: int) -> bytes:
    """The bytes of a file, at most so many, that nobody writes to: half of what is being saved is no source.

    Raises UnreadableSource where somebody goes on writing.
    """
    before: tuple[object, bytes] | None = None
    for _ in range(LOOKS):
        with path.open("rb") as stream:
            then = os.fstat(stream.fileno())
            data = stream.read(most)
            now = os.fstat(stream.fileno())
        written = (now.st_mtime_ns, now.st_size)
        same = written == (then.st_mtime_ns, then.st_size)
        if same and (abs(time.time_ns() - now.st_mtime_ns) > RESTS_NS or before == (written, data)):
            return data
        before = (written, data)
        time.sleep(RESTS_NS / 1e9)
    raise UnreadableSource(Phrase("is being written to: reindex once it is saved"))


def checked(data: bytes, form: str, max_bytes: int) -> bytes:
    """The same bytes, where they can be a source of that format. Raises UnreadableSource."""
    if len(data) > max_bytes:
        raise UnreadableSource(too_large(max_bytes))
    if not data:
        raise UnreadableSource(EMPTY)
    if form not in TEXT:
        return data
    if b"\0" in data:
        raise UnreadableSource(Phrase("is a binary file, not text"))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableSource(Phrase("is not UTF-8 (byte {byte}): save it as UTF-8", byte=str(error.start))) from error
    if not text.strip("\ufeff \t\r\n"):
        raise UnreadableSource(EMPTY)
    return data


def too_large(max_bytes: int) -> Phrase:
    """Why a file is no source that has more bytes than that."""
    return Phrase("is larger than {size} MB: split it, or raise MAX_SOURCE_MB", size=max_bytes / 1e6)


def named(skipped: Sequence[Skipped], more: bool = True) -> tuple[str, ...]:
    """The first files that are no sources, each with its reason, and how many more there are."""
    first = tuple(Phrase("{name} {why}", name=item.source, why=item.reason) for item in skipped[:NAMED])
    left = len(skipped) - len(first)
    return (*first, Phrase("and {number} more", number=left)) if left and more else first


def _nothing_readable(seeds: Path, skipped: list[Skipped]) -> Phrase:
    if not skipped:
        return Phrase(
            "There is no source in the folder of sources: put .md, .txt, .html, .pdf, .docx or .csv files there, "
            "or addresses into sources.toml, then reindex."
        )
    return Phrase(
        "Not one source can be read: {named}. Mend one of them, then reindex.",
        named=named(skipped),
    )
