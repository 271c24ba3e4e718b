"""Coordination by files, of processes that share a folder."""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from filelock import FileLock, Timeout

from index.domain.errors import Busy
from index.domain.messages import Message
from index.storage.atomic import write_atomically

__all__ = ["FileCoordinator"]

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
"""How often a process looks for notices."""

KEPT_SECONDS = 60.0
"""How long a notice is kept for those that listen."""

BUSY = Message("Another process is doing this already. Please try again later.")

Callback = Callable[[str], None]


class HeldFile:
    """A lock on a file, which is held until its process leaves it or dies."""

    def held(self) -> bool:
        """Return that it is held: nobody else can take it away."""
        return True


class FileCoordinator:
    """A `Coordinator` by files of one folder, which is made when it is needed. Its watcher ends with `close`."""

    rates = None
    """Each process counts for itself."""

    def __init__(self, folder: Path, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._folder = folder
        self._look_seconds = look_seconds
        self._listeners: defaultdict[str, list[Callback]] = defaultdict(list)
        self._seen: dict[str, set[str]] = {}
        self._changes = threading.Lock()
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None

    @contextlib.contextmanager
    def lock(self, name: str, *, wait: float = 0) -> Iterator[HeldFile]:
        """Hold a lock inside the `with` block. Raises Busy if another holds it so long."""
        path = self._place("locks") / f"{_safe(name)}.lock"
        lock = FileLock(path, thread_local=False, fallback_to_soft=False)
        try:
            lock.acquire(timeout=wait, poll_interval=0.05)
        except Timeout:
            raise Busy(BUSY, f"Lock: {name}") from None
        try:
            yield HeldFile()
        finally:
            lock.release()

    def put(self, key: str, text: str) -> None:
        """Keep a value for all processes instead of the one before."""
        write_atomically(self._place("values") / _safe(key), text.encode(), fsync_folder=False)

    def get(self, key: str) -> str:
        """Return a value; empty if there is none."""
        try:
            return (self._folder / "values" / _safe(key)).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def notify(self, topic: str, text: str = "") -> None:
        """Tell all processes that listen to a topic, this one too."""
        folder = self._place("notices", _safe(topic))
        for name in _names(folder):
            if _age(name) > KEPT_SECONDS:
                (folder / name).unlink(missing_ok=True)
        write_atomically(folder / f"{time.time_ns():020}-{secrets.token_hex(4)}", text.encode(), fsync_folder=False)

    def listen(self, topic: str, callback: Callback) -> Callable[[], None]:
        """Call `callback` with the text of each later notice, in a thread; return what ends that."""
        with self._changes:
            self._seen.setdefault(topic, set(_names(self._folder / "notices" / _safe(topic))))
            self._listeners[topic].append(callback)
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="notices", daemon=True)
                self._watcher.start()

        def end() -> None:
            with self._changes, contextlib.suppress(ValueError):
                self._listeners[topic].remove(callback)

        return end

    def close(self) -> None:
        """Listen no more."""
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(self._look_seconds):
            with self._changes:
                listeners = {topic: [*callbacks] for topic, callbacks in self._listeners.items() if callbacks}
            for topic, callbacks in listeners.items():
                for text in self._new_notices(topic):
                    for callback in callbacks:
                        _call(callback, text)

    def _new_notices(self, topic: str) -> list[str]:
        folder = self._folder / "notices" / _safe(topic)
        names = _names(folder)
        new = sorted(set(names) - self._seen[topic])
        self._seen[topic] = set(names)
        texts = []
        for name in new:
            with contextlib.suppress(OSError):  # too old, and removed meanwhile
                texts.append((folder / name).read_text(encoding="utf-8"))
        return texts

    def _place(self, *parts: str) -> Path:
        folder = self._folder.joinpath(*parts)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _call(callback: Callback, text: str) -> None:
    try:
        callback(text)
    except Exception:  # the others are told all the same
        log.exception("A notice could not be taken")


def _names(folder: Path) -> list[str]:
    """Return the notices of a folder; those that are being written have hidden names."""
    try:
        return [path.name for path in folder.iterdir() if not path.name.startswith(".")]
    except FileNotFoundError:
        return []


def _age(name: str) -> float:
    stamp = name.partition("-")[0]
    return (time.time_ns() - int(stamp)) / 1e9 if stamp.isdecimal() else 0.0


def _safe(name: str) -> str:
    return quote(name, safe="")
