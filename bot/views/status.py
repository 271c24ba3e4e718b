"""What moderators and the curious are shown of the index: progress, status, sources. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from discord import ui

from bot.text.escape import fit, fold, utf16_length
from bot.text.i18n import gettext, gettext_noop, ngettext, pgettext
from bot.text.index_messages import translate
from bot.views.custom_id import ComponentId, button
from bot.views.message import FOUND, NOT_FOUND, TEXT_LIMIT, build_message, notice_message, snapshot_note
from index.domain.snapshots import SourceState
from index.domain.stages import Stage

if TYPE_CHECKING:
    from index.domain.snapshots import SourceInfo, Status

from bot.views.formatting import (
    LINE_ROOM,
    NAMES_ROOM,
    STATES,
    count_passages,
    count_sources,
    list_block,
    older_copy_note,
    relative_time,
    skipped_lines,
)

__all__ = ["STAGES", "progress_message", "sources_message", "status_message"]

FRAME = "**** (): \n"
"""The marks of a source's line."""
SOURCES_PER_PAGE = 15
"""Sources on a page."""
STATE_ROOM = 20
MODEL_ROOM = 100
PROBLEM_ROOM = 80
"""Why a source is old, in the list of all."""

STAGES: dict[str, str] = {
    Stage.FETCHING_SOURCES: gettext_noop("Fetching sources"),
    Stage.READING_SOURCES: gettext_noop("Reading sources"),
    Stage.EMBEDDING_PASSAGES: gettext_noop("Embedding passages"),
    Stage.WRITING_SNAPSHOT: gettext_noop("Writing the snapshot"),
    Stage.LOADING_MODEL: gettext_noop("Loading the model"),
    Stage.LOADING_INDEX: gettext_noop("Loading the index"),
    Stage.CHECKING_SUGGESTIONS: gettext_noop("Checking suggestions"),
    Stage.CHECKING_GAPS: gettext_noop("Asking open gaps again"),
    Stage.ASKING_OWN_QUESTIONS: gettext_noop("Asking your own questions"),
    Stage.CHECKING_SNAPSHOT: gettext_noop("Checking the snapshot"),
    Stage.WAITING_FOR_REINDEX: gettext_noop("Waiting for the reindex that runs"),
    Stage.WAITING_FOR_PROCESS: gettext_noop("Waiting for another process"),
}
"""What the index is at."""


def progress_message(
    what: str, done: int, total: int, *, left: float | None = None, run: int = 0, cancelled: bool = False
) -> ui.LayoutView:
    """How far a reindex is; questions go on meanwhile. `left` is about how many seconds this stage still takes, `run`
    the number of one that can be cancelled, and `cancelled` says that it was."""
    stage = gettext(STAGES[what]) if what in STAGES else fit(what[:1].upper() + what[1:], LINE_ROOM)
    if total > 0:
        stage = gettext("{stage}: {done} of {total}", stage=stage, done=done, total=total)
    if cancelled:
        stage = gettext("Cancelling")
    elif left is not None:
        stage = gettext("{stage}, {left}", stage=stage, left=_left(left))
    stop = [button(ComponentId("stop", page=run), pgettext("button", "Cancel"))] if run and not cancelled else []
    return build_message([f"{stage} …\n-# {gettext('An index that is there already goes on answering.')}", stop], FOUND)


def _left(seconds: float) -> str:
    """An estimate, no finer than it is: in steps of five seconds, from a minute and a half on in minutes."""
    if seconds >= 90:
        return gettext("about {minutes} min left", minutes=round(seconds / 60))
    return gettext("about {seconds} s left", seconds=max(5, 5 * round(seconds / 5)))


