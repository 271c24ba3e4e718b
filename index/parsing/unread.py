"""Kinds of files that are not read, each with the reason and the step that mends it."""

from __future__ import annotations

from pathlib import PurePosixPath

from index.domain.messages import Message, template
from index.parsing.formats import SUFFIXES, suffixes_named

__all__ = ["COMPANIONS", "is_leftover", "why_not_read"]

CONVERT = template("is of a kind that is not read: save it as {kind}")


def _endings(words: str) -> frozenset[str]:
    return frozenset(f".{word}" for word in words.split())


BETTER_KIND = {
    ".docx": _endings("doc docm dot dotx rtf odf pages wpd wps abw sxw fodt"),
    ".xlsx": _endings("xls xlsb numbers sxc fods"),
    ".pptx": _endings("ppt pps ppsx pptm key odp sxi fodp"),
    ".pdf": _endings("eml msg mbox ps djvu xps oxps tex latex vsd vsdx pub one odg"),
    ".html": _endings("org adoc asciidoc asc textile wiki mediawiki creole typ mht mhtml webarchive chm xml tei dita"),
    ".epub": _endings("mobi azw azw3 fb2 lit"),
    ".txt": _endings("log srt vtt nfo text yaml yml toml ini cfg conf"),
    ".csv": _endings("json jsonl ndjson parquet feather db sqlite sqlite3 mdb accdb sav dta"),
    ".md": _endings("py ts java c h cpp hpp cs go rs rb php sh bat ps1 sql r rmd swift kt lua canvas"),
}
"""Endings of files, by the kind that they are best saved as."""

TARGET = {ending: kind for kind, endings in BETTER_KIND.items() for ending in endings}

ARCHIVES = _endings("zip tar gz tgz bz2 xz 7z rar zst jar")
RECORDINGS = _endings("mp3 wav ogg oga m4a flac opus mp4 m4v mov avi mkv webm wmv")

COMPANIONS = _endings(
    "png jpg jpeg gif webp svg bmp ico tif tiff heic avif psd ai eps drawio css js mjs map woff woff2 ttf otf eot"
)
"""Pictures, and styles, scripts and fonts of saved pages: there are many, so that they are named together."""

LEFTOVERS = frozenset(("thumbs.db", "desktop.ini", "ehthumbs.db"))
LEFTOVER_SUFFIXES = (".swp", ".swo", ".tmp", ".part", ".crdownload")


def why_not_read(name: str) -> Message | None:
    """Return why a file of this name is not read, in words that follow its name; None if it is of a kind that is."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in SUFFIXES:
        return None
    if suffix in TARGET:
        return Message(CONVERT, kind=TARGET[suffix])
    if suffix in ARCHIVES:
        return Message("is an archive, which is not read: unpack it")
    if suffix in RECORDINGS:
        return Message("is a recording, which is not read: write down what is said")
    if suffix in COMPANIONS:
        return Message("is a picture or belongs to a page, and is not read: write what it says into a text")
    if not suffix:
        return Message("has no ending that says what it is: rename it to end in .txt or .md")
    return Message("is of a kind that is not read: one of {kinds} is", kinds=suffixes_named())


def is_leftover(name: str) -> bool:
    """Return whether an editor or the system left the file there, so that nobody misses it."""
    lower = name.lower()
    return (
        lower.startswith((".", "~$"))
        or lower.endswith(("~", *LEFTOVER_SUFFIXES))
        or (len(lower) > 1 and lower[0] == lower[-1] == "#")
        or lower in LEFTOVERS
    )
