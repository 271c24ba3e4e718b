"""Errors fit to show a user: what happened, and the step that fixes it."""

from datetime import datetime

from index.domain.messages import Message, message_of

__all__ = [
    "BackupUnreadable",
    "BackupUnwritable",
    "Busy",
    "ClaimsUnreadable",
    "ClusterFault",
    "CoordinationUnavailable",
    "Damaged",
    "EmbeddingServerFault",
    "InUse",
    "IndexMismatch",
    "IndexUnwritable",
    "JournalUnavailable",
    "LibraryError",
    "MoveRefused",
    "NoIndex",
    "NoSuchMoment",
    "NoSuchSnapshot",
    "NoSuchSource",
    "NotInstalled",
    "ObjectsUnavailable",
    "PreviewGone",
    "QuestionsUnreadable",
    "QuotaExceeded",
    "ReindexCancelled",
    "ReindexRunning",
    "RestoreRefused",
    "SourceRejected",
    "SourceUnwritable",
    "SourcesUnreadable",
    "StoreUnavailable",
    "UnreadableSource",
]


class LibraryError(Exception):
    """Any failure that a user may see; `exit_code` is what the command line ends with.

    Parameters
    ----------
    message : str
        What to show: what happened and how to fix it. It names no path of this machine.
    log_detail : str
        For the log and the terminal only: which folder or process the error is about.
    """

    exit_code = 1

    def __init__(self, message: str = "", log_detail: str = "") -> None:
        super().__init__(message)
        self.log_detail = log_detail

    @property
    def message(self) -> str:
        """The text to show, as a translatable `Message` if it was raised with one."""
        return message_of(self)

    @property
    def log_message(self) -> str:
        """The text with its detail, for the log only."""
        return f"{self} {self.log_detail}".strip()


class NotInstalled(LibraryError):
    """Something needs packages of an extra; without `extra`, those that the lite install leaves out.

    `what` begins the sentence.
    """

    def __init__(self, what: str, *, extra: str = "") -> None:
        super().__init__(
            f"{what} needs packages of its own: run `pip install 'footnote[{extra}]'`."
            if extra
            else f"{what} needs packages that the lite install leaves out: run `pip install 'footnote[full]'`, or in a "
            "checkout `make run`."
        )


class QuestionsUnreadable(LibraryError):
    """A file of questions is missing, or a line of it is not a question."""

    exit_code = 2


class ClaimsUnreadable(LibraryError):
    """A file of claims is missing, or a line of it is not a claim."""

    exit_code = 2


class NoSuchSnapshot(LibraryError):
    """No snapshot has this id, or several match the part of an id."""

    exit_code = 2


class NoSuchMoment(LibraryError):
    """A text names no date in the past and no kept snapshot, or nothing is kept from then."""

    exit_code = 2


class NoSuchSource(LibraryError):
    """No source has this name, or several match it."""

    exit_code = 2


class Busy(LibraryError):
    """Another process holds a lock."""


class CoordinationUnavailable(Busy):
    """What coordinates the processes can't be reached, so no lock can be had, no value, no notice."""


class EmbeddingServerFault(LibraryError):
    """The server of EMBEDDING_URL cannot be used; the index is as it was before."""


class ClusterFault(LibraryError):
    """The Ray cluster of RAY_ADDRESS cannot be used; the index is as it was before."""


class ObjectsUnavailable(LibraryError):
    """The object storage does not answer, or refuses."""


class MoveRefused(LibraryError):
    """The journal is not moved to a database: there is none to move, or the database is not empty."""


class NoIndex(LibraryError):
    """There is no live snapshot yet."""

    exit_code = 3


class SourcesUnreadable(LibraryError):
    """No source could be read; the old index, if any, is untouched."""

    exit_code = 4


class IndexMismatch(LibraryError):
    """The snapshot does not fit this program or model, or its files are damaged."""

    exit_code = 5


class Damaged(IndexMismatch):
    """A file of the index is not as it was written."""


class ReindexRunning(LibraryError):
    """Another reindex is running; `log_detail` names the process and `since` its beginning, if they are known."""

    def __init__(self, message: str = "", log_detail: str = "", *, since: datetime | None = None) -> None:
        super().__init__(message, log_detail)
        self.since = since


class IndexUnwritable(LibraryError):
    """The folder of the index cannot be written; the index is as it was before."""


class ReindexCancelled(LibraryError):
    """The user who started the reindex cancelled it; the index is as it was before."""


class PreviewGone(LibraryError):
    """A preview can no longer be published: something changed since it was built."""


class QuotaExceeded(LibraryError):
    """A server would have more of its own than it may; nothing was changed."""


class JournalUnavailable(LibraryError):
    """The journal cannot be read or written: it is damaged, of a newer program, or the disk is full."""


class StoreUnavailable(LibraryError):
    """The server of STORE_URL cannot be reached, or refuses."""


class BackupUnreadable(LibraryError):
    """A file is no backup, is damaged or hostile, or was written by a newer program; nothing was changed."""

    exit_code = 2


class BackupUnwritable(LibraryError):
    """A backup cannot be written, or restored: the disk is full, a folder is read-only, ..."""


class RestoreRefused(LibraryError):
    """A backup may not be written or restored there: something is in its place."""

    exit_code = 2


class InUse(LibraryError):
    """A program is at work on what would be replaced."""


class SourceRejected(LibraryError):
    """A file cannot be added or removed as a source; `reason` is in words that follow its name."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(Message("{name} {why}.", name=name, why=reason))


class SourceUnwritable(LibraryError):
    """A source could not be written or removed: the disk is full, the folder is read-only, ..."""


class UnreadableSource(Exception):
    """One file cannot be read; the text follows the file's name and says how to fix it. No other file is affected."""
