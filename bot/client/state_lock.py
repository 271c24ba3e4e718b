"""The locks of the state folder: one bot with a token at a time, but for processes that share its shards."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from filelock import FileLock, Timeout

from bot.shards import ALL_SHARDS, ShardRange
from index import LibraryError

__all__ = ["bot_key", "holding_state"]

log = logging.getLogger(__name__)

ALREADY_RUNNING = (
    "A bot with this DISCORD_TOKEN runs already on this STATE_DIR: stop it first, else questions are answered twice. "
    "Several processes can share its shards: set SHARD_COUNT and SHARD_IDS for each of them."
)
STARTING_SECONDS = 5.0
"""How long another process may take to look at the locks."""


def bot_key(token: str) -> str:
    """Return what stands for a bot in the names of locks; it does not tell the token."""
    return hashlib.sha256(token.encode()).hexdigest()[:8]


@contextmanager
def holding_state(folder: Path, token: str, shards: ShardRange = ALL_SHARDS) -> Iterator[None]:
    """Hold a lock of a state folder for a bot's token during the block; a process that dies releases it.

    A process that runs all shards holds the bot's own, one that shares them holds the first that is free of those with
    a number. Raises LibraryError if they do not go together. A folder that cannot be written is logged, and the bot
    serves.
    """
    name = f"bot-{bot_key(token)}"
    whole = FileLock(folder / f"{name}.lock", fallback_to_soft=False, thread_local=False)
    mine = whole
    try:
        folder.mkdir(parents=True, exist_ok=True)
        whole.acquire(timeout=STARTING_SECONDS if shards.shared else 0)
        if shards.shared:
            mine = _first_free(folder, name)
            whole.release()
        elif any(map(_is_held, folder.glob(f"{name}-*.lock"))):
            whole.release()
            raise LibraryError(ALREADY_RUNNING)
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
        mine.release()


def _first_free(folder: Path, name: str) -> FileLock:
    for number in count(1):
        lock = FileLock(folder / f"{name}-{number}.lock", fallback_to_soft=False, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        return lock
    raise AssertionError("the numbers do not end")


def _is_held(path: Path) -> bool:
    lock = FileLock(path, fallback_to_soft=False, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False
