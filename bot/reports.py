"""What moderators and the curious are shown of the index: progress, reports, status, sources. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from discord import ui

from bot.escape import fit, fold, units
from bot.layout import FOUND, NOT_FOUND, message, notice
from bot.words import count

if TYPE_CHECKING:
    from index.types import Report, Skipped, SourceInfo, Status

__all__ = ["progress", "report", "sources", "status"]

LINE_ROOM = 180
"""One line of a list: a source, or a skipped file with its reason."""
NAMES_ROOM = 400
"""Names in a row, such as the sources added."""
LONGEST_LIST = 8
"""Lines of a list that is only a part of a message."""
PAGE = 15
"""Sources on a page."""


def progress(what: str, done: int, total: int) -> ui.LayoutView:
    """How far a reindex is; questions go on meanwhile."""
    counted = f": {done:,} of {total:,}" if total > 0 else ""
    stage = fit(what[:1].upper() + what[1:], LINE_ROOM)
    return message([f"{stage}{counted} …\n-# An index that is there already goes on answering."], FOUND)


def report(made: Report) -> ui.LayoutView:
    """What a reindex changed."""
    lines = [
        f"**The index is rebuilt**, in {made.seconds:.1f} s.",
        f"Passages: {made.passages_before:,} before, {made.passages_after:,} now.",
    ]
    changes = {"Added": made.added, "Changed": made.changed, "Removed": made.removed}
    lines += [f"{word}: {_names(names)}" for word, names in changes.items() if names]
    if not any(changes.values()):
        lines.append("No source changed.")
    closing = f"-# Snapshot {fit(made.snapshot.id, 60)}."
    return message(["\n".join(lines), *_skipped(made.skipped), closing], FOUND)


def status(now: Status) -> ui.LayoutView:
    """What is indexed, since when, by which model, and whether it still fits the sources."""
    ready = "loaded" if now.ready else "still loading: a question now waits for it"
    model = f"Model: {fit(now.model, 100)} ({ready})"
    if now.snapshot is None:
        return message([f"**There is no index yet.** A moderator can build it with /reindex.\n{model}"], NOT_FOUND)
    lines = [
        f"**{count(len(now.snapshot.hashes), 'source')}, {count(now.snapshot.passages, 'passage')}**, "
        f"indexed {_when(now.snapshot.created)}.",
        model,
        f"Stale: {fit(now.stale, NAMES_ROOM)}" if fold(now.stale) else "Up to date with its sources.",
    ]
    closing = f"-# Snapshot {fit(now.snapshot.id, 60)}. /sources lists the sources."
    return message(["\n".join(lines), *_skipped(now.skipped), closing], FOUND)


def sources(now: Status, page: int = 1) -> ui.LayoutView:
    """The sources with title and size, one page of them; a page past the end is the last."""
    if not now.sources:
        return notice("There are no sources yet.")
    pages = -(-len(now.sources) // PAGE)
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE
    lines = [_source(one) for one in now.sources[start : start + PAGE]]
    more = len(now.sources) - start - len(lines)
    if more:
        lines.append(f"-# and {more} more: /sources page:{page + 1}")
    title = f"**{count(len(now.sources), 'source')}**" + (f", page {page} of {pages}" if pages > 1 else "")
    return message([title, "\n".join(lines)], FOUND)


def _source(one: SourceInfo) -> str:
    """A source on one line."""
    named = fit(one.title or one.source, LINE_ROOM // 2)
    file = f" ({fit(one.source, LINE_ROOM // 2)})" if one.title and one.title != one.source else ""
    state = "" if one.state == "indexed" else f", {fit(one.state, 20)} since"
    return f"**{named}**{file}: {one.size:,} characters, {count(one.passages, 'passage')}{state}"


def _skipped(skipped: Sequence[Skipped]) -> list[str]:
    """The files that are no sources, with the reasons; no block where there are none."""
    if not skipped:
        return []
    lines = [f"{fit(one.source, LINE_ROOM // 2)}: {fit(one.reason, LINE_ROOM)}" for one in skipped[:LONGEST_LIST]]
    if len(skipped) > LONGEST_LIST:
        lines.append(f"and {len(skipped) - LONGEST_LIST} more")
    return ["\n".join(["**Skipped**", *lines])]


def _names(names: Sequence[str]) -> str:
    """Names in a row, as many as there is room for, then how many more."""
    shown: list[str] = []
    room = NAMES_ROOM
    for name in names:
        safe = fit(name, LINE_ROOM // 2)
        room -= units(safe) + 2
        if room < 0:
            return f"{', '.join(shown)} and {len(names) - len(shown):,} more"
        shown.append(safe)
    return ", ".join(shown)


def _when(moment: datetime) -> str:
    """A time that Discord shows as "2 hours ago", in the reader's language."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"<t:{int(aware.timestamp())}:R>"
