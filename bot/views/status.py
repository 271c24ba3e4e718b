"""Progress of a reindex, status of the index and the list of sources, as messages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from discord import ui

from bot.text.escape import fit, fold, utf16_length
from bot.text.i18n import format_percentage, gettext, gettext_noop, ngettext, pgettext
from bot.text.index_messages import translate
from bot.views._generation import generation_lines
from bot.views._shards import shard_lines
from bot.views.custom_id import ComponentId, button
from bot.views.formatting import (
    LINE_ROOM,
    NAMES_ROOM,
    NOTES,
    STATES,
    clamp_page,
    count_passages,
    count_sources,
    list_block,
    note_lines,
    older_copy_note,
    page_title,
    skipped_lines,
)
from bot.views.message import FOUND, NOT_FOUND, TEXT_LIMIT, build_message, notice_message
from bot.views.snapshot_names import name_snapshots, snapshot_note
from bot.views.times import relative_time
from index.domain.snapshots import SourceState
from index.domain.stages import TOKEN_STAGES, Stage

if TYPE_CHECKING:
    from bot.shards import ShardReport
    from bot.views.quotations import EvidenceLinks
    from index.domain.generation import GenerationStatus
    from index.domain.snapshots import SourceInfo, Status

__all__ = ["STAGES", "progress_message", "sources_message", "stage_text", "status_message"]

LINE_MARKUP = "**** (): \n"
"""The markup of a source's line."""
SOURCES_PER_PAGE = 15
STATE_ROOM = 20
MODEL_ROOM = 100
PROBLEM_ROOM = 80
"""Why a source is an older copy, in the list of all."""

STAGES: dict[str, str] = {
    Stage.FETCHING_SOURCES: gettext_noop("Fetching sources"),
    Stage.READING_SOURCES: gettext_noop("Reading sources"),
    Stage.EMBEDDING_PASSAGES: gettext_noop("Embedding passages"),
    Stage.WRITING_SNAPSHOT: gettext_noop("Writing the snapshot"),
    Stage.LOADING_MODEL: gettext_noop("Loading the model"),
    Stage.LOADING_INDEX: gettext_noop("Loading the index"),
    Stage.CHECKING_SUGGESTIONS: gettext_noop("Checking suggestions"),
    Stage.CHECKING_GAPS: gettext_noop("Asking open gaps again"),
    Stage.COMPARING_ANSWERS: gettext_noop("Comparing answers"),
    Stage.CHECKING_SNAPSHOT: gettext_noop("Checking the snapshot"),
    Stage.WAITING_FOR_REINDEX: gettext_noop("Waiting for the reindex that runs"),
    Stage.WAITING_FOR_PROCESS: gettext_noop("Waiting for another process"),
}
"""Stages of a reindex."""


def progress_message(
    stage: str,
    done: int,
    total: int,
    *,
    left: float | None = None,
    rate: float | None = None,
    run: int = 0,
    cancelled: bool = False,
) -> ui.LayoutView:
    """Return the progress of a reindex.

    `left` is the estimated rest of the stage in seconds, `rate` how much of it is done in a second. `run` is the number
    of a run that can be cancelled, 0 of any other. A total of 0 is unknown.
    """
    text = stage_text(stage, done, total, rate=rate)
    if cancelled:
        text = gettext("Cancelling")
    elif left is not None:
        text = gettext("{stage}, {left}", stage=text, left=_time_left(left))
    cancellable = run and not cancelled
    row = [button(ComponentId("stop", page=run), pgettext("button", "Cancel"))] if cancellable else []
    return build_message([f"{text} …\n-# {gettext('An index that is there already goes on answering.')}", row], FOUND)


def stage_text(stage: str, done: int, total: int, *, rate: float | None = None) -> str:
    """Return a stage and how much of it is done; of one that is counted in tokens, how many a second too."""
    text = gettext(STAGES[stage]) if stage in STAGES else fit(stage[:1].upper() + stage[1:], LINE_ROOM)
    if stage not in TOKEN_STAGES:
        return gettext("{stage}: {done} of {total}", stage=text, done=done, total=total) if total > 0 else text
    if total > 0:
        text = gettext("{stage}: {done} of {total} tokens", stage=text, done=done, total=total)
    elif done > 0:
        text = gettext("{stage}: {done} tokens", stage=text, done=done)
    return gettext("{stage}, {rate} a second", stage=text, rate=round(rate)) if rate else text


def _time_left(seconds: float) -> str:
    """Return an estimate in steps of five seconds, or in minutes from a minute and a half on."""
    if seconds >= 90:
        return gettext("about {minutes} min left", minutes=round(seconds / 60))
    return gettext("about {seconds} s left", seconds=max(5, 5 * round(seconds / 5)))


