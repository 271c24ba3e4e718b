"""The build lock: one builder at a time, across processes, by a lock of the operating system.

A process that dies releases it. On Linux and macOS it is flock, on Windows LockFileEx. On a network file
system it holds between machines if the server keeps locks (NFS 4, SMB); a file system without locks is refused.
"""

from __future__ import annotations

import errno
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.domain.errors import LibraryError, ReindexRunning
from index.domain.messages import Message
from index.domain.stages import Stage
from index.indexing.progress import ReindexProgress

__all__ = ["LOCK_NAME", "BuildLock"]

LOCK_NAME = "reindex.lock"
"""The lock file's name in the folder of the index."""

ALREADY_RUNNING = Message("A reindex is already running: wait until it is done.")


class BuildLock:
    """The lock file, and beside it a file that says which process on which machine holds it since when."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._holder_file = file.with_name(f"{file.name}.json")

    @contextmanager
    def hold(self, progress: ReindexProgress) -> Iterator[None]:
        """Hold the lock during the block.

        Raises ReindexRunning if another process holds it for longer than the run waits, and ReindexCancelled.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._file, fallback_to_soft=False, thread_local=False)
        try:
            try:
                lock.acquire(timeout=0)
            except Timeout:
                if not progress.wait:
                    raise
                progress(Stage.WAITING_FOR_PROCESS, 0, 0)
                lock.acquire(timeout=progress.wait, poll_interval=0.1, cancel_check=lambda: progress.is_cancelled)
        except Timeout as error:
            progress.check()
            raise self._running_error() from error
        except OSError as error:
            if error.errno != errno.ENOSYS:
                raise
            raise LibraryError(
                Message("The folder of the index has no locks: put INDEX_DIR on another file system."),
                log_detail=f"It is {self._file.parent}.",
            ) from error
        try:
            self._write_holder()
            yield
        finally:
            with suppress(OSError):
                self._holder_file.unlink()
            lock.release()

    def _write_holder(self) -> None:
        """Write which process holds the lock, for the message that other processes show."""
        row = {"pid": os.getpid(), "host": platform.node(), "started": datetime.now(UTC).isoformat()}
        with suppress(OSError):
            self._holder_file.write_text(json.dumps(row), "utf-8")

    def _running_error(self) -> ReindexRunning:
        try:
            row = json.loads(self._holder_file.read_text("utf-8"))
            since, pid, host = datetime.fromisoformat(row["started"]), int(row["pid"]), str(row["host"])
        except (OSError, ValueError, KeyError, TypeError):
            return ReindexRunning(ALREADY_RUNNING)
        # A process that died left this file, and the new holder has not written its own yet.
        if host == platform.node() and not _is_alive(pid):
            return ReindexRunning(ALREADY_RUNNING)
        return ReindexRunning(
            Message("A reindex is already running, since {time} UTC: wait until it is done.", time=f"{since:%H:%M:%S}"),
            log_detail=f"It is process {pid} on {host}; `python -m index reindex --wait SECONDS` waits for it.",
            since=since,
        )


def _is_alive(pid: int) -> bool:
    if os.name == "nt":  # there a signal of 0 ends a process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
