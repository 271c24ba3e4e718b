"""Source files in the seeds folder. A file that cannot be read is skipped with its reason."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from index.domain.errors import SourcesUnreadable, UnreadableSource
from index.domain.messages import Message, message_of, system_message
from index.domain.snapshots import SkippedSource
from index.domain.sources import NO_SOURCES, SourceFile, SourceSet
from index.parsing.formats import SUFFIXES, check_content, suffixes_named
from index.parsing.unread import COMPANIONS, is_leftover, why_not_read
from index.sources._sources_toml import LIST_NAME
from index.text.normalize import replace_surrogates

__all__ = ["name_skipped", "read_source", "read_sources", "source_names"]


MOST_NAMED = 5
"""Skipped files that an error names."""
SETTLED_NS = 50_000_000
"""Nanoseconds after the last write from which a file counts as saved."""
MAX_ATTEMPTS = 10

PAGES = {".html", ".htm", ".xhtml"}
PAGE_FOLDER_ENDS = ("_files", ".files", "-Dateien", "_fichiers", "_archivos", "_arquivos")
"""What browsers add to a page's name for the folder of its parts, in the languages of the bot."""

NO_SOURCES_BY_NAME = {LIST_NAME, "questions.jsonl"}
"""Files in the folder of sources that the program reads as something else."""

SAME_NAME = Message("is a file's name too: give the address another name in sources.toml")
PART_OF_A_PAGE = Message("is part of a saved page, and is not read by itself")
LINKED_FOLDER = Message("is a link to a folder, which is not followed: put the folder itself here")


def read_sources(seeds: Path, max_bytes: int, web: SourceSet = NO_SOURCES) -> SourceSet:
    """Return the bytes of every source, in the order of their paths, then the `web` sources that have no file's name.

    Raises SourcesUnreadable if the folder is missing or not one source can be read.
    """
    if not seeds.is_dir():
        raise SourcesUnreadable(
            Message(
                "There is no folder of sources: put sources ({kinds}) in it, or set SEEDS_DIR to where they are.",
                kinds=suffixes_named(all_=False),
            ),
            log_detail=f"It would be {seeds}.",
        )
    root = seeds.resolve()
    files: list[SourceFile] = []
    skipped: list[SkippedSource] = []
    for path in _candidates(seeds, skipped):
        source = _source_name(path.relative_to(seeds))
        try:
            files.append(_read_file(path, source, root, max_bytes))
        except OSError as error:
            skipped.append(SkippedSource(source, Message("cannot be read: {why}", why=system_message(error))))
        except UnreadableSource as error:
            skipped.append(SkippedSource(source, message_of(error)))
    names = {file.source for file in files}
    files += [file for file in web.files if file.source not in names]
    skipped += [SkippedSource(file.source, SAME_NAME) for file in web.files if file.source in names]
    skipped += web.skipped
    if not files:
        raise SourcesUnreadable(_no_source_message(seeds, skipped))
    return SourceSet(tuple(files), tuple(skipped), web.stale, web.waiting)


def read_source(seeds: Path, source: str, max_bytes: int) -> SourceFile:
    """Return one source of the folder, as `read_sources` does. Raises OSError, UnreadableSource."""
    return _read_file(seeds / source, source, seeds.resolve(), max_bytes)


def source_names(seeds: Path) -> list[str]:
    """Return the names of files below `seeds` that look like sources, readable or not; none if it is no folder."""
    return [_source_name(path.relative_to(seeds)) for path in _candidates(seeds, [])] if seeds.is_dir() else []


