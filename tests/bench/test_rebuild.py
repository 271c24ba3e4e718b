"""The bench of a rebuild measures what it says."""

from __future__ import annotations

from tests.bench.rebuild import measure


def test_a_rebuild_after_one_edited_sentence_embeds_it_and_its_neighbour_alone_and_takes_a_twentieth_at_most() -> None:
    found = measure(2_000, 64)
    assert found["passages"] == 2_000
    assert found["embedded_again"] == 2  # a sentence is embedded with the one before it
    assert found["ratio"] <= 1 / 20
