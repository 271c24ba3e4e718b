"""Files in the seeds folder -> `Document`s. One bad file is named with its reason and stops no other."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.domain.errors import SourcesUnreadable, UnreadableSource
from index.domain.messages import Message, message_of, system_message
from index.domain.snapshots import SkippedSource
from index.domain.sources import NO_SOURCES, SourceFile, SourceSet
from index.parsing.formats import FORMATS, check_content
from index.text.normalize import replace_surrogates

__all__ = ["name_skipped", "read_sources", "source_names"]


NAMED = 5
"""Files that are named with their reasons where not one can be read."""
RESTS_NS = 50_000_000
"""Nanoseconds since a file was last written to from which it is taken to be saved."""
LOOKS = 10

SAME_NAME = Message("is a file's name too: give the address another name in sources.toml")
LINKED_FOLDER = Message("is a link to a folder, which is not followed: put the folder itself here")


def read_sources(seeds: Path, max_bytes: int, web: SourceSet = NO_SOURCES) -> SourceSet:
    """The bytes of every source below `seeds`, in the order of their paths, then those `web` sources that are none.

    Raises SourcesUnreadable when the folder is missing or not one source can be read.
    """
    if not seeds.is_dir():
        raise SourcesUnreadable(
            Message(
                "There is no folder of sources: put sources (.md, .txt, .html, .pdf, .docx, .csv) in it, "
                "or set SEEDS_DIR to where they are."
            ),
            log_detail=f"It would be {seeds}.",
        )
    root = seeds.resolve()
    files: list[SourceFile] = []
    skipped: list[SkippedSource] = []
    for path in _candidates(seeds, skipped):
        source = _shown(path.relative_to(seeds))
        try:
            files.append(SourceFile(source, _read_bytes(path, root, max_bytes)))
        except OSError as error:
            skipped.append(SkippedSource(source, Message("cannot be read: {why}", why=system_message(error))))
        except UnreadableSource as error:
            skipped.append(SkippedSource(source, message_of(error)))
    names = {file.source for file in files}
    files += [file for file in web.files if file.source not in names]
    skipped += [SkippedSource(file.source, SAME_NAME) for file in web.files if file.source in names]
    skipped += web.skipped
    if not files:
        raise SourcesUnreadable(_nothing_readable(seeds, skipped))
    return SourceSet(tuple(files), tuple(skipped), web.stale, web.waiting)


def source_names(seeds: Path) -> list[str]:
    """The files below `seeds` that look like sources, whether or not they can be read; none where it is no folder."""
    return [_shown(path.relative_to(seeds)) for path in _candidates(seeds, [])] if seeds.is_dir() else []


def _candidates(seeds: Path, skipped: list[SkippedSource]) -> Iterator[Path]:
    """Files that look like sources; links to folders are not followed, so a loop of links cannot hold us."""

    def unlistable(error: OSError) -> None:
        where = _shown(Path(error.filename).relative_to(seeds))
        why = Message("the folder cannot be listed: {why}", why=system_message(error))
        skipped.append(SkippedSource(f"{where}/", why))

    found: list[Path] = []
    for folder, folders, names in os.walk(seeds, onerror=unlistable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [Path(folder, name) for name in folders if Path(folder, name).is_symlink()]
        skipped += [SkippedSource(f"{_shown(path.relative_to(seeds))}/", LINKED_FOLDER) for path in links]
        found += [Path(folder, name) for name in names if not name.startswith(".")]
    yield from sorted(path for path in found if path.suffix.lower() in FORMATS)


def _shown(path: Path) -> str:
    """A path as a source is named; bytes of a name that are not UTF-8 are shown as question marks."""
    return replace_surrogates(path.as_posix())


def _read_bytes(path: Path, root: Path, max_bytes: int) -> bytes:
    if _shown(path) != path.as_posix():
        raise UnreadableSource(Message("has a name that is not UTF-8: rename it"))
    try:
        resolved = path.resolve(strict=True)
    except RuntimeError as error:  # what Python before 3.13 makes of it
        raise UnreadableSource(Message("is a link that leads round in a loop")) from error
    if not resolved.is_relative_to(root):
        raise UnreadableSource(Message("is a link that leads out of the folder: put the file itself here"))
    if not resolved.is_file():
        raise UnreadableSource(Message("is not a regular file"))
    return check_content(_at_rest(resolved, max_bytes + 1), FORMATS[path.suffix.lower()], max_bytes)


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
    raise UnreadableSource(Message("is being written to: reindex once it is saved"))


def name_skipped(skipped: Sequence[SkippedSource], more: bool = True) -> tuple[str, ...]:
    """The first files that are no sources, each with its reason, and how many more there are."""
    first = tuple(Message("{name} {why}", name=item.source, why=item.reason) for item in skipped[:NAMED])
    left = len(skipped) - len(first)
    return (*first, Message("and {number} more", number=left)) if left and more else first


def _nothing_readable(seeds: Path, skipped: list[SkippedSource]) -> Message:
    if not skipped:
        return Message(
            "There is no source in the folder of sources: put .md, .txt, .html, .pdf, .docx or .csv files there, "
            "or addresses into sources.toml, then reindex."
        )
    return Message(
        "Not one source can be read: {named}. Mend one of them, then reindex.",
        named=name_skipped(skipped),
    )
