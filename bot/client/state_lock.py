"""The lock of the state folder: one bot with a token at a time, else every question is answered twice."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index import LibraryError

__all__ = ["holding_state"]

log = logging.getLogger(__name__)

ALREADY_RUNNING = (
    "A bot with this DISCORD_TOKEN runs already on this STATE_DIR: stop it first, else each question is answered twice."
)


@contextmanager
def holding_state(folder: Path, token: str) -> Iterator[None]:
    """Hold the lock of a state folder for a bot's token during the block; a process that dies releases it.

    Raises LibraryError if another process holds it. A folder that cannot be written is logged, and the bot serves.
    """
    name = hashlib.sha256(token.encode()).hexdigest()[:8]
    lock = FileLock(folder / f"bot-{name}.lock", fallback_to_soft=False, thread_local=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise LibraryError(ALREADY_RUNNING) from None
    except OSError as error:
        log.warning(
            "STATE_DIR can't be written (%s): give this program the right, or set it to another folder", error.strerror
        )
        yield
        return
    try:
        yield
    finally:
        lock.release()
