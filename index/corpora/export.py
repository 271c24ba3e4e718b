"""Export of what a server has: its own files and settings, as zip archives of a largest size."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from index.domain.errors import SourceRejected, SourceUnwritable
from index.domain.sources import Export
from index.sources.uploads import UploadedSources

__all__ = ["export_server"]

OVERHEAD = 400
"""More bytes than an archive needs for a member beside its content and twice its name."""


def export_server(
    sources: UploadedSources, settings: Mapping[str, str], folder: Path, *, name: str, most_bytes: int | None = None
) -> Export:
    """Write archives NAME-1.zip, NAME-2.zip, ... into a folder, each of at most so many bytes, or one of any size.

    The first holds `settings.json`, too. Only one is called NAME.zip.
    """
    left_out: list[str] = []
    written = json.dumps(dict(settings), ensure_ascii=False, indent=2, sort_keys=True).encode()
    groups: list[list[str]] = [[]]
    filled = len(written) + OVERHEAD + len("settings.json") * 2
    for source, data in _read_all(sources, left_out):
        size = len(zlib.compress(data, 6)) + OVERHEAD + 2 * len(f"sources/{source}".encode())
        if most_bytes is not None and size > most_bytes:
            left_out.append(source)
            continue
        if most_bytes is not None and filled + size > most_bytes and (groups[-1] or len(groups) == 1):
            groups.append([])
            filled = 0
        groups[-1].append(source)
        filled += size
    parts = []
    for number, names in enumerate(groups, 1):
        part = folder / (f"{name}.zip" if len(groups) == 1 else f"{name}-{number}.zip")
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            if number == 1:
                archive.writestr("settings.json", written)
            for source in names:
                archive.writestr(f"sources/{source}", sources.read(source) or b"")
        parts.append(part)
    return Export(tuple(parts), tuple(left_out))


def _read_all(sources: UploadedSources, left_out: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the files with their bytes; add to `left_out` those that cannot be read."""
    for source in sources.names():
        try:
            data = sources.read(source)
        except (SourceRejected, SourceUnwritable):
            left_out.append(source)
            continue
        if data is not None:
            yield source, data