def status_message(now: Status) -> ui.LayoutView:
    """What is indexed, since when, by which model, and whether it still fits the sources."""
    named = fit(now.model, MODEL_ROOM)
    model = gettext("Model: {model} (still loading: a question now waits for it)", model=named)
    if now.ready:
        model = gettext("Model: {model} (loaded)", model=named)
    if now.snapshot is None:
        nothing = gettext("**There is no index yet.** A moderator can build it with /reindex.")
        return build_message([f"{nothing}\n{model}"], NOT_FOUND)
    indexed = gettext(
        "**{sources}, {passages}**, indexed {when}.",
        sources=count_sources(len(now.snapshot.hashes)),
        passages=count_passages(now.snapshot.passages),
        when=relative_time(now.snapshot.created),
    )
    closing = f"-# {snapshot_note(now.snapshot.id)} {gettext('/sources lists the sources.')}"
    head = "\n".join([indexed, model, *_staleness(now)])
    room = TEXT_LIMIT - utf16_length(head) - utf16_length(closing)
    old = _old_copies(now.sources, room // 2)
    room -= sum(map(utf16_length, old))
    skipped = list_block(gettext("**Skipped**"), skipped_lines(now.skipped), room=room) if now.skipped else []
    return build_message([head, *old, *skipped, closing], FOUND)


def sources_message(now: Status, page: int = 1) -> ui.LayoutView:
    """The sources with title and size, one page of them; a page past the end is the last."""
    if not now.sources:
        return notice_message(gettext("There are no sources yet."))
    pages = -(-len(now.sources) // SOURCES_PER_PAGE)
    page = min(max(page, 1), pages)
    start = (page - 1) * SOURCES_PER_PAGE
    shown = now.sources[start : start + SOURCES_PER_PAGE]
    title = f"**{count_sources(len(now.sources))}**"
    if pages > 1:
        title = gettext("{title}, page {page} of {pages}", title=title, page=page, pages=pages)
    closing = ""
    if more := len(now.sources) - start - len(shown):
        closing = f"\n-# {gettext('and {number} more: /sources page:{page}', number=more, page=str(page + 1))}"
    sizes = [_size(one) for one in shown]
    room = TEXT_LIMIT - sum(utf16_length(text) + len(FRAME) for text in [title, closing, *sizes])
    room = min(LINE_ROOM, room // len(shown)) // 2
    lines = [f"{_named(one, room)}: {size}" for one, size in zip(shown, sizes, strict=True)]
    return build_message([title, "\n".join(lines) + closing], FOUND)


def _staleness(now: Status) -> list[str]:
    """Whether answers come from the live snapshot, and whether that still fits the sources; nothing where only a copy
    of a page is old, for that is told elsewhere."""
    if fold(now.fallback):
        return [gettext("**Answers come from an older snapshot**: {why}", why=fit(translate(now.fallback), NAMES_ROOM))]
    if fold(now.stale):
        return [gettext("Stale: {why}", why=fit(translate(now.stale), NAMES_ROOM))]
    return [] if any(one.problem for one in now.sources) else [gettext("Up to date with its sources.")]


def _old_copies(infos: Sequence[SourceInfo], room: int) -> list[str]:
    """The sources of which an older copy is read, since when and why; no block where there are none."""
    lines = [f"{fit(one.source, LINE_ROOM // 2)}: {old}" for one in infos if (old := older_copy_note(one, LINE_ROOM))]
    return list_block(gettext("**Older copies**, which could not be fetched anew"), lines, room=room) if lines else []


def _named(one: SourceInfo, room: int) -> str:
    """A source's title and its file, each in so much room, within the marks of a FRAME."""
    file = f" ({fit(one.source, room)})" if one.title and one.title != one.source else ""
    return f"**{fit(one.title or one.source, room)}**{file}"


def _size(one: SourceInfo) -> str:
    """How much a source is, and what became of it since."""
    parts = [ngettext("{number} character", "{number} characters", one.size), count_passages(one.passages)]
    if one.state in STATES:
        parts.append(gettext(STATES[one.state]))
    elif one.state != SourceState.INDEXED:
        parts.append(fit(one.state, STATE_ROOM))
    if old := older_copy_note(one, PROBLEM_ROOM):
        parts.append(old)
    return ", ".join(parts)
