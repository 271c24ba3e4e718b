"""An error as a reply: in the reader's language as far as the bot knows its kind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.services.errors import SHORT_TEXTS, explain
from bot.text.i18n import language_for, using_language
from index import LibraryError
from index.domain.errors import Damaged, IndexMismatch, NoIndex, ReindexRunning
from index.domain.messages import REBUILD, with_fix

GERMAN = language_for("de")


@pytest.mark.parametrize("error", [NoIndex, IndexMismatch])
def test_what_names_a_command_of_a_shell_is_said_in_short_in_every_language(error: type[LibraryError]) -> None:
    for code in ("de", None):
        spoken = language_for(code)
        with using_language(spoken):
            assert explain(error("At length: run `python -m index reindex`."), "asking") == spoken.gettext(
                SHORT_TEXTS[error]
            )


def test_any_other_error_is_said_in_the_readers_language_with_discords_own_step() -> None:
    error = Damaged(with_fix(REBUILD, "{file} of snapshot {id} is damaged", file="tokens.npy", id="X"))
    with using_language(GERMAN):
        text = explain(error, "asking")
    assert "tokens.npy" in text
    assert "/neu-indexieren" in text
    assert "damaged" not in text


@pytest.mark.parametrize("error", [Damaged, LibraryError])
def test_what_is_no_phrase_is_told_as_it_is(error: type[LibraryError]) -> None:
    with using_language(language_for(None)):
        assert explain(error("tokens.npy is damaged."), "asking") == "tokens.npy is damaged."


def test_a_path_of_the_machine_is_logged_and_shown_to_nobody_on_discord(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Errors whose text names a path are for the log only."""
    with using_language(language_for(None)):
        assert "/srv" not in explain(LibraryError("It can't be read.", log_detail="It is /srv/index."), "asking")
    assert "Failed while asking: It can't be read. It is /srv/index." in caplog.text


def test_since_when_a_reindex_runs_is_said_as_a_whole_time() -> None:
    running = ReindexRunning("It runs, since 12:00:30 UTC.", since=datetime(2025, 4, 5, 12, 0, 30, tzinfo=UTC))
    assert explain(running, "reindexing") == (
        "A reindex is already running, since 2025-04-05 12:00:30 UTC: wait until it is done."
    )
