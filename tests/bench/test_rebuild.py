"""The bench of a rebuild measures what it says."""

from __future__ import annotations

from tests.bench.rebuild import measure


def test_a_rebuild_embeds_an_edited_sentence_and_its_neighbour_alone() -> None:
    """A sentence is embedded with the one before it."""
    measured = measure(2_000, 64)
    assert measured["passages"] == 2_000
    assert measured["embedded_again"] == 2
