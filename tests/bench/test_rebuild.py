"""The bench of a rebuild measures what it says."""

from __future__ import annotations

from tests.bench.rebuild import measure


def test_a_rebuild_embeds_the_window_of_an_edited_sentence_alone() -> None:
    """A window of sentences is encoded at once, and begins with the last sentence of the one before it."""
    measured = measure(2_000, 64)
    assert measured["passages"] == 2_000
    assert measured["embedded_again"] == 4
