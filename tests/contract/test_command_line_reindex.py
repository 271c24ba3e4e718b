"""`python -m index`: reindex, snapshots, diff and rollback, to the letter of their contract."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

from filelock import FileLock

from index import Settings, open_library
from index.domain.activity import Scope
from index.journal.journal import Journal
from tests.support.command_line import BREAD, REPORT, RYE, Cli
from tests.support.index_fakes import write

HARBOUR = "# Harbour\n\nThe harbour was opened in 1900.\n"


def ids(cli: Cli) -> list[str]:
    return [row["id"] for row in cli("snapshots", "--json").lines[0]["snapshots"]]


def audited(file: Path) -> list[tuple[str, str, str, int | None]]:
    return [(entry.action, entry.outcome, entry.origin, entry.user) for entry in Journal(file).audit_entries(9)]


def test_reindex_prints_what_changed(cli):
    process = cli("reindex", "--json")
    (row,) = process.lines
    assert process.code == 0
    assert (row["added"], row["changed"], row["removed"], row["skipped"]) == (["a.md"], [], [], [])
    assert (row["passages_before"], row["passages_after"]) == (0, 2)
    assert (cli.folder / "data" / "index" / "snapshots" / row["snapshot"]).is_dir()
    write(cli.folder / "seeds", b_txt=b"\0")
    plain = cli("reindex")
    assert "passages   2 before, 2 after" in plain.out
    assert "skipped    b.txt: is a binary file" in plain.out


def test_reindex_lists_the_open_gaps_that_have_an_answer_now(cli):
    seeds, library = cli.folder / "seeds", open_library(Settings(_env_file=None))
    write(seeds, a_md=HARBOUR)
    assert cli("reindex", "--json").lines[0]["answered"] == []
    for user, question in enumerate(("What is bread\nmade of?", "What is tea made of?")):
        assert library.conversation.reply(question, user=user, guild=2, channel=3).answer.abstained
    assert cli("reindex", "--json").lines[0]["answered"] == []
    write(seeds, a_md=BREAD)
    assert "answered   What is bread made of?\n" in cli("reindex", "--dry-run", MAX_WRONG="1").out
    (row,) = cli("reindex", "--json", MAX_WRONG="1").lines
    assert row["answered"] == ["What is tea made of?", "What is bread\nmade of?"]
    assert cli("reindex", "--json", MAX_WRONG="1").lines[0]["answered"] == []


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


def test_reindex_asks_the_operators_questions_again(built):
    row = {"question": "What is bread made of?", "answer": "flour"}
    (built.folder / "seeds" / "questions.jsonl").write_text(json.dumps(row), "utf-8")
    assert "1 asked, 0 lost, 0 changed, 0 wrong" in built("reindex", MAX_WRONG="1").out
    write(built.folder / "seeds", a_md=RYE)
    dry = built("reindex", "--dry-run", "--json", MAX_WRONG="1").lines[0]["questions"]
    assert list(dry) == ["written", "asked", "changed", "wrong", "problem", "lost"]
    assert (dry["asked"], dry["wrong"], dry["changed"][0]["right"]) == (1, ["What is bread made of?"], False)
    plain = built("reindex", MAX_WRONG="1").out
    assert "question   What is bread made of?\n  was " in plain
    assert ", not as it should be\n" in plain


def test_reindex_asks_helpful_questions_and_suggestions_again(built):
    library = open_library(Settings(_env_file=None, max_wrong=1))
    answered = library.conversation.reply("What is bread made of?", user=1, guild=2, channel=3)
    library.journal.vote(answered.id, user=1, helpful=True)
    assert built("reindex", "--dry-run", "--json", MAX_WRONG="1").lines[0]["regressions"] == {}
    write(built.folder / "seeds", b_md="The house is made of bricks.\n")
    regressions = built("reindex", "--dry-run", "--json", MAX_WRONG="1").lines[0]["regressions"]
    assert list(regressions) == ["helpful", "suggestions"]
    assert list(regressions["helpful"]) == ["written", "asked", "changed", "wrong", "problem", "lost"]
    assert regressions["helpful"]["asked"] == 1
    plain = built("reindex", MAX_WRONG="1").out
    assert "helpful    1 asked, " in plain
    assert "suggested  " in plain


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


def test_a_missing_snapshot_is_wrong_usage_and_a_damaged_one_is_named(built):
    """A snapshot that does not exist is wrong usage; one that is damaged is reported as damaged."""
    write(built.folder / "seeds", a_md=RYE)
    built("reindex")
    new, old = ids(built)
    for words in (["rollback", "nonsense"], ["rollback", "20"], ["diff", new, "nonsense"], ["diff", new], ["rollback"]):
        process = built(*words)
        assert (process.code, process.out) == (2, "")
        assert process.err.strip()
    path = built.folder / "data" / "index" / "snapshots" / old / "segments/0000/vectors.faiss"
    path.write_bytes(path.read_bytes()[:-1])
    process = built("rollback", old)
    assert (process.code, process.out) == (5, "")
    assert "segments/0000/vectors.faiss" in process.err
    assert "Choose another, `python -m index snapshots` lists them" in process.err
    assert built("ask", "bread", "--json").lines[0]["snapshot"] == new


def test_without_an_index_there_are_no_snapshots(cli):
    assert cli("snapshots", "--json").lines == [{"snapshots": []}]
    assert (cli("rollback", "2").code, cli("diff", "1", "2").code) == (3, 3)


def test_while_another_process_builds_a_reindex_ends_with_1_and_names_it(built):
    lock = built.folder / "data" / "index" / "reindex.lock"
    row = {"pid": os.getpid(), "host": platform.node(), "started": "2026-04-01T10:20:30+00:00"}
    with FileLock(lock):
        lock.with_name("reindex.lock.json").write_text(json.dumps(row))
        process = built("reindex", "--wait", "0.2")
    assert (process.code, process.out) == (1, "")
    assert "A reindex is already running, since 10:20:30 UTC" in process.err
    assert f"It is process {os.getpid()} on {platform.node()}" in process.err
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
            f"snapshot {old} is live; sources changed: 1; passages added: 1; passages removed: 1",
            "command line",
            None,
        ),
        (
            "reindex",
            f"snapshot {new} is live; sources changed: 1; passages added: 1; passages removed: 1",
            "command line",
            None,
        ),
        ("reindex", f"snapshot {old} is live; sources added: 1; passages added: 2", "command line", None),
    ]


def test_the_audit_which_is_read_on_discord_names_no_folder(built):
    assert built("reindex", "--seeds", built.folder / ("long" * 80)).code != 0
    audit_entry, outcome, _, _ = audited(built.folder / "data" / "journal.sqlite3")[0]
    assert (audit_entry, outcome[:8]) == ("reindex", "failed: ")
    assert str(built.folder) not in outcome


def test_another_index_has_its_journal_beside_it(cli):
    library = open_library(Settings(_env_file=None))
    write(cli.folder / "seeds", a_md=HARBOUR)
    assert cli("reindex").code == 0
    assert library.conversation.reply("What is tea made of?", user=1, guild=2, channel=3).answer.abstained
    write(cli.folder / "seeds", a_md=BREAD)
    (row,) = cli("reindex", "--index", "elsewhere", "--json", MAX_WRONG="1").lines
    assert row["answered"] == []
    assert len(library.journal.gaps(Scope(2))) == 1
    assert [line[0] for line in audited(cli.folder / "elsewhere" / "journal.sqlite3")] == ["reindex"]
    (row,) = cli("reindex", "--index", "data/../data/index", "--json", MAX_WRONG="1").lines
    assert row["answered"] == ["What is tea made of?"]


def test_seeds_and_index_are_taken_from_the_options_before_the_environment(cli):
    write(cli.folder / "other", b_md="The house is made of bricks and mortar.\n")
    process = cli(
        "reindex", "--json", "--seeds", "other", "--index", "elsewhere", SEEDS_DIR="seeds", INDEX_DIR="nowhere"
    )
    assert process.lines[0]["added"] == ["b.md"]
    assert (cli.folder / "elsewhere" / "LIVE").is_file()
    assert not (cli.folder / "nowhere").exists()


def test_seeds_and_index_are_taken_from_the_environment(cli):
    write(cli.folder / "other", b_md="The house is made of bricks and mortar.\n")
    assert cli("reindex", "--json", SEEDS_DIR="other", INDEX_DIR="elsewhere").lines[0]["added"] == ["b.md"]
    assert (cli.folder / "elsewhere" / "LIVE").is_file()


def _files(folder: Path) -> list[Path]:
    """Return all files, without those that SQLite keeps beside a journal while a connection is open."""
    return sorted(path for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm")))


def test_reindex_if_stale_does_nothing_where_nothing_changed(built):
    before = _files(built.folder / "data")
    process = built("reindex", "--if-stale")
    assert (process.code, process.out, process.err) == (0, "", "The index fits the sources.\n")
    assert _files(built.folder / "data") == before
    write(built.folder / "seeds", b_md="The house is made of bricks.\n")
    again = built("reindex", "--if-stale")
    assert "Building the index: new: b.md." in again.err
    assert built("status", "--json").lines[0]["stale"] == ""


def test_reindex_if_stale_builds_where_there_is_no_index(cli):
    assert "there is no index yet" in cli("reindex", "--if-stale").err
    assert cli("status", "--json").lines[0]["passages"] == 2
