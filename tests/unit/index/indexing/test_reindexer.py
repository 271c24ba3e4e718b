"""What changes which snapshot is live: previews, cancelling, sharing a run, waiting, and being killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from index.domain.activity import Scope
from index.domain.errors import LibraryError, PreviewGone, ReindexCancelled, ReindexRunning, SourcesUnreadable
from index.indexing.progress import ReindexProgress, ReindexRequest
from tests.support.index_fakes import WordEmbedder, library, write
from tests.support.paths import ROOT
from tests.support.waiting import wait_until
from tests.torture.kit import litter

BREAD = "Bread is made of flour and water.\n"
COFFEE = "Coffee is made of beans.\n"

BUILDER = """
import sys
from pathlib import Path
from tests.support.index_fakes import WordEmbedder, library
class Slow(WordEmbedder):
    def windows(self, texts, progress=None, **options):
        print("building", flush=True)
        sys.stdin.readline()
        yield from super().windows(texts, progress, **options)
made = library(Path(sys.argv[1]), Path(sys.argv[2]), embedder=Slow())
print(made.reindex().snapshot.id, flush=True)
"""


class Waiting(WordEmbedder):
    """Builds only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.building, self.let = threading.Event(), threading.Event()
        self.builds = 0

    def windows(self, texts: Any, progress: Any = None, **options: Any) -> Iterator[Any]:
        self.builds += 1
        self.building.set()
        assert self.let.wait(30)
        yield from super().windows(texts, progress, **options)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write(tmp_path / "seeds", a_md=BREAD)


