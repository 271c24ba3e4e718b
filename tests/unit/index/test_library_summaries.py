"""Summaries by the front door: over real snapshots, which are kept, removed and damaged."""

from __future__ import annotations

import pytest

from index.domain.answers import WrittenSentence
from index.domain.errors import NoSuchMoment, NoSuchSource
from index.domain.generation import WritingRequest
from index.domain.snapshots import SourceChanges
from index.snapshots.changes import KeptChanges
from index.snapshots.store import SnapshotStore
from index.text.moments import Moment
from tests.support.generation_fakes import FakeGenerator, draft, output
from tests.support.index_fakes import library, search_index, write

BREAD = "Bread is made of flour, water and a little salt.\n"
TEA = "Tea is made of the young leaves of a bush.\n"
RYE = "Rye bread is baked for a whole night in an oven.\n"


@pytest.fixture
def seeds(tmp_path):
    return write(tmp_path / "seeds", bread_md=BREAD, tea_md=TEA)


@pytest.fixture
def generator():
    return FakeGenerator()


@pytest.fixture
def made(seeds, tmp_path, generator):
    """A library with two snapshots; in the second tea is gone and rye bread is new."""
    opened = library(seeds, tmp_path / "index", generator=generator)
    opened.reindex()
    (seeds / "tea.md").unlink()
    write(seeds, bread_md=f"{BREAD}\n{RYE}")
    opened.reindex()
    return opened


def test_since_the_last_reindex_its_additions_are_quoted_and_removals_counted(made):
    answer = made.summarise(since="the last reindex")
    assert [citation.quote for citation in answer.citations] == [RYE.strip()]
    assert answer.snapshot == made.snapshots()[0].id
    assert answer.text.startswith(
        "New or changed passages since the last reindex: 1. Passages removed since: 1. Sources removed since: tea.md."
    )
    assert "leaves" not in answer.text


def test_a_kept_snapshot_is_named_by_its_id_or_a_part_of_it(made):
    first = made.snapshots()[1].id
    for name in (first, first[:24], first.partition("-")[2]):
        assert [citation.quote for citation in made.summarise(since=name).citations] == [RYE.strip()]


def test_a_date_before_all_snapshots_compares_with_the_oldest(made):
    assert [citation.quote for citation in made.summarise(since="2020-01-01").citations] == [RYE.strip()]


def test_nothing_is_new_since_the_live_snapshot(made):
    assert made.summarise(since=made.snapshots()[0].id).abstained


def test_an_unknown_snapshot_is_told_with_those_that_are_kept(made):
    kept = ", ".join(info.id for info in made.snapshots())
    with pytest.raises(NoSuchMoment, match=f"20200101T00 is no kept snapshot, or several. Kept are {kept}."):
        made.summarise(since="20200101T00")


def test_without_an_earlier_snapshot_the_last_reindex_is_not_known(seeds, tmp_path):
    opened = library(seeds, tmp_path / "index")
    opened.reindex()
    with pytest.raises(NoSuchMoment, match="No snapshot is kept from before the last reindex"):
        opened.summarise(since="the last reindex")
    assert opened.summarise(since="2020-01-01").abstained


def test_a_damaged_earlier_snapshot_is_passed_over(made, tmp_path, caplog):
    folder = tmp_path / "index" / "snapshots" / made.snapshots()[1].id
    (folder / "segments/0000/passages.jsonl").write_bytes(b"damaged")
    with pytest.raises(NoSuchMoment):
        made.summarise(since="the last reindex")
    assert "is not compared with the live one" in caplog.text


def test_sources_are_summed_up_by_name_and_listed_for_completion(made):
    assert made.source_names() == ("bread.md",)
    assert {citation.source for citation in made.summarise("bread").citations} == {"bread.md"}
    with pytest.raises(NoSuchSource, match=r"There is no source 'coffee'. There are: bread.md."):
        made.summarise("coffee")


def test_without_an_index_there_are_no_source_names(tmp_path):
    assert library(tmp_path / "seeds", tmp_path / "index").source_names() == ()


def test_since_a_time_after_the_live_snapshot_nothing_changed(made, tmp_path):
    changes = KeptChanges(SnapshotStore(tmp_path / "index"))
    later = Moment("later", time=made.status().snapshot.created.replace(year=2100))
    assert changes.since(later, search_index(a_md=BREAD)) == SourceChanges()


def test_what_is_new_is_written_from_new_passages_alone(made, generator):
    """What was removed is told in a sentence of ours, without a quotation."""
    generator.outputs = [output(draft("For a whole night rye bread is baked.", "Rye bread is baked for a whole night"))]
    answer = made.summarise(since="the last reindex", writing=WritingRequest())
    assert [citation.quote for citation in answer.citations] == [RYE.strip()]
    assert answer.sentences == (
        WrittenSentence("For a whole night rye bread is baked.", (1,)),
        WrittenSentence("Passages removed since: 1.", ()),
        WrittenSentence("Sources removed since: tea.md.", ()),
    )
    assert answer.text.endswith("[1] Passages removed since: 1. Sources removed since: tea.md.")
    told = "\n".join(message.text for message in generator.asked[0])
    assert "Rye bread" in told
    assert "flour" not in told
    assert "young leaves" not in told


def test_a_written_summary_of_what_nothing_supports_is_quoted_instead(made, generator):
    generator.outputs = [output(draft("The moon is made of cheese.", "made of cheese"))]
    answer = made.summarise("bread", writing=WritingRequest())
    assert (answer.fault, answer.generator, answer.sentences) == ("unverified", "extractive", ())
    assert answer.citations


def test_nothing_new_asks_no_language_model(made, generator):
    assert made.summarise(since=made.snapshots()[0].id, writing=WritingRequest()).abstained
    assert generator.asked == []
