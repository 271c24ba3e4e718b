"""Tells when something changed below a folder, in a thread of its own that holds up no end of the program."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

__all__ = ["watch"]

QUIET_MS = 1_600
"""How long changes that follow one another are gathered, at most."""

STEP_MS = 200
"""After so long without one more, what was gathered is told."""

STOPPED_WITHIN_MS = 500
"""How long the end is waited for, and how long after its start the watcher is known to watch, at most."""

AGAIN_SECONDS = 30.0
"""How long until a folder that is not there, or can't be watched, is looked for again."""

log = logging.getLogger(__name__)


def watch(folder: Path, changed: Callable[[], None], *, again: float = AGAIN_SECONDS) -> Callable[[], None]:
    """Call `changed` from a thread whenever files below the folder came, went or changed, hidden ones aside; and once
    as soon as the folder is watched, for nobody saw what changed before. What is returned ends it."""
    stop = threading.Event()
    threading.Thread(target=_watch, args=(folder, changed, stop, again), name="watch", daemon=True).start()
    return stop.set


def _watch(folder: Path, changed: Callable[[], None], stop: threading.Event, again: float) -> None:
    from watchfiles import watch as changes

    blind = False
    while not stop.is_set():
        try:
            unseen = True
            for found in changes(
                folder,
                watch_filter=lambda _, path: _seen(folder, path),
                debounce=QUIET_MS,
                step=STEP_MS,
                stop_event=stop,
                rust_timeout=STOPPED_WITHIN_MS,
                yield_on_timeout=True,
                raise_interrupt=False,
            ):
                if found or unseen:
                    blind = unseen = False
                    changed()
                if not folder.is_dir():
                    raise NotADirectoryError  # what is watched has gone, and another of its name would not be seen
        except Exception as error:  # no folder, no more watches to be had, ...: the next try may do better
            if not blind:
                log.warning("The sources can't be watched, next try in %g s: %s", again, type(error).__name__)
            blind = True
        stop.wait(again if blind else 1.0)


def _seen(folder: Path, path: str) -> bool:
    """Whether a path is of something that could be a source: nothing hidden is."""
    try:
        parts = Path(path).relative_to(folder.absolute()).parts
    except ValueError:
        parts = Path(path).parts[-1:]
    return not any(part.startswith(".") for part in parts)