@contextmanager
def another_process(seeds: Path, index: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that builds once it is written to."""
    command = [sys.executable, "-c", BUILDER, str(seeds), str(index)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "building\n"
            yield process
        finally:
            process.kill()


def test_a_preview_reports_and_makes_nothing_live(seeds, index):
    made = library(seeds, index)
    old = made.reindex().snapshot.id
    write(seeds, b_md=COFFEE, bad_md=b"\0")
    reply = made.conversation.reply("What is coffee made of?", user=1, guild=7, channel=3)
    assert reply.answer.abstained
    preview = made.preview(scope=Scope(7))
    report = preview.report
    assert (report.added, report.passages_before, report.passages_after, report.embedded) == (("b.md",), 1, 2, 1)
    assert [skipped_file.source for skipped_file in report.skipped] == ["bad.md"]
    assert report.answered == ("What is coffee made of?",)
    assert [gap.question for gap in made.journal.gaps(Scope(7))] == ["What is coffee made of?"]
    assert made.ask("bread").snapshot == library(seeds, index).ask("bread").snapshot == old
    assert [info.id for info in made.snapshots()] == [old]
    assert preview.id == report.snapshot.id


def test_a_preview_is_made_live_without_being_built_again_also_after_a_restart(seeds, index):
    embedder = Waiting()
    embedder.let.set()
    made = library(seeds, index, embedder=embedder)
    old = made.reindex().snapshot.id
    write(seeds, b_md=COFFEE)
    made.conversation.reply("What is coffee made of?", user=1, guild=7, channel=3)
    preview = made.preview()
    builds = embedder.builds
    report = library(seeds, index, embedder=embedder).publish(preview.id, scope=Scope(7))
    assert embedder.builds == builds
    assert (report.snapshot.id, report.added, report.answered) == (preview.id, ("b.md",), ("What is coffee made of?",))
    assert report.diff is not None
    assert report.diff.before == old
    assert library(seeds, index).ask("coffee beans").snapshot == preview.id
    assert made.follow()
    assert litter(index) == []
    with pytest.raises(PreviewGone, match="no longer there"):
        made.publish(preview.id)


def test_a_preview_that_the_sources_have_left_behind_is_not_made_live(seeds, index):
    made = library(seeds, index)
    old = made.reindex().snapshot.id
    write(seeds, b_md=COFFEE)
    preview = made.preview()
    write(seeds, b_md=BREAD)
    with pytest.raises(PreviewGone, match="The sources changed since this preview: preview again"):
        made.publish(preview.id)
    assert made.ask("bread").snapshot == old
    write(seeds, b_md=COFFEE)
    assert made.publish(preview.id).snapshot.id == preview.id


def test_a_preview_gives_way_to_whatever_is_built_next_and_can_be_let_go(seeds, index):
    made = library(seeds, index)
    made.reindex()
    first = made.preview()
    second = made.preview()
    assert litter(index) == [f".preview-{second.id}"]
    with pytest.raises(PreviewGone):
        made.publish(first.id)
    made.discard(second.id)
    assert litter(index) == []
    third = made.preview()
    made.reindex()
    assert litter(index) == []
    with pytest.raises(PreviewGone):
        made.publish(third.id)


@pytest.mark.parametrize("name", ["", "..", "../../seeds", "20260401T120000000000Z-1a2b3c4d"])
def test_what_is_no_preview_is_neither_made_live_nor_removed(seeds, index, name):
    made = library(seeds, index)
    made.reindex()
    made.discard(name)
    with pytest.raises(PreviewGone):
        made.publish(name)
    assert (seeds / "a.md").exists()


def test_a_damaged_preview_is_not_made_live(seeds, index):
    made = library(seeds, index)
    old = made.reindex().snapshot.id
    preview = made.preview()
    path = index / "snapshots" / f".preview-{preview.id}" / "segments/0000/documents.jsonl"
    path.write_bytes(path.read_bytes().replace(b"flour", b"sugar"))
    with pytest.raises(LibraryError, match="damaged"):
        made.publish(preview.id)
    assert library(seeds, index).ask("bread").snapshot == old


@pytest.mark.parametrize(
    "stage", ["reading sources", "embedding passages", "writing the snapshot", "checking suggestions"]
)
def test_a_cancelled_reindex_leaves_the_old_snapshot_live_and_no_litter(seeds, index, stage):
    made = library(seeds, index)
    old = made.reindex().snapshot.id
    write(seeds, b_md="Scout has 16 experts.\n\nThe Battle of Waterloo was fought in 1815.\n")
    cancelled, steps = threading.Event(), []

    def progress(what: str, done: int, total: int) -> None:
        steps.append(what)
        if what == stage:
            cancelled.set()

    for act in (made.reindex, made.preview):
        cancelled.clear()
        with pytest.raises(ReindexCancelled, match="the index is as it was before"):
            act(progress, cancelled=cancelled)
        assert steps[-1] == stage
        assert made.ask("bread").snapshot == library(seeds, index).ask("bread").snapshot == old
        assert litter(index) == []
    assert made.reindex().added == ("b.md",)


def test_what_is_cancelled_after_the_switch_is_done(seeds, index):
    made = library(seeds, index)
    made.reindex()
    made.conversation.reply("What is coffee made of?", user=1, guild=7, channel=3)
    write(seeds, b_md=COFFEE)
    cancelled = threading.Event()

    def progress(what: str, done: int, total: int) -> None:
        if what == "asking open gaps again":
            cancelled.set()

    report = made.reindex(progress, scope=Scope(7), cancelled=cancelled)
    assert cancelled.is_set()
    assert report.answered == ("What is coffee made of?",)
    assert made.ask("coffee").snapshot == report.snapshot.id


def test_requests_that_come_while_a_reindex_runs_share_the_next_one(seeds, index):
    embedder = Waiting()
    made = library(seeds, index, embedder=embedder)
    calls: list[str] = []
    with ThreadPoolExecutor() as threads:
        first = threads.submit(made.reindex)
        assert embedder.building.wait(30)
        write(seeds, b_md=COFFEE)  # too late for the first
        waiting = [threads.submit(made.reindex, lambda *at: calls.append(at[0])) for _ in range(4)]
        wait_until(lambda: len(made._reindexer._queue._next.requests) == 4)
        embedder.let.set()
        reports = [exchange.result(30) for exchange in waiting]
    assert first.result().added == ("a.md",)
    assert {report.snapshot.id for report in reports} == {reports[0].snapshot.id} != {first.result().snapshot.id}
    assert reports[0].added == ("b.md",)
    assert embedder.builds == 2
    assert calls.count("waiting for the reindex that runs") == 4
    assert calls.count("writing the snapshot") == 4


def test_who_shares_a_run_is_told_of_the_gaps_of_their_own_server(seeds, index):
    embedder = Waiting()
    embedder.let.set()
    made = library(seeds, index, embedder=embedder)
    made.reindex()
    for guild, question in ((7, "What is coffee made of?"), (8, "What are beans good for?")):
        assert made.conversation.reply(question, user=1, guild=guild, channel=3).answer.abstained
    embedder.let.clear()
    embedder.building.clear()
    write(seeds, a_md=BREAD + "\nMore.\n")
    with ThreadPoolExecutor() as threads:
        first = threads.submit(made.reindex)
        assert embedder.building.wait(30)
        write(seeds, b_md="Coffee is made of beans, which are good for it.\n")
        waiting = [threads.submit(made.reindex, scope=Scope(guild)) for guild in (7, 8, 9)]
        wait_until(lambda: len(made._reindexer._queue._next.requests) == 3)
        embedder.let.set()
        answered = [exchange.result(30).answered for exchange in waiting]
    first.result()
    assert answered == [("What is coffee made of?",), ("What are beans good for?",), ()]


def test_a_shared_run_is_stopped_only_when_all_have_given_up(seeds, index):
    embedder = Waiting()
    made = library(seeds, index, embedder=embedder)
    events = [threading.Event() for _ in range(3)]
    with ThreadPoolExecutor() as threads:
        first = threads.submit(made.reindex)
        assert embedder.building.wait(30)
        waiting = [threads.submit(made.reindex, cancelled=event) for event in events]
        wait_until(lambda: len(made._reindexer._queue._next.requests) == 3)
        events[0].set()
        with pytest.raises(ReindexCancelled, match="before it began"):
            waiting[0].result(30)
        embedder.let.set()
        assert waiting[1].result(30).snapshot.id == waiting[2].result(30).snapshot.id != first.result().snapshot.id
    first_request, other = ReindexRequest(cancelled=events[0]), ReindexRequest(cancelled=events[1])
    progress = ReindexProgress([first_request, other])
    progress("reading sources", 0, 1)
    events[1].set()
    with pytest.raises(ReindexCancelled):
        progress("reading sources", 1, 1)


def test_what_a_run_raises_all_who_share_it_are_told_and_the_next_runs(seeds, index):
    embedder = Waiting()
    made = library(seeds, index, embedder=embedder)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(made.reindex)
        assert embedder.building.wait(30)
        (seeds / "a.md").write_bytes(b"\0")
        waiting = [threads.submit(made.reindex) for _ in range(2)]
        wait_until(lambda: len(made._reindexer._queue._next.requests) == 2)
        embedder.let.set()
        for exchange in waiting:
            with pytest.raises(SourcesUnreadable):
                exchange.result(30)
    write(seeds, a_md=COFFEE)
    assert made.reindex().changed == ("a.md",)
    assert first.result().passages_after == 1


def test_it_is_told_how_far_a_reindex_is_and_how_long_the_step_takes_yet(seeds, index):
    embedder = Waiting()
    made = library(seeds, index, embedder=embedder)
    assert made.running() is None
    with ThreadPoolExecutor() as threads:
        work = threads.submit(made.reindex)
        assert embedder.building.wait(30)
        running = made.running()
        embedder.let.set()
        work.result(30)
    assert running is not None
    assert (running.stage, running.done, running.total) == ("reading sources", 0, 1)
    assert made.running() is None


def test_who_builds_in_another_process_is_named_with_since_when(seeds, index):
    with another_process(seeds, index) as other:
        with pytest.raises(ReindexRunning, match=r"already running, since \d\d:\d\d:\d\d UTC") as refused:
            library(seeds, index).reindex()
        assert f"process {other.pid} on " in refused.value.log_detail
        other.communicate("\n", timeout=60)
    assert not (index / "reindex.lock.json").exists()


def test_who_waits_for_another_process_builds_after_it_or_says_that_it_still_runs(seeds, index):
    with another_process(seeds, index) as other, ThreadPoolExecutor() as threads:
        with pytest.raises(ReindexRunning):
            library(seeds, index).reindex(wait=0.3)
        steps: list[str] = []
        waiting = threads.submit(library(seeds, index).reindex, lambda *at: steps.append(at[0]), wait=60)
        wait_until(lambda: "waiting for another process" in steps)
        out, _ = other.communicate("\n", timeout=60)
        report = waiting.result(60)
    assert report.diff is not None
    assert report.diff.before == out.split()[-1]


def test_waiting_for_another_process_can_be_cancelled(seeds, index):
    cancelled = threading.Event()
    with another_process(seeds, index), ThreadPoolExecutor() as threads:
        waiting = threads.submit(library(seeds, index).reindex, cancelled=cancelled, wait=60)
        time.sleep(0.2)
        cancelled.set()
        with pytest.raises(ReindexCancelled):
            waiting.result(10)


def test_a_process_that_was_killed_holds_no_lock_and_is_not_named(seeds, index):
    with another_process(seeds, index) as other:
        other.kill()
        other.wait(30)
        assert (index / "reindex.lock.json").exists()
        assert any(name.startswith(".building-") for name in litter(index))
        made = library(seeds, index)
        assert made.reindex().passages_after == 1
    assert litter(index) == []


def test_a_signature_of_a_process_that_died_is_not_believed(seeds, index):
    from filelock import FileLock

    index.mkdir()
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait(30)
    row = {"pid": gone.pid, "host": os.uname().nodename, "started": "2020-01-01T00:00:00+00:00"}
    for signed in (json.dumps(row), "nonsense", "[]"):
        (index / "reindex.lock.json").write_text(signed)
        with FileLock(index / "reindex.lock"), pytest.raises(ReindexRunning) as refused:
            library(seeds, index).reindex()
        assert (str(refused.value), refused.value.log_detail) == (
            "A reindex is already running: wait until it is done.",
            "",
        )


def test_what_was_half_removed_or_half_switched_is_swept_by_the_next_builder(seeds, index):
    library(seeds, index).reindex()
    (index / "LIVE.new").write_text("half")
    for name in (".removed-x", ".building-y", ".preview-z"):
        write(index / "snapshots" / name, half_md="half")
    library(seeds, index).reindex()
    assert litter(index) == []


def test_all_of_a_snapshot_and_its_folders_are_on_the_disk_before_it_is_live(seeds, index, monkeypatch):
    synced: list[tuple[str, str]] = []
    fsync = os.fsync

    def noted(handle: int) -> None:
        live = (index / "LIVE").read_text().split()[0] if (index / "LIVE").exists() else ""
        synced.append((str(Path(f"/proc/self/fd/{handle}").readlink()), live))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    made = library(seeds, index).reindex().snapshot.id
    folder = index / "snapshots" / made
    before = {Path(name) for name, live in synced if live != made}
    (place,) = {path for path in before if path.name.startswith(".building-")}
    wanted = {path.relative_to(folder) for path in folder.rglob("*")}
    assert {path.relative_to(place) for path in before if path.is_relative_to(place)} >= wanted
    assert {index / "snapshots", index / "LIVE.new"} <= before
    assert next(name for name, live in synced if live == made) == str(index)


def test_a_report_and_a_preview_show_the_helpful_answers_that_an_edit_breaks(seeds, index):
    """A server sees its own alone; two snapshots that say the same are not compared."""
    made = library(seeds, index)
    made.reindex()
    answered = made.conversation.reply("What is bread made of?", user=1, guild=7, channel=3)
    made.journal.vote(answered.id, user=1, helpful=True)
    assert made.reindex(scope=Scope(7)).regressions == ()
    write(seeds, a_md=COFFEE)
    previews = [made.preview(scope=Scope(guild)).report for guild in (7, 8)]
    lost = [
        {check.origin: check.lost for check in report.regressions}["helpful"]
        for report in (*previews, made.reindex(scope=Scope(7)))
    ]
    assert lost == [("What is bread made of?",), (), ("What is bread made of?",)]


def test_the_new_snapshot_is_live_before_answers_are_compared(seeds, index):
    made = library(seeds, index)
    old = made.reindex().snapshot.id
    (seeds / "questions.jsonl").write_text('{"question": "bread"}', "utf-8")
    write(seeds, a_md=COFFEE)
    live: list[str] = []

    def progress(stage: str, done: int, total: int) -> None:
        if stage == "comparing answers":
            live.append(made.ask("coffee").snapshot)

    report = made.reindex(progress)
    assert live == [report.snapshot.id] != [old]


def test_a_question_whose_answer_raises_does_not_undo_a_reindex_or_reach_the_log(seeds, index, caplog):
    class Refusing(WordEmbedder):
        def question(self, text: str) -> Any:
            raise ValueError(text)

    made = library(seeds, index, embedder=Refusing())
    (seeds / "questions.jsonl").write_text('{"question": "my secret"}', "utf-8")
    report = made.reindex()
    assert (report.passages_after, report.regressions) == (1, ())
    assert "Answers are not compared: ValueError" in caplog.text
    assert "secret" not in caplog.text
