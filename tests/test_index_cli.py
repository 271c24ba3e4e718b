"""`python -m index`, to the letter of its contract: names, fields, exit codes, and what goes to which stream."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from index import Settings, open_library
from index.__main__ import answer_line, main
from index.cross_validated import write_recording
from index.journal import Journal
from index.recorded import read_records, weights
from index.types import ShortAnswer
from tests.fakes import make_answer
from tests.index_fakes import write

ROOT = Path(__file__).parent.parent
BREAD = "# Baking\n\nBread — the white one — is made of flour and water.\r\n\r\nTea is made of leaves and time.\n"
ANSWER = [
    *("id", "question", "abstained", "confidence", "answer", "reason", "why", "missing"),
    *("generator", "snapshot", "latency_ms"),
    *("short_answer", "verdict", "conflict", "citations"),
]
CITATION = ["number", "source", "title", "section", "start", "end", "quote", "score", "url"]


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


class Cli:
    """Runs the command line in this process, with the model of random weights, in a folder of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: str | Path, **settings: str) -> Ended:
        with self._monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["index", *map(str, words)])
            self._capsys.readouterr()
            code = main()
        return Ended(code, *self._capsys.readouterr())


@pytest.fixture
def cli(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    for name in ("SEEDS_DIR", "INDEX_DIR", "MAX_WRONG", "RERANKER_MODEL", "MAX_SOURCE_MB", "JOURNAL_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("KEEP_SNAPSHOTS", "LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EMBEDDING_MODEL", str(tiny_model))
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "seeds", a_md=BREAD)
    return Cli(tmp_path, monkeypatch, capsys)


@pytest.fixture
def built(cli: Cli) -> Cli:
    assert cli("reindex").code == 0
    return cli


def batch(folder: Path, *lines: str) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def check_answer(row: dict[str, Any], text: str) -> None:
    assert list(row) == ANSWER
    assert (row["answer"] is None) == row["abstained"] == (row["reason"] is not None)
    assert row["why"] in ("", "missing", "no question", "language")
    assert row["abstained"] or (row["why"], row["missing"]) == ("", [])
    assert 0 <= row["confidence"] <= 1
    assert row["latency_ms"] > 0
    assert len(row["citations"]) <= 3
    for number, citation in enumerate(row["citations"], 1):
        assert list(citation) == CITATION
        assert citation["number"] == number
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert 0 <= citation["score"] <= 1


def test_reindex_prints_what_changed(cli):
    done = cli("reindex", "--json")
    (row,) = done.lines
    assert done.code == 0
    assert (row["added"], row["changed"], row["removed"], row["skipped"]) == (["a.md"], [], [], [])
    assert (row["passages_before"], row["passages_after"]) == (0, 2)
    assert (cli.folder / "data" / "index" / "snapshots" / row["snapshot"]).is_dir()
    write(cli.folder / "seeds", b_txt=b"\xff")
    plain = cli("reindex")
    assert "passages   2 before, 2 after" in plain.out
    assert "skipped    b.txt: is not UTF-8" in plain.out


def test_reindex_lists_the_open_gaps_that_have_an_answer_now(cli):
    desk = open_library(Settings(_env_file=None, max_wrong=0)).desk
    assert cli("reindex", "--json", MAX_WRONG="0").lines[0]["answered"] == []
    for question in ("What is bread\nmade of?", "What is tea made of?"):
        assert desk.reply(question, user=1, guild=2, channel=3).answer.abstained
    assert "answered   What is bread made of?\nanswered" not in cli("reindex", MAX_WRONG="0").out
    (row,) = cli("reindex", "--json", MAX_WRONG="1").lines
    assert row["answered"] == ["What is tea made of?", "What is bread\nmade of?"]
    assert cli("reindex", "--json", MAX_WRONG="1").lines[0]["answered"] == []
    assert desk.reply("What is bread\nmade of?", user=1, guild=2, channel=3).answer.abstained
    assert "answered   What is bread made of?\n" in cli("reindex", MAX_WRONG="1").out


REPORT = [
    *("snapshot", "added", "changed", "removed", "skipped", "passages_before", "passages_after", "seconds", "answered"),
    *("live", "embedded", "anew", "questions", "renamed", "passages_added", "passages_removed"),
    *("first_added", "first_removed"),
]
RYE = BREAD.replace("flour", "rye")


def ids(cli: Cli) -> list[str]:
    return [row["id"] for row in cli("snapshots", "--json").lines[0]["snapshots"]]


def audited(file: Path) -> list[tuple[str, str, str, int | None]]:
    return [(at.what, at.outcome, at.where, at.who) for at in Journal(file).audited(9)]


def test_reindex_tells_what_changed_to_the_passage(built):
    write(built.folder / "seeds", a_md=RYE, b_md="The house is made of bricks.\n")
    (row,) = built("reindex", "--json").lines
    assert list(row) == REPORT
    assert (row["live"], row["embedded"], row["anew"], row["questions"]) == (True, 3, "", None)
    assert (row["passages_added"], row["passages_removed"]) == (2, 1)
    assert row["first_added"][0] == {
        "source": "a.md",
        "section": "Baking",
        "text": "Bread — the white one — is made of rye and water.",
    }
    (built.folder / "seeds" / "b.md").rename(built.folder / "seeds" / "c.md")
    write(built.folder / "seeds", a_md=BREAD)
    plain = built("reindex").out
    assert "renamed    b.md to c.md\n" in plain
    assert "- Bread — the white one — is made of rye and water.  (a.md > Baking)\n" in plain
    assert "+ Bread — the white one — is made of flour and water.  (a.md > Baking)\n" in plain


def test_reindex_tells_which_of_the_operators_questions_are_answered_otherwise(built):
    row = {"question": "What is bread made of?", "answer": "flour"}
    (built.folder / "seeds" / "questions.jsonl").write_text(json.dumps(row), "utf-8")
    assert "1 asked, 0 answered otherwise, 0 wrong" in built("reindex", MAX_WRONG="1").out
    write(built.folder / "seeds", a_md=RYE)
    dry = built("reindex", "--dry-run", "--json", MAX_WRONG="1").lines[0]["questions"]
    assert (dry["asked"], dry["wrong"], dry["changed"][0]["right"]) == (1, ["What is bread made of?"], False)
    plain = built("reindex", MAX_WRONG="1").out
    assert "question   What is bread made of?\n  was " in plain
    assert ", not as it should be\n" in plain


def test_a_dry_run_reports_and_leaves_everything_as_it_is(built):
    write(built.folder / "seeds", b_md="The house is made of bricks.\n")
    before = sorted((built.folder / "data").rglob("*"))
    (row,) = built("reindex", "--dry-run", "--json").lines
    assert (list(row), row["added"], row["live"]) == (REPORT, ["b.md"], False)
    assert "not made live" in built("reindex", "--dry-run").out
    assert sorted((built.folder / "data").rglob("*")) == before
    assert built("status", "--json").lines[0]["stale"] == "new: b.md"


def test_snapshots_are_listed_compared_and_rolled_back(built):
    write(built.folder / "seeds", a_md=RYE)
    assert built("reindex").code == 0
    (row,) = built("snapshots", "--json").lines
    new, old = row["snapshots"]
    assert list(new) == [
        *("id", "created", "model", "passages", "sources", "bytes", "live", "damage", "whole"),
    ]
    assert (new["live"], old["live"], old["whole"], old["passages"], old["sources"]) == (True, False, True, 2, 1)
    assert f"{new['id']}  " in built("snapshots").out
    (changes,) = built("diff", old["id"], new["id"], "--json").lines
    assert (changes["before"], changes["after"], changes["changed"]) == (old["id"], new["id"], ["a.md"])
    assert (changes["added"], changes["removed"], changes["renamed"], changes["passages_added"]) == ([], [], [], 1)
    assert "+ Bread — the white one — is made of rye" in built("diff", old["id"], new["id"]).out
    assert built("diff", new["id"], new["id"]).out == "Nothing changed.\n"
    back = built("rollback", old["id"][-8:], "--json")
    assert (back.code, back.lines[0]["snapshot"], list(back.lines[0])) == (0, old["id"], REPORT)
    assert built("ask", "bread", "--json").lines[0]["snapshot"] == old["id"]
    assert f"snapshot   {new['id']}, by" in built("rollback", new["id"]).out


def test_a_snapshot_that_is_not_there_is_wrong_usage_and_a_damaged_one_is_said_to_be_so(built):
    write(built.folder / "seeds", a_md=RYE)
    built("reindex")
    new, old = ids(built)
    for words in (["rollback", "nonsense"], ["rollback", "20"], ["diff", new, "nonsense"], ["diff", new], ["rollback"]):
        done = built(*words)
        assert (done.code, done.out) == (2, "")
        assert done.err.strip()
    path = built.folder / "data" / "index" / "snapshots" / old / "tokens.npy"
    path.write_bytes(path.read_bytes()[:-1])
    done = built("rollback", old)
    assert (done.code, done.out) == (5, "")
    assert "tokens.npy" in done.err
    assert "Choose another, `python -m index snapshots` lists them" in done.err
    assert built("ask", "bread", "--json").lines[0]["snapshot"] == new


def test_without_an_index_there_are_no_snapshots(cli):
    assert cli("snapshots", "--json").lines == [{"snapshots": []}]
    assert (cli("rollback", "2").code, cli("diff", "1", "2").code) == (3, 3)


def test_while_another_process_builds_a_reindex_ends_with_1_and_names_it(built):
    lock = built.folder / "data" / "index" / "reindex.lock"
    row = {"pid": os.getpid(), "host": platform.node(), "started": "2026-04-01T10:20:30+00:00"}
    with FileLock(lock):
        lock.with_name("reindex.lock.json").write_text(json.dumps(row))
        done = built("reindex", "--wait", "0.2")
    assert (done.code, done.out) == (1, "")
    assert "A reindex is already running, since 10:20:30 UTC" in done.err
    assert f"It is process {os.getpid()} on {platform.node()}" in done.err
    assert built("reindex", "--wait", "-1").code == 2


def test_a_reindex_and_a_roll_back_are_written_into_the_audit_whatever_came_of_them(built):
    write(built.folder / "seeds", a_md=RYE)
    built("reindex")
    new, old = ids(built)
    built("rollback", old)
    built("rollback", "nonsense")
    built("reindex", "--dry-run")
    assert audited(built.folder / "data" / "journal.sqlite3") == [
        (
            "rollback nonsense",
            "failed: There is no snapshot 'nonsense': `python -m index snapshots` lists them.",
            "command line",
            None,
        ),
        (
            f"rollback {old}",
            f"snapshot {old} is live; sources: 1 changed; passages: +1 -1",
            "command line",
            None,
        ),
        (
            "reindex",
            f"snapshot {new} is live; sources: 1 changed; passages: +1 -1",
            "command line",
            None,
        ),
        ("reindex", f"snapshot {old} is live; sources: 1 added; passages: +2 -0", "command line", None),
    ]


def test_another_index_has_its_journal_beside_it(cli):
    desk = open_library(Settings(_env_file=None, max_wrong=0)).desk
    assert cli("reindex", MAX_WRONG="0").code == 0
    assert desk.reply("What is tea made of?", user=1, guild=2, channel=3).answer.abstained
    (row,) = cli("reindex", "--index", "elsewhere", "--json", MAX_WRONG="1").lines
    assert row["answered"] == []
    assert len(desk.journal.gaps(2)) == 1
    assert [line[0] for line in audited(cli.folder / "elsewhere" / "journal.sqlite3")] == ["reindex"]
    (row,) = cli("reindex", "--index", "data/../data/index", "--json", MAX_WRONG="1").lines
    assert row["answered"] == ["What is tea made of?"]


def test_seeds_and_index_are_taken_from_the_options_before_the_environment(cli):
    write(cli.folder / "other", b_md="The house is made of bricks and mortar.\n")
    done = cli("reindex", "--json", "--seeds", "other", "--index", "elsewhere", SEEDS_DIR="seeds", INDEX_DIR="nowhere")
    assert done.lines[0]["added"] == ["b.md"]
    assert (cli.folder / "elsewhere" / "LIVE").is_file()
    assert not (cli.folder / "nowhere").exists()


def test_seeds_and_index_are_taken_from_the_environment(cli):
    write(cli.folder / "other", b_md="The house is made of bricks and mortar.\n")
    assert cli("reindex", "--json", SEEDS_DIR="other", INDEX_DIR="elsewhere").lines[0]["added"] == ["b.md"]
    assert (cli.folder / "elsewhere" / "LIVE").is_file()


def test_ask_prints_one_line_with_the_fields_of_the_contract(built):
    done = built("ask", "What is bread made of?", "--json", MAX_WRONG="1")
    assert done.code == 0
    (row,) = done.lines
    check_answer(row, BREAD)
    assert (row["id"], row["question"], row["abstained"], row["generator"]) == (
        "",
        "What is bread made of?",
        False,
        "extractive",
    )
    quoted = {at["quote"]: at for at in row["citations"]}
    found = quoted["Bread — the white one — is made of flour and water."]
    assert (found["source"], found["title"], found["section"], found["url"]) == ("a.md", "Baking", "Baking", None)


def test_the_short_answer_the_verdict_and_a_conflict_are_in_the_line():
    short = ShortAnswer("16 experts", "a.md", 10, 20, 1)
    row = answer_line("q1", make_answer(short_answer=short, verdict="yes", conflict=True))
    assert list(row) == ANSWER
    assert row["short_answer"] == {"text": "16 experts", "source": "a.md", "start": 10, "end": 20, "citation": 1}
    assert (row["verdict"], row["conflict"]) == ("yes", True)
    plain = answer_line("q1", make_answer())
    assert (plain["short_answer"], plain["verdict"], plain["conflict"]) == (None, None, False)


def test_an_abstention_has_no_answer_but_the_nearest_passages_and_ends_with_0(built):
    done = built("ask", "What is bread made of?", "--json", MAX_WRONG="0")
    (row,) = done.lines
    check_answer(row, BREAD)
    assert (done.code, row["abstained"], row["answer"]) == (0, True, None)
    assert row["citations"]


def test_ask_without_json_shows_answer_quotations_and_confidence(built):
    answered = built("ask", "What is bread made of?", MAX_WRONG="1").out
    assert "[1]" in answered
    assert "a.md > Baking, characters" in answered
    assert "confidence 0." in answered
    abstained = built("ask", "What is bread made of?", MAX_WRONG="0").out
    assert abstained.startswith("The sources don't say.")
    assert "The nearest passages:" in abstained


def test_only_the_result_goes_to_standard_output(built):
    done = built("ask", "bread", "--json", LOG_LEVEL="DEBUG")
    assert len(done.out.splitlines()) == 1
    assert "loading" in done.err


def test_a_batch_is_answered_a_line_a_question_in_the_same_order(built):
    names: list[Any] = ["b", "a", 7, "é", "empty"]
    rows = [{"id": name, "question": f"What is bread {at}?", "other": [1]} for at, name in enumerate(names)]
    rows[-1]["question"] = ""
    done = built("ask", "--batch", batch(built.folder, *map(json.dumps, rows)), "--json")
    assert done.code == 0
    assert [row["id"] for row in done.lines] == names
    assert [row["question"] for row in done.lines] == [row["question"] for row in rows]
    for row in done.lines:
        check_answer(row, BREAD)


def test_a_batch_is_answered_in_json_without_being_told(built):
    done = built("ask", "--batch", batch(built.folder, '{"id": "1", "question": "bread"}'))
    check_answer(done.lines[0], BREAD)


def test_a_batch_with_text_that_is_half_a_character_is_answered(built):
    done = built("ask", "--batch", batch(built.folder, '{"id": "1", "question": "bread \\ud800?"}'), "--json")
    assert (done.code, done.lines[0]["question"]) == (0, "bread ??")


def test_an_empty_batch_has_no_answers(built):
    done = built("ask", "--batch", batch(built.folder), "--json")
    assert (done.code, done.out) == (0, "")


def test_a_bad_line_of_a_batch_is_named_before_any_question_is_asked(built):
    bad = batch(built.folder, '{"id": "1", "question": "bread"}', "nonsense")
    done = built("ask", "--batch", bad, "--json")
    assert (done.code, done.out) == (2, "")
    assert "Line 2 of" in done.err


def test_a_batch_file_that_is_not_there_is_wrong_usage(built):
    done = built("ask", "--batch", "nowhere.jsonl", "--json")
    assert (done.code, done.out) == (2, "")
    assert "nowhere.jsonl" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ["ask"],
        ["ask", "  "],
        ["ask", "one", "two"],
        ["ask", "one", "--batch", "file"],
        ["ask", "one", "--nonsense"],
        ["nonsense"],
        ["eval"],
        ["eval", "--documents", "seeds"],
        ["eval", "--documents", "seeds", "--questions", "questions.jsonl", "--worst", "-1"],
        ["reindex", "seeds"],
        [],
    ],
)
def test_wrong_usage_ends_with_2_and_says_so_on_standard_error(cli, words):
    done = cli(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.strip()


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAX_WRONG", "2"), ("MAX_SOURCE_MB", "much"), ("KEEP_SNAPSHOTS", "0"), ("LOG_LEVEL", "LOUD")],
)
def test_a_wrong_setting_ends_with_2_and_is_named(cli, name, value):
    done = cli("status", **{name: value})
    assert (done.code, done.out) == (2, "")
    assert name in done.err
    assert "Traceback" not in done.err


