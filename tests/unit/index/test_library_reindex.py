"""A reindex: what it reports, what it embeds, which questions it suggests, which gaps it solves."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from index.domain.activity import EVERYWHERE, NOBODY, Scope
from index.domain.errors import SourcesUnreadable
from index.domain.reading import Reading
from index.domain.snapshots import ReindexReport
from index.library import Library
from tests.support.index_fakes import CoverageReader, WordEmbedder, library, states, write

BREAD = "Bread is made of flour and water.\n"
TEA = "Tea is made of leaves and time.\n"
FACTS = "Scout has 16 experts.\n\nThe Battle of Waterloo was fought in 1815.\n"
ASKED = {"How many experts does Scout have?", "When was the Battle of Waterloo fought?"}


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write(tmp_path / "seeds", a_md=BREAD, b_txt=TEA)


def changes(report: ReindexReport) -> tuple[tuple[str, ...], ...]:
    return report.added, report.changed, report.removed


def test_a_reindex_reports_what_changed(seeds, index):
    made = library(seeds, index)
    first = made.reindex()
    assert changes(first) == (("a.md", "b.txt"), (), ())
    assert (first.passages_before, first.passages_after) == (0, 2)
    write(seeds, a_md=BREAD * 2 + "\nAnother sentence of bread.\n", c_md="Coffee is made of beans.\n")
    (seeds / "b.txt").unlink()
    second = made.reindex()
    assert changes(second) == (("c.md",), ("a.md",), ("b.txt",))
    assert (second.passages_before, second.passages_after) == (2, 4)
    assert changes(made.reindex()) == ((), (), ())
    assert second.seconds > 0


def test_a_source_that_cannot_be_read_is_named_and_not_told_as_added(seeds, index):
    write(seeds, broken_pdf="%PDF-1.7 and no more")
    made = library(seeds, index)
    report = made.reindex()
    assert changes(report)[0] == ("a.md", "b.txt")
    assert [skipped_file.source for skipped_file in report.skipped] == ["broken.pdf"]
    assert "is damaged" in report.skipped[0].reason
    status = made.status()
    assert [skipped_file.source for skipped_file in status.skipped] == ["broken.pdf"]
    assert states(status) == {"a.md": "indexed", "b.txt": "indexed"}
    assert status.stale == ""
    assert not made.ask("bread flour water").abstained


def test_a_source_that_breaks_is_told_as_removed_and_one_that_is_mended_as_added(seeds, index):
    made = library(seeds, index)
    made.reindex()
    write(seeds, a_html=f"<p>{BREAD}</p>")
    made.reindex()
    write(seeds, a_html="<script>bread</script>")
    assert states(made.status())["a.html"] == "changed"
    assert changes(made.reindex()) == ((), (), ("a.html",))
    write(seeds, a_html=f"<p>{BREAD}</p>")
    assert changes(made.reindex()) == (("a.html",), (), ())


def test_a_source_read_with_remarks_is_named_also_when_it_is_reused(seeds, index):
    write(seeds, broken_md="---\ntitle: Rye: dark\n---\nRye is dark.\n")
    made = library(seeds, index)
    for report in (made.reindex(), made.reindex()):
        assert "broken.md" in report.snapshot.hashes
        assert [note.source for note in report.notes] == ["broken.md"]
        assert "line 2" in report.notes[0].note
    assert made.status().notes == report.notes
    write(seeds, broken_md="Rye is dark.\n")
    assert made.status().notes == ()
    assert made.reindex().notes == ()


def test_a_source_nested_too_deeply_to_read_stops_no_other(seeds, index):
    write(seeds, deep_md=">" * 30_000 + " deep\n", nested_md="- " * 5_000 + "deep\n", brackets_md="[" * 20_000)
    report = library(seeds, index).reindex()
    assert {"a.md", "b.txt"} <= set(report.added)


def test_where_no_source_can_be_read_the_old_index_still_answers(seeds, index):
    made = library(seeds, index)
    built = made.reindex().snapshot.id
    for path in seeds.iterdir():
        path.write_bytes(b"\0")
    with pytest.raises(SourcesUnreadable, match=r"a\.md is a binary file") as refused:
        made.reindex()
    assert refused.value.exit_code == 4
    assert made.ask("bread flour").snapshot == built
    assert library(seeds, index).ask("bread flour").snapshot == built


@pytest.mark.parametrize("text", ["---\ntitle: [\n---\n", "# Only a heading\n", "***\n"])
def test_where_no_source_holds_a_passage_the_old_index_still_answers(seeds, index, text):
    made = library(seeds, index)
    built = made.reindex().snapshot.id
    (seeds / "b.txt").unlink()
    write(seeds, a_md=text)
    with pytest.raises(SourcesUnreadable, match="Not one source holds a passage") as refused:
        made.reindex()
    assert "()" not in str(refused.value)
    assert library(seeds, index).ask("bread flour").snapshot == built


def test_progress_tells_what_is_done(seeds, index):
    steps: list[tuple[str, int, int]] = []
    library(seeds, index).reindex(lambda *at: steps.append(at))
    assert list(dict.fromkeys(step for step, _, _ in steps)) == [
        "loading the model",
        "reading sources",
        "embedding passages",
        "writing the snapshot",
    ]
    tokens = [done for step, done, _ in steps if step == "embedding passages"]
    assert tokens == sorted(tokens)
    assert tokens[-1] > 2


def suggested(made: Library) -> set[str]:
    return set(made.suggestions.complete("", guild=None))


def test_questions_that_the_sources_answer_are_suggested_after_a_restart_too(seeds, index):
    """They are kept with the snapshot."""
    write(seeds, facts_md=FACTS)
    made = library(seeds, index)
    made.reindex()
    assert suggested(made) == ASKED
    again = library(seeds, index)
    assert suggested(again) == set()  # nothing is loaded yet
    again.load()
    assert suggested(again) == ASKED


def test_suggestions_are_those_of_the_snapshot_that_is_live(seeds, index):
    made = library(write(seeds, facts_md=FACTS), index)
    made.reindex()
    write(seeds, facts_md="Maverick has 128 experts.\n")
    made.reindex()
    assert suggested(made) == {"How many experts does Maverick have?"}


def test_a_question_that_the_new_snapshot_does_not_answer_is_not_suggested(seeds, index):
    made = library(write(seeds, facts_md=FACTS), index, threshold=1.1)
    made.reindex()
    assert suggested(made) == set()


def test_progress_tells_of_the_suggestions_that_are_checked(seeds, index):
    steps: list[tuple[str, int, int]] = []
    library(write(seeds, facts_md=FACTS), index).reindex(lambda *at: steps.append(at))
    assert steps[-2:] == [("checking suggestions", 1, 2), ("checking suggestions", 2, 2)]


def test_a_reindex_whose_suggestions_fail_is_whole_without_them(seeds, index, caplog):
    class Failing(CoverageReader):
        def read(self, question: str, window: str) -> Reading:
            if fails.is_set():
                raise RuntimeError("out of paper")
            return super().read(question, window)

    fails = threading.Event()
    fails.set()
    made = library(write(seeds, facts_md=FACTS), index, reader=Failing())
    report = made.reindex()
    fails.clear()
    assert report.passages_after == 4
    assert suggested(made) == set()
    assert made.ask("bread flour").snapshot == report.snapshot.id
    assert "no suggestions" in caplog.text
    assert not library(seeds, index).ask("bread flour").abstained


def asked_in_vain(made: Library, question: str, **place: int | None) -> None:
    reply = made.conversation.reply(question, **{"user": 1, "guild": 7, "channel": 3} | place)
    assert reply.answer.abstained


def test_a_reindex_lists_the_servers_gaps_that_are_answered_now(seeds, index):
    """It solves those of all servers."""
    made = library(seeds, index)
    made.reindex()
    asked_in_vain(made, "What is coffee made of?")
    asked_in_vain(made, "What are beans good for?", guild=8)
    asked_in_vain(made, "What is paper made of?")
    write(seeds, c_md="Coffee is made of beans, which are good for it.\n")
    assert made.reindex(scope=Scope(7)).answered == ("What is coffee made of?",)
    assert [gap.question for gap in made.journal.gaps(EVERYWHERE)] == ["What is paper made of?"]


@pytest.mark.parametrize(
    ("reader", "listed"),
    [
        (NOBODY, set()),
        (Scope(8), set()),
        (Scope(7), {"What is coffee made of?"}),
        (EVERYWHERE, {"What is coffee made of?", "Is coffee made for me?"}),
    ],
)
def test_what_was_reported_in_a_direct_message_is_listed_for_nobody_but_the_owner(seeds, index, reader, listed):
    made = library(seeds, index)
    made.reindex()
    asked_in_vain(made, "What is coffee made of?")
    reply = made.conversation.reply("Is coffee made for me?", user=1, guild=None, channel=4)
    made.journal.report(reply.id, user=1)
    write(seeds, c_md="Coffee is made of beans.\n")
    assert set(made.reindex(scope=reader).answered) == listed
    assert made.journal.gaps(EVERYWHERE) == ()


def test_a_reindex_goes_through_though_the_journal_is_broken(seeds, index, caplog):
    (index.parent / "journal.sqlite3").write_bytes(b"no database at all" * 100)
    report = library(seeds, index).reindex(scope=EVERYWHERE)
    assert (report.passages_after, report.answered) == (2, ())
    assert "Open gaps are not asked again" in caplog.text


def test_progress_tells_of_gaps_that_are_asked_again(seeds, index):
    made = library(seeds, index)
    made.reindex()
    asked_in_vain(made, "What is coffee made of?")
    steps: list[tuple[str, int, int]] = []
    made.reindex(lambda *at: steps.append(at))
    assert steps[-1] == ("asking open gaps again", 1, 1)


def test_a_large_source_is_indexed_without_much_ado(seeds, index):
    write(seeds, big_txt="word" * 200_000, rows_md="| a | b |\n|---|---|\n" + "| c | d |\n" * 3_000)
    started = time.process_time()
    report = library(seeds, index).reindex()
    assert report.passages_after > 3_000
    assert time.process_time() - started < 60


def test_only_what_changed_is_embedded_again(seeds, index):
    write(seeds, c_md="Coffee is made of beans.\n\nTea is made of leaves.\n", d_md="# Grain\n\nRye is a grain.\n")
    made = library(seeds, index)
    first = made.reindex()
    assert (first.embedded, first.rebuild_reason) == (first.passages_after, "there was no index before")
    assert (made.reindex().embedded, made.reindex().rebuild_reason) == (0, "")
    write(seeds, c_md="Coffee is made of beans.\n\nTea is made of green leaves.\n")
    assert made.reindex().embedded == 2  # what is encoded together
    write(seeds, e_md=(seeds / "d.md").read_bytes())
    (seeds / "d.md").unlink()
    report = library(seeds, index).reindex()  # another process, which reads the index from the disk
    assert (report.embedded, report.added, report.removed) == (0, (), ())
    assert report.renamed == (("d.md", "e.md"),)


def test_an_index_that_was_changed_by_and_by_answers_as_one_built_at_once(seeds, index, tmp_path):
    write(seeds, c_md="Coffee is made of beans.\n\nTea is made of leaves.\n", d_md="Rye is a grain.\n")
    grown = library(seeds, index)
    grown.reindex()
    write(seeds, c_md="Before all that: water.\n\nTea is made of green leaves.\n", a0_md="Milk is white.\n")
    grown.reindex()
    at_once = library(seeds, tmp_path / "other")
    at_once.reindex()
    again = library(seeds, index)
    for question in ("What is tea made of?", "What is rye?", "What is milk?", "What is coffee made of?"):
        first, second, third = (report.ask(question) for report in (grown, again, at_once))
        assert [(citation.source, citation.start, citation.quote) for citation in first.citations] == [
            (citation.source, citation.start, citation.quote) for citation in third.citations
        ]
        assert first.confidence == second.confidence == pytest.approx(third.confidence, abs=0.02)


def test_with_another_model_everything_is_embedded_and_the_report_says_why(seeds, index):
    library(seeds, index).reindex()
    report = library(seeds, index, embedder=WordEmbedder("others")).reindex()
    assert report.embedded == report.passages_after
    assert "was built with the model words" in report.rebuild_reason


def test_a_new_source_answers_after_a_reindex_until_its_removal(seeds, index):
    """A removed source does not answer after the next reindex."""
    ours = library(seeds, index)
    ours.reindex()
    assert ours.sources.add("pets.md", b"# Pets\n\nThe zebra sleeps in a hammock.\n").outcome == "added"
    assert states(ours.status())["pets.md"] == "new"
    assert ours.reindex().added == ("pets.md",)
    assert ours.status().stale == ""
    ours.sources.remove("pets.md")
    assert states(ours.status())["pets.md"] == "removed"
    assert ours.reindex().removed == ("pets.md",)


def test_a_watched_library_tells_of_a_source_that_came_in(seeds, index):
    ours = library(seeds, index)
    reported = threading.Event()
    stop = ours.watch(reported.set)
    assert reported.wait(20)  # it is watched now
    reported.clear()
    ours.sources.add("pets.md", b"# Pets\n\nThe zebra sleeps in a hammock.\n")
    assert reported.wait(20)
    stop()


@pytest.mark.parametrize("harm", ["pointer gone", "pointer", "manifest"])
def test_with_a_damaged_live_snapshot_vectors_of_the_newest_good_one_are_reused(seeds, index, harm):
    """A rebuild does not embed again what a good snapshot has."""
    first = library(seeds, index).reindex()
    write(seeds, b_md="Coffee is made of beans.\n")
    live = library(seeds, index).reindex().snapshot.id
    if harm == "pointer gone":
        (index / "LIVE").unlink()
    else:
        path = index / "LIVE" if harm == "pointer" else index / "snapshots" / live / "manifest.json"
        path.write_bytes(path.read_bytes()[:-2])
    write(seeds, c_md="Tea is made of leaves.\n")
    report = library(seeds, index).reindex()
    assert report.diff is not None
    expected = (first.snapshot.id, 2) if harm == "manifest" else (live, 1)
    assert (report.diff.before, report.embedded) == expected