def status_message(
    status: Status,
    generation: GenerationStatus | None = None,
    *,
    building: str = "",
    failure: str = "",
    shards: ShardReport | None = None,
) -> ui.LayoutView:
    """Return what is indexed, since when, by which model, whether it is up to date, and which model writes answers.

    Without an index, `building` says how far its first build is, or `failure` why it failed. `shards` tells moderators
    how the bot's shards are shared out.
    """
    name = fit(status.model, MODEL_ROOM)
    model = gettext("Model: {model} (still loading: a question now waits for it)", model=name)
    if status.ready:
        model = gettext("Model: {model} (loaded)", model=name)
    more = (generation_lines(generation), _vector_lines(status), _storage_lines(status), shard_lines(shards))
    model = "\n".join([model, *chain.from_iterable(more)])
    if status.snapshot is None:
        nothing = gettext("**There is no index yet.** A moderator can build it with /reindex.")
        if building:
            nothing = f"{gettext('**There is no index yet.**')} {building}"
        elif failure:
            why = gettext("It could not be built: {why}", why=fit(failure, LINE_ROOM))
            nothing = f"{nothing}\n{why}"
        return build_message([f"{nothing}\n{model}"], NOT_FOUND)
    indexed = gettext(
        "**{sources}, {passages}**, indexed {when}.",
        sources=count_sources(len(status.snapshot.hashes)),
        passages=count_passages(status.snapshot.passages),
        when=relative_time(status.snapshot.created),
    )
    closing = f"-# {snapshot_note(status.snapshot.id)} {gettext('/sources lists the sources.')}"
    head = "\n".join([indexed, model, *_staleness(status)])
    room = TEXT_LIMIT - utf16_length(head) - utf16_length(closing)
    older_copies = _older_copies(status.sources, room // 2)
    room -= sum(map(utf16_length, older_copies))
    skipped_room = room // 2 if status.notes else room
    skipped = skipped_lines(status.skipped)
    skipped = list_block(gettext("**Skipped**"), skipped, room=skipped_room) if skipped else []
    room -= sum(map(utf16_length, skipped))
    notes = list_block(gettext(NOTES), note_lines(status.notes), room=room) if status.notes else []
    return build_message([head, *older_copies, *skipped, *notes, closing], FOUND)


def sources_message(status: Status, page: int = 1, *, links: EvidenceLinks | None = None) -> ui.LayoutView:
    """Return one page of the sources with title and size; a page past the end is the last.

    With `links`, it ends with a link to the web page of all sources.
    """
    if not status.sources:
        return notice_message(gettext("There are no sources yet."))
    page, pages = clamp_page(page, len(status.sources), SOURCES_PER_PAGE)
    start = (page - 1) * SOURCES_PER_PAGE
    shown = status.sources[start : start + SOURCES_PER_PAGE]
    title = page_title(f"**{count_sources(len(status.sources))}**", page, pages)
    closing = ""
    if more := len(status.sources) - start - len(shown):
        closing = f"\n-# {gettext('and {number} more: /sources page:{page}', number=more, page=str(page + 1))}"
    if home := links.home() if links else None:
        closing += f"\n-# [{gettext('All sources as a web page')}]({home})"
    details = [_details(source) for source in shown]
    room = TEXT_LIMIT - sum(utf16_length(text) + len(LINE_MARKUP) for text in [title, closing, *details])
    room = min(LINE_ROOM, room // len(shown)) // 2
    lines = [f"{_title_and_name(source, room)}: {detail}" for source, detail in zip(shown, details, strict=True)]
    return build_message([title, "\n".join(lines) + closing], FOUND)


def _storage_lines(status: Status) -> list[str]:
    """Return where snapshots are kept besides this machine, and which is live there; nothing without such a place."""
    if (storage := status.storage) is None:
        return []
    place = fit(storage.url, NAMES_ROOM)
    if not storage.snapshot:
        return [gettext("Shared in {place}, where nothing is live yet.", place=place)]
    return [gettext("Shared in {place}, where {snapshot} is live.", place=place, snapshot=storage.snapshot)]


def _vector_lines(status: Status) -> list[str]:
    """Return what an approximate search of vectors finds, as it was measured; nothing if every search is exact."""
    measured = [search for search in status.vectors if search.queries]
    if not measured:
        return []
    rows = sum(search.rows for search in measured)
    recall = sum(search.recall * search.rows for search in measured) / max(1, rows)
    found = math.floor(recall * 1000) / 1000  # rounded down: 100 % would say that nothing is missed
    return [
        gettext(
            "Vector search: approximate in {passages}, where it finds {share} of the nearest 20.",
            passages=count_passages(rows),
            share=format_percentage(found, 1),
        )
    ]


def _staleness(status: Status) -> list[str]:
    """Return whether the index is up to date; nothing if only a web page is an older copy, which has its own block."""
    if fold(status.fallback):
        why = name_snapshots(fit(translate(status.fallback), NAMES_ROOM))
        return [gettext("**Answers come from an older snapshot**: {why}", why=why)]
    if fold(status.stale):
        return [gettext("Stale: {why}", why=name_snapshots(fit(translate(status.stale), NAMES_ROOM)))]
    return [] if any(source.problem for source in status.sources) else [gettext("Up to date with its sources.")]


def _older_copies(sources: Sequence[SourceInfo], room: int) -> list[str]:
    """Return a block of the sources that could not be fetched anew, or none."""
    lines = [
        f"{fit(source.source, LINE_ROOM // 2)}: {note}"
        for source in sources
        if (note := older_copy_note(source, LINE_ROOM))
    ]
    title = gettext("**Older copies**, which could not be fetched anew")
    return list_block(title, lines, room=room) if lines else []


def _title_and_name(source: SourceInfo, room: int) -> str:
    """Return the title of a source and its name, each in at most `room` units."""
    name = f" ({fit(source.source, room)})" if source.title and source.title != source.source else ""
    return f"**{fit(source.title or source.source, room)}**{name}"


def _details(source: SourceInfo) -> str:
    """Return the size of a source, and how it differs from the live snapshot."""
    parts = [ngettext("{number} character", "{number} characters", source.size), count_passages(source.passages)]
    if source.state in STATES:
        parts.append(gettext(STATES[source.state]))
    elif source.state != SourceState.INDEXED:
        parts.append(fit(source.state, STATE_ROOM))
    if note := older_copy_note(source, PROBLEM_ROOM):
        parts.append(note)
    return ", ".join(parts)