def test_without_an_index_a_question_ends_with_3_and_says_what_to_do(cli):
    done = cli("ask", "bread", "--json")
    assert (done.code, done.out) == (3, "")
    assert "run `python -m index reindex`" in done.err


def test_without_a_readable_source_reindex_ends_with_4_and_the_old_index_answers(built):
    write(built.folder / "seeds", a_md=b"\xff\xfe")
    done = built("reindex", "--json")
    assert (done.code, done.out) == (4, "")
    assert "a.md is not UTF-8" in done.err
    assert built("ask", "bread", "--json").code == 0
    assert built("reindex", "--seeds", "nowhere").code == 4


def test_a_damaged_index_or_one_of_another_model_ends_with_5_and_says_what_to_do(built, cls_model):
    other = built("ask", "bread", EMBEDDING_MODEL=str(cls_model))
    assert (other.code, other.out) == (5, "")
    assert "run `python -m index reindex`" in other.err
    damaged = next((built.folder / "data" / "index" / "snapshots").glob("*/passages.jsonl"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    done = built("ask", "bread", "--json")
    assert (done.code, done.out) == (5, "")
    assert "passages.jsonl" in done.err
    assert "reindex" in done.err
    assert built("reindex").code == 0
    assert built("ask", "bread").code == 0


def test_without_the_pointer_the_newest_good_snapshot_answers_and_every_command_says_so(built, caplog):
    pointer = built.folder / "data" / "index" / "LIVE"
    (name,) = (path.name for path in pointer.with_name("snapshots").iterdir())
    pointer.unlink()
    said = f"LIVE, is missing. Answers come from snapshot {name}"
    (status,) = built("status", "--json").lines
    assert (status["snapshot"], said in status["stale"]) == (name, True)
    done = built("ask", "bread", "--json")
    assert (done.code, done.lines[0]["snapshot"], said in caplog.text) == (0, name, True)
    done = built("snapshots", "--json")
    assert (done.code, [one["live"] for one in done.lines[0]["snapshots"]], said in done.err) == (0, [False], True)
    assert built("rollback", name).code == 0
    assert "missing" not in built("snapshots").err
    assert built("status", "--json").lines[0]["stale"] == ""


def test_a_model_of_another_kind_builds_and_answers(cli, cls_model):
    assert cli("reindex", EMBEDDING_MODEL=str(cls_model)).code == 0
    done = cli("ask", "bread", "--json", EMBEDDING_MODEL=str(cls_model), MAX_WRONG="1")
    check_answer(done.lines[0], BREAD)


def test_anything_else_ends_with_1_in_one_sentence(cli):
    (cli.folder / "file").write_text("in the way")
    done = cli("reindex", "--index", "file")
    assert (done.code, done.out) == (1, "")
    assert "file" in done.err
    assert "Traceback" not in done.err


def test_reindex_if_stale_does_nothing_where_nothing_changed(built):
    before = sorted((built.folder / "data").rglob("*"))
    done = built("reindex", "--if-stale")
    assert (done.code, done.out, done.err) == (0, "", "The index fits the sources.\n")
    assert sorted((built.folder / "data").rglob("*")) == before
    write(built.folder / "seeds", b_md="The house is made of bricks.\n")
    again = built("reindex", "--if-stale")
    assert "Building the index: new: b.md." in again.err
    assert built("status", "--json").lines[0]["stale"] == ""


def test_reindex_if_stale_builds_where_there_is_no_index(cli):
    assert "there is no index yet" in cli("reindex", "--if-stale").err
    assert cli("status", "--json").lines[0]["passages"] == 2


def test_status_says_what_is_indexed_by_which_model_and_whether_it_fits(built, tiny_model):
    write(built.folder / "seeds", b_md="The house is made of bricks.\n", c_md=b"\xff")
    done = built("status", "--json")
    (row,) = done.lines
    assert done.code == 0
    assert (row["model"], row["dimension"], row["passages"]) == (str(tiny_model), 16, 2)
    assert row["stale"] == "new: b.md"
    assert row["sources"] == [
        {"source": "a.md", "title": "Baking", "passages": 2, "state": "indexed"},
        {"source": "b.md", "title": "", "passages": 0, "state": "new"},
    ]
    assert row["skipped"] == [{"source": "c.md", "reason": "is not UTF-8 (byte 0): save it as UTF-8"}]
    assert "new        b.md" in built("status").out


def test_status_without_an_index_says_so(cli):
    (row,) = cli("status", "--json").lines
    assert (row["snapshot"], row["created"], row["passages"], row["stale"]) == (None, None, 0, "there is no index yet")


def test_status_reads_every_file_of_the_live_snapshot_only_where_it_is_asked_to(built):
    assert "whole" not in built("status", "--json").lines[0]
    assert built("status", "--verify", "--json").lines[0]["whole"] is True
    assert "whole      yes" in built("status", "--verify").out
    damaged = next((built.folder / "data" / "index" / "snapshots").glob("*/tokens.npy"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    assert built("status", "--json").code == 0
    done = built("status", "--verify", "--json")
    assert (done.code, done.lines[0]["whole"]) == (5, False)
    assert "tokens.npy of snapshot" in done.err
    assert "whole      no" in built("status", "--verify").out


def test_status_can_verify_nothing_where_there_is_no_index(cli):
    done = cli("status", "--verify", "--json")
    assert (done.code, done.lines[0]["whole"]) == (3, False)
    assert "no index yet" in done.err


def test_eval_scores_questions_on_an_index_that_is_thrown_away(cli):
    gold = {"text": "flour", "start": BREAD.index("flour"), "end": BREAD.index("flour") + 5}
    questions = batch(
        cli.folder,
        json.dumps({"id": "1", "question": "bread flour", "source": "a.md", "answerable": True, "answers": [gold]}),
        json.dumps({"id": 2, "question": "king", "source": "a.md", "answerable": False, "answers": []}),
    )
    done = cli("eval", "--documents", "seeds", "--questions", questions, "--json", "--answers", "answers.jsonl")
    (row,) = done.lines
    assert done.code == 0
    assert (row["questions"], row["verbatim"], row["evidence@3"]) == (2, 1.0, 1.0)
    assert {"evidence@1", "contains", "f1", "answer_rate", "abstain_recall", "auroc", "ece", "latency_ms_p50"} <= set(
        row
    )
    written = [json.loads(line) for line in (cli.folder / "answers.jsonl").read_text("utf-8").splitlines()]
    assert [at["id"] for at in written] == ["1", 2]
    assert not (cli.folder / "data").exists()
    assert "questions            2" in cli("eval", "--documents", "seeds", "--questions", questions).out


@pytest.fixture
def asked(cli: Cli) -> list[str | Path]:
    """The words of an eval of a question that is answered and one that is not answerable, in a folder of its own."""
    write(cli.folder / "seeds", b_md="A house is made of bricks.\n")
    at = BREAD.index("flour")
    gold = {"text": "flour", "start": at, "end": at + 5}
    questions = batch(
        cli.folder,
        json.dumps({"id": "1", "question": "bread flour", "source": "a.md", "answerable": True, "answers": [gold]}),
        json.dumps({"id": "2", "question": "bread king", "source": "b.md", "answerable": False, "answers": []}),
    )
    results = cli.folder / "evaluation" / "results.md"
    return ["eval", "--documents", "seeds", "--questions", questions, "--results", results]


def test_eval_shows_the_figures_beside_those_recorded_and_the_worst_cases(cli, asked):
    first = cli(*asked, "--record", MAX_WRONG="1")
    assert first.code == 0
    assert "No figures are recorded for these questions" in first.out
    assert "(2: answered, though nothing answers it)" in first.out
    (record,) = read_records(cli.folder / "evaluation" / "results.md")
    assert (record.how, record.model, record.settings) == ("asked", "model", "MAX_WRONG=1.0")
    assert (record.figures["answer_rate"], record.intervals["abstain_recall"]) == (1.0, (0.0, 0.0))
    assert record.questions == hashlib.sha256((cli.folder / "questions.jsonl").read_bytes()).hexdigest()
    again = cli(*asked, "--worst", "0", MAX_WRONG="0")
    assert "answer_rate          0.0       0.0 to 0.0        1.0       -1.0  below what was recorded" in again.out
    assert "abstain_recall       1.0       1.0 to 1.0        0.0       +1.0" in again.out
    assert "cases" not in again.out
    assert read_records(cli.folder / "evaluation" / "results.md") == [record]


def test_eval_in_json_has_the_figures_by_name_and_their_intervals(cli, asked):
    (row,) = cli(*asked, "--json", MAX_WRONG="1").lines
    assert row["intervals"]["answer_rate"] == [1.0, 1.0]
    assert row["intervals"].keys() == row.keys() - {"questions", "intervals"}


def test_eval_by_cross_validation_scores_the_recorded_answers(cli, asked, tiny_model):
    spans = [(fold, BREAD.index("Tea") if fold == "b.md" else 10) for fold in ("a.md", "b.md")]
    answers = [
        (
            fold,
            {
                "id": str(n),
                "abstained": n == 2,
                "confidence": 0.5,
                "citations": [{"source": "a.md", "start": start, "end": start + 30, "score": 0.5}],
            },
        )
        for n, (fold, start) in enumerate(spans, 1)
    ]
    write_recording(
        cli.folder / "evaluation" / "cross_validated.jsonl.gz",
        questions=hashlib.sha256((cli.folder / "questions.jsonl").read_bytes()).hexdigest(),
        model=str(tiny_model),
        weights=weights(),
        answers=answers,
    )
    done = cli(*asked, "--cross-validate", "--record", "--answers", "answers.jsonl")
    assert done.code == 0
    assert done.out.startswith("Cross-validated: each question is answered by weights that were fitted without its")
    assert "`python -m training.cross_validate` makes them anew" in done.out.splitlines()[0]
    assert "evidence@1           0.0" in done.out
    assert "abstain_recall       1.0" in done.out
    (record,) = read_records(cli.folder / "evaluation" / "results.md")
    assert (record.how, record.command.split()[-2:]) == ("cross-validated", ["--cross-validate", "--record"])
    first = json.loads((cli.folder / "answers.jsonl").read_text("utf-8").splitlines()[0])
    assert first["citations"][0]["quote"] == BREAD[10:40]
    other = cli(*asked, "--cross-validate", EMBEDDING_MODEL="another")
    assert (other.code, other.out) == (1, "")
    assert "EMBEDDING_MODEL" in other.err


def test_eval_by_cross_validation_without_a_recording_says_how_to_make_one(cli, asked):
    done = cli(*asked, "--cross-validate")
    assert (done.code, done.out) == (1, "")
    assert "make one with `python -m training.cross_validate`" in done.err


def test_eval_does_not_ask_before_it_knows_that_it_can_compare(cli, asked):
    (cli.folder / "evaluation").mkdir()
    (cli.folder / "evaluation" / "results.md").write_text("## A section of another kind\n", "utf-8")
    done = cli(*asked)
    assert (done.code, done.out) == (1, "")
    assert "'A section of another kind'" in done.err
    assert "loading" not in done.err


def test_a_program_outside_a_checkout_has_nowhere_to_record(tmp_path):
    (tmp_path / "installed").mkdir()
    shutil.copytree(ROOT / "index", tmp_path / "installed" / "index", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "questions.jsonl").write_text("", "utf-8")
    words = ("eval", "--documents", "seeds", "--questions", "questions.jsonl", "--record")
    done = python(*words, folder=tmp_path, PYTHONPATH=str(tmp_path / "installed"))
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[-1].startswith("Recorded figures are kept in a checkout of the repository")


def python(*words: str | Path, folder: Path, **settings: str) -> Ended:
    """The command line as a process of its own."""
    quiet = {name: value for name, value in os.environ.items() if name not in ("SEEDS_DIR", "INDEX_DIR", "LOG_LEVEL")}
    done = subprocess.run(
        [sys.executable, "-m", "index", *map(str, words)],
        cwd=folder,
        env={**quiet, "PYTHONPATH": str(ROOT), **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


@pytest.mark.parametrize("command", [[], ["reindex"], ["ask"], ["eval"], ["status"]])
def test_help_of_every_command_loads_no_model(tmp_path, command):
    code = (
        "import sys; from index.__main__ import main; sys.argv = ['index', *sys.argv[1:]]; code = main()\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'faiss', 'sklearn'} & set(sys.modules)\n"
        "sys.exit(code or (f'loaded {heavy}' if heavy else 0))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command, "--help"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: " in done.stdout


def test_exit_codes_of_the_process(tmp_path):
    assert python("ask", "bread", folder=tmp_path).code == 3
    assert python("ask", folder=tmp_path).code == 2
    assert python("reindex", folder=tmp_path).code == 4
    assert python("status", "--json", folder=tmp_path).lines[0]["stale"] == "there is no index yet"


def test_the_process_answers_a_batch_in_utf_8_whatever_the_terminal(built, tiny_model):
    settings = {"EMBEDDING_MODEL": str(tiny_model), "MAX_WRONG": "1", "PYTHONIOENCODING": "ascii"}
    asked = batch(built.folder, *(json.dumps({"id": f"q{at}", "question": "What is bread?"}) for at in range(3)))
    done = python("ask", "--batch", asked, "--json", folder=built.folder, **settings)
    assert done.code == 0
    assert [row["id"] for row in done.lines] == ["q0", "q1", "q2"]
    for row in done.lines:
        check_answer(row, BREAD)
    assert any("—" in at["quote"] for at in done.lines[0]["citations"])


def test_the_process_ends_with_5_where_the_index_is_of_another_model(built):
    done = python("ask", "bread", folder=built.folder, EMBEDDING_MODEL="another")
    assert (done.code, done.out) == (5, "")
