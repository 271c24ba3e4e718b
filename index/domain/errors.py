"""Errors fit to show a user: what happened, and the step that mends it."""

from index.domain.messages import Message, message_of

__all__ = [
    "Damaged",
    "IndexMismatch",
    "IndexUnwritable",
    "JournalUnavailable",
    "LibraryError",
    "NoIndex",
    "NoSuchSnapshot",
    "PreviewGone",
    "QuestionsUnreadable",
    "ReindexCancelled",
    "ReindexRunning",
    "SourceUnfit",
    "SourceUnkept",
    "SourcesUnreadable",
    "UnreadableSource",
]


class LibraryError(Exception):
    """Any failure that a user may see. `exit_code` is what the command line ends with; `where` is a sentence for whom
    runs the program alone: which folder or process it is about."""

    exit_code = 1

    def __init__(self, message: str = "", where: str = "") -> None:
        super().__init__(message)
        self.where = where

    @property
    def message(self) -> str:
        """What it says: a phrase where that can be said in other languages."""
        return message_of(self)

    @property
    def for_the_log(self) -> str:
        """What it says, and where."""
        return f"{self} {self.where}".strip()


class QuestionsUnreadable(LibraryError):
    """A file of questions is not there, or a line of it is no question."""

    exit_code = 2


class NoSuchSnapshot(LibraryError):
    """No snapshot is called so, or several begin or end so."""

    exit_code = 2


class NoIndex(LibraryError):
    """There is no live snapshot yet."""

    exit_code = 3


class SourcesUnreadable(LibraryError):
    """Not one source could be read; the old index, if any, is untouched."""

    exit_code = 4


class IndexMismatch(LibraryError):
    """The snapshot does not fit this program or model, or its files are damaged."""

    exit_code = 5


class Damaged(IndexMismatch):
    """A file of the index is not as it was written."""


class ReindexRunning(LibraryError):
    """Another reindex is under way; `where` says in which process, empty where that is not known."""


class IndexUnwritable(LibraryError):
    """The folder of the index can't be written to; the index is as it was before."""


class ReindexCancelled(LibraryError):
    """The reindex was stopped by whoever asked for it; the index is as it was before."""


class PreviewGone(LibraryError):
    """What was previewed can't be made live any more: something changed since."""


class JournalUnavailable(LibraryError):
    """The journal can't be read or written: it is damaged, of a newer program, or the disk is full."""


class SourceUnfit(LibraryError):
    """Why a file can't come in as a source, or go out: words that follow its name."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(Message("{name} {why}.", name=name, why=why))


class SourceUnkept(LibraryError):
    """A source could not be written or removed: the disk is full, the folder read-only, ..."""


class UnreadableSource(Exception):
    """Why one file is no source, in words that follow its name and say how to mend it. It stops no other file."""