def _candidates(seeds: Path, skipped: list[SkippedSource]) -> Iterator[Path]:
    """Yield the files that look like sources; links to folders are not followed, since they may form a loop."""

    def report_folder(error: OSError) -> None:
        folder_name = _source_name(Path(error.filename).relative_to(seeds))
        why = Message("the folder cannot be listed: {why}", why=system_message(error))
        skipped.append(SkippedSource(f"{folder_name}/", why))

    paths: list[Path] = []
    for folder, folders, names in os.walk(seeds, onerror=report_folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [Path(folder, name) for name in folders if Path(folder, name).is_symlink()]
        skipped += [SkippedSource(f"{_source_name(path.relative_to(seeds))}/", LINKED_FOLDER) for path in links]
        paths += [Path(folder, name) for name in names if not is_leftover(name)]
    page_folders = {folder for path in paths if path.suffix.lower() in PAGES for folder in _page_folders(path)}
    companions: list[str] = []
    for path in sorted(paths):
        name = _source_name(path.relative_to(seeds))
        if not page_folders.isdisjoint(path.parents) or path.suffix.lower() in COMPANIONS:
            companions.append(name)
        elif reason := why_not_read(name):
            if name not in NO_SOURCES_BY_NAME:
                skipped.append(SkippedSource(name, reason))
        else:
            yield path
    skipped += _skipped_companions(companions)


def _page_folders(page: Path) -> list[Path]:
    """Return the folders in which browsers save the pictures, styles and frames of a page."""
    return [page.with_name(f"{page.stem}{end}") for end in PAGE_FOLDER_ENDS]


def _skipped_companions(names: list[str]) -> list[SkippedSource]:
    """Return one entry for pictures and parts of saved pages, of which there are many."""
    if len(names) <= 1:
        return [SkippedSource(name, why_not_read(name) or PART_OF_A_PAGE) for name in names]
    ends = sorted({PurePosixPath(name).suffix.lower() or PurePosixPath(name).name for name in names})
    shown = ", ".join(f"*{end}" if end.startswith(".") else end for end in ends[:MOST_NAMED])
    shown += ", ..." * (len(ends) > MOST_NAMED)
    return [SkippedSource(shown, Message("are pictures or parts of pages: {count} files, not read", count=len(names)))]


def _source_name(path: Path) -> str:
    """Return a path as a source's name; bytes that are not UTF-8 become question marks."""
    return replace_surrogates(path.as_posix())


def _read_file(path: Path, source: str, root: Path, max_bytes: int) -> SourceFile:
    return SourceFile(source, _read_bytes(path, root, max_bytes))


def _read_bytes(path: Path, root: Path, max_bytes: int) -> bytes:
    if _source_name(path) != path.as_posix():
        raise UnreadableSource(Message("has a name that is not UTF-8: rename it"))
    try:
        resolved = path.resolve(strict=True)
    except RuntimeError as error:  # what Python before 3.13 makes of it
        raise UnreadableSource(Message("is a link that leads round in a loop")) from error
    if not resolved.is_relative_to(root):
        raise UnreadableSource(Message("is a link that leads out of the folder: put the file itself here"))
    if not resolved.is_file():
        raise UnreadableSource(Message("is not a regular file"))
    return check_content(_read_settled(resolved, max_bytes + 1), SUFFIXES[path.suffix.lower()], max_bytes)


def _read_settled(path: Path, limit: int) -> bytes:
    """Return the bytes of a file, at most so many, once nobody writes to it: a half-saved file is no source.

    Raises UnreadableSource if it is still being written.
    """
    previous: tuple[object, bytes] | None = None
    for _ in range(MAX_ATTEMPTS):
        with path.open("rb") as stream:
            before_read = os.fstat(stream.fileno())
            data = stream.read(limit)
            after_read = os.fstat(stream.fileno())
        written = (after_read.st_mtime_ns, after_read.st_size)
        unchanged = written == (before_read.st_mtime_ns, before_read.st_size)
        if unchanged and (abs(time.time_ns() - after_read.st_mtime_ns) > SETTLED_NS or previous == (written, data)):
            return data
        previous = (written, data)
        time.sleep(SETTLED_NS / 1e9)
    raise UnreadableSource(Message("is being written to: reindex once it is saved"))


def name_skipped(skipped: Sequence[SkippedSource], more: bool = True) -> tuple[str, ...]:
    """Return the first skipped files with their reasons, and how many more there are."""
    first = tuple(Message("{name} {why}", name=item.source, why=item.reason) for item in skipped[:MOST_NAMED])
    rest = len(skipped) - len(first)
    return (*first, Message("and {number} more", number=rest)) if rest and more else first


def _no_source_message(seeds: Path, skipped: list[SkippedSource]) -> Message:
    if not skipped:
        return Message(
            "There is no source in the folder of sources: put files there ({kinds}), or addresses into sources.toml, "
            "then reindex.",
            kinds=suffixes_named(all_=False),
        )
    return Message(
        "Not one source can be read: {named}. Mend one of them, then reindex.",
        named=name_skipped(skipped),
    )
