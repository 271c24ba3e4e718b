"""Names of snapshots as people read them: the time they were built, and the first letters of their id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from bot.text.escape import fit
from bot.text.i18n import gettext
from bot.views.times import full_time

__all__ = ["name_snapshots", "snapshot_letters", "snapshot_name", "snapshot_note"]

SNAPSHOT_ID = re.compile(r"\b(\d{8}T\d{6})\d{6}Z-([0-9a-f]{8})\b")
LEAST_LETTERS = 4
OTHER_ID_ROOM = 60


def snapshot_letters(snapshot: str, among: Iterable[str] = ()) -> str:
    """Return the first letters of a snapshot's id after its time: four, or as many as tell it from the others."""
    match = SNAPSHOT_ID.fullmatch(snapshot)
    if match is None:
        return snapshot
    others = {other[2] for each in among if each != snapshot and (other := SNAPSHOT_ID.fullmatch(each))}
    letters = match[2]
    lengths = range(LEAST_LETTERS, len(letters))
    unique = (length for length in lengths if not any(other.startswith(letters[:length]) for other in others))
    return letters[: next(unique, len(letters))]


def snapshot_name(snapshot: str, among: Iterable[str] = ()) -> str:
    """Return a snapshot by its time and letters, as Discord's markup; an id of another form as it is."""
    match = SNAPSHOT_ID.fullmatch(snapshot)
    return _markup(match, snapshot_letters(snapshot, among)) if match else fit(snapshot, OTHER_ID_ROOM)


def snapshot_note(snapshot: str) -> str:
    """Return the sentence that names the snapshot of a message."""
    return gettext("Snapshot {id}.", id=snapshot_name(snapshot))


def name_snapshots(escaped: str) -> str:
    """Return escaped text of the bot's own with the names of snapshots for their ids; it never gets longer.

    Not for quotations, which stay as the source has them.
    """
    return SNAPSHOT_ID.sub(lambda match: _markup(match, match[2][:LEAST_LETTERS]), escaped)


def _markup(match: re.Match[str], letters: str) -> str:
    try:
        built = datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:  # a number of no day or hour
        return match[0]
    return f"{full_time(built)} ({letters})"
