"""File watcher: calls back when files below a folder change, from a daemon thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from watchfiles import watch as file_changes

__all__ = ["watch"]

DEBOUNCE_MS = 1_600
"""How long successive changes are gathered, at most."""

STEP_MS = 200
"""Gathered changes are reported after so long without another."""

STOP_MS = 500
"""How long stopping takes at most, and how soon after its start the watcher is known to run."""

RETRY_SECONDS = 30.0
"""How long until a folder that is missing or cannot be watched is tried again."""

log = logging.getLogger(__name__)


def watch(folder: Path, changed: Callable[[], None], *, retry_seconds: float = RETRY_SECONDS) -> Callable[[], None]:
    """Call `changed` from a thread whenever files below a folder change, hidden ones aside; the result stops it.

    It is also called once as soon as the folder is watched, since changes before that were not seen. A folder that is
    missing or cannot be watched is tried again.
    """
    stop = threading.Event()
    threading.Thread(target=_watch, args=(folder, changed, stop, retry_seconds), name="watch", daemon=True).start()
    return stop.set


def _watch(folder: Path, changed: Callable[[], None], stop: threading.Event, retry_seconds: float) -> None:
    failing = False
    while not stop.is_set():
        try:
            first = True
            for batch in file_changes(
                folder,
                watch_filter=lambda _, path: _is_visible(folder, path),
                debounce=DEBOUNCE_MS,
                step=STEP_MS,
                stop_event=stop,
                rust_timeout=STOP_MS,
                yield_on_timeout=True,
                raise_interrupt=False,
            ):
                if batch or first:
                    failing = first = False
                    changed()
                if not folder.is_dir():
                    raise NotADirectoryError  # what is watched has gone, and another of its name would not be seen
        except Exception as error:  # no folder, no more watches to be had, ...: the next try may do better
            if not failing:
                log.warning("The sources can't be watched, next try in %g s: %s", retry_seconds, type(error).__name__)
            failing = True
        stop.wait(retry_seconds if failing else 1.0)


def _is_visible(folder: Path, path: str) -> bool:
    """Return whether a path can be a source: nothing hidden is."""
    try:
        parts = Path(path).relative_to(folder.absolute()).parts
    except ValueError:
        parts = Path(path).parts[-1:]
    return not any(part.startswith(".") for part in parts)
