"""What one snapshot has that another has not."""

from __future__ import annotations

import hashlib

from index.domain.snapshots import Diff, PassageText
from index.snapshots.diff import MOST_SHOWN, SnapshotContent, diff
from tests.support.index_fakes import search_index

BREAD = "Bread is made of flour.\n"
TEA = "Tea is made of leaves.\n"


def texts(name: str, **files: str) -> SnapshotContent:
    """What a snapshot of these files says."""
    made = search_index(**files)
    hashes = {
        document.source: hashlib.sha256(document.text.encode()).hexdigest() for document in made.documents.values()
    }
    return SnapshotContent(name, hashes, made.texts)


def test_sources_are_added_changed_and_removed():
    changes = diff(texts("1", a_md=BREAD, b_md=TEA), texts("2", a_md=BREAD + "\nRye is a grain.\n", c_md="Milk.\n"))
    assert (changes.before, changes.after) == ("1", "2")
    assert (changes.added, changes.changed, changes.removed, changes.renamed) == (("c.md",), ("a.md",), ("b.md",), ())
    assert (changes.passages_added, changes.passages_removed) == (2, 1)
    assert changes.first_added == (PassageText("a.md", "", "Rye is a grain."), PassageText("c.md", "", "Milk."))
    assert changes.first_removed == (PassageText("b.md", "", "Tea is made of leaves."),)


def test_a_source_with_the_same_content_under_another_name_is_renamed():
    """Its passages count as unchanged."""
    changes = diff(texts("1", a_md=BREAD, b_md=TEA), texts("2", a_md=BREAD, c_md=TEA))
    assert changes == Diff("1", "2", renamed=(("b.md", "c.md"),))
    assert not changes.is_empty


def test_of_two_equal_sources_that_went_one_is_renamed_and_one_removed():
    """One source with the same content came."""
    changes = diff(texts("1", a_md=TEA, b_md=TEA), texts("2", c_md=TEA))
    assert (changes.added, changes.removed, changes.renamed) == ((), ("b.md",), (("a.md", "c.md"),))
    assert (changes.passages_added, changes.passages_removed) == (0, 1)


def test_passages_that_only_moved_within_their_source_did_not_change():
    changes = diff(texts("1", a_md=BREAD + "\n" + TEA), texts("2", a_md="# New\n\n" + TEA + "\n" + BREAD))
    assert (changes.changed, changes.passages_added, changes.passages_removed) == (("a.md",), 0, 0)


def test_a_text_that_stands_there_twice_is_counted_twice():
    changes = diff(texts("1", a_md=BREAD), texts("2", a_md=BREAD + "\n" + BREAD))
    assert (changes.passages_added, changes.passages_removed) == (1, 0)


def test_only_the_first_few_passages_are_shown():
    many = "\n\n".join(f"Sentence number {n} stands here alone, for all to see." for n in range(MOST_SHOWN + 3))
    changes = diff(SnapshotContent(), texts("2", a_md=many))
    assert (changes.before, changes.passages_added, len(changes.first_added)) == ("", MOST_SHOWN + 3, MOST_SHOWN)
    assert changes.first_added[0].text == "Sentence number 0 stands here alone, for all to see."


def test_the_same_twice_is_nothing():
    assert diff(texts("1", a_md=BREAD), texts("2", a_md=BREAD)).is_empty
