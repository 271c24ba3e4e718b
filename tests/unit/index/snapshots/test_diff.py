"""What one snapshot has that another has not."""

from __future__ import annotations

import hashlib

from index.domain.snapshots import Diff, PassageText
from index.snapshots.diff import MOST_SHOWN, SnapshotTexts, diff
from tests.support.index_fakes import search_index

BREAD = "Bread is made of flour.\n"
TEA = "Tea is made of leaves.\n"


def texts(name: str, **files: str) -> SnapshotTexts:
    """What a snapshot of these files says."""
    made = search_index(**files)
    hashes = {at.source: hashlib.sha256(at.text.encode()).hexdigest() for at in made.documents.values()}
    return SnapshotTexts(name, hashes, made.documents, made.passages)


def test_sources_are_added_changed_and_removed():
    found = diff(texts("1", a_md=BREAD, b_md=TEA), texts("2", a_md=BREAD + "\nRye is a grain.\n", c_md="Milk.\n"))
    assert (found.before, found.after) == ("1", "2")
    assert (found.added, found.changed, found.removed, found.renamed) == (("c.md",), ("a.md",), ("b.md",), ())
    assert (found.passages_added, found.passages_removed) == (2, 1)
    assert found.first_added == (PassageText("a.md", "", "Rye is a grain."), PassageText("c.md", "", "Milk."))
    assert found.first_removed == (PassageText("b.md", "", "Tea is made of leaves."),)


def test_a_source_with_the_same_content_under_another_name_is_renamed():
    """Its passages count as unchanged."""
    found = diff(texts("1", a_md=BREAD, b_md=TEA), texts("2", a_md=BREAD, c_md=TEA))
    assert found == Diff("1", "2", renamed=(("b.md", "c.md"),))
    assert not found.is_empty


def test_of_two_equal_sources_that_went_one_is_renamed_and_one_removed():
    """One source with the same content came."""
    found = diff(texts("1", a_md=TEA, b_md=TEA), texts("2", c_md=TEA))
    assert (found.added, found.removed, found.renamed) == ((), ("b.md",), (("a.md", "c.md"),))
    assert (found.passages_added, found.passages_removed) == (0, 1)


def test_passages_that_only_moved_within_their_source_did_not_change():
    found = diff(texts("1", a_md=BREAD + "\n" + TEA), texts("2", a_md="# New\n\n" + TEA + "\n" + BREAD))
    assert (found.changed, found.passages_added, found.passages_removed) == (("a.md",), 0, 0)


def test_a_text_that_stands_there_twice_is_counted_twice():
    found = diff(texts("1", a_md=BREAD), texts("2", a_md=BREAD + "\n" + BREAD))
    assert (found.passages_added, found.passages_removed) == (1, 0)


def test_only_the_first_few_passages_are_shown():
    many = "\n\n".join(f"Sentence number {n} stands here alone, for all to see." for n in range(MOST_SHOWN + 3))
    found = diff(SnapshotTexts(), texts("2", a_md=many))
    assert (found.before, found.passages_added, len(found.first_added)) == ("", MOST_SHOWN + 3, MOST_SHOWN)
    assert found.first_added[0].text == "Sentence number 0 stands here alone, for all to see."


def test_the_same_twice_is_nothing():
    assert diff(texts("1", a_md=BREAD), texts("2", a_md=BREAD)).is_empty
