"""`python -m index`, to the letter of its contract: names, fields, exit codes, and what goes to which stream."""

from __future__ import annotations

import json
from typing import Any

import pytest

from index.cli.app import answer_line
from index.domain.answers import ShortAnswer
from tests.support.command_line import ANSWER, BREAD, CITATION, batch, check_answer, python
from tests.support.index_fakes import write
from tests.support.makers import make_abstention, make_answer, make_citation


def test_ask_prints_one_line_with_the_fields_of_the_contract(built):
    process = built("ask", "What is bread made of?", "--json", MAX_WRONG="1")
    assert process.code == 0
    (row,) = process.lines
    check_answer(row, BREAD)
    assert (row["id"], row["question"], row["abstained"], row["generator"]) == (
        "",
        "What is bread made of?",
        False,
        "extractive",
    )
    quoted = {at["quote"]: at for at in row["citations"]}
    citation = quoted["Bread — the white one — is made of flour and water."]
    assert (citation["source"], citation["title"], citation["section"], citation["url"]) == (
        "a.md",
        "Baking",
        "Baking",
        None,
    )


def test_the_short_answer_the_verdict_and_a_conflict_are_in_the_line():
    short = ShortAnswer("16 experts", "a.md", 10, 20, 1)
    row = answer_line("q1", make_answer(short_answer=short, verdict="yes", conflict=True))
    assert list(row) == ANSWER
    assert row["short_answer"] == {"text": "16 experts", "source": "a.md", "start": 10, "end": 20, "citation": 1}
    assert (row["verdict"], row["conflict"]) == ("yes", True)
    plain = answer_line("q1", make_answer())
    assert (plain["short_answer"], plain["verdict"], plain["conflict"]) == (None, None, False)


def test_the_line_says_how_a_question_was_read_and_how_sure_the_answer_is():
    row = answer_line("q1", make_answer(read_as="Which window has Scout? … and maverick?", confidence=0.8))
    assert (row["read_as"], row["certainty"]) == ("Which window has Scout? … and maverick?", "likely")
    assert answer_line("q1", make_answer())["read_as"] is None
    assert answer_line("q1", make_abstention(confidence=0.95))["certainty"] is None


def test_a_citation_in_the_line_is_exact_and_beside_it_as_it_is_read():
    (citation,) = answer_line("q1", make_answer(make_citation(quote="It has **16** experts", shown="It has 16 …")))[
        "citations"
    ]
    assert list(citation) == CITATION
    assert (citation["quote"], citation["shown"]) == ("It has **16** experts", "It has 16 …")


def test_an_abstention_has_no_answer_but_the_nearest_passages_and_ends_with_0(built):
    process = built("ask", "When was the harbour opened?", "--json")
    (row,) = process.lines
    check_answer(row, BREAD)
    assert (process.code, row["abstained"], row["answer"]) == (0, True, None)
    assert row["citations"]


def test_ask_without_json_shows_answer_quotations_and_confidence(built):
    answered = built("ask", "What is bread made of?", MAX_WRONG="1").out
    assert "[1]" in answered
    assert "a.md > Baking, characters" in answered
    assert "confidence 0." in answered
    abstained = built("ask", "When was the harbour opened?").out
    assert abstained.startswith("The sources don't say.")
    assert "The nearest passages:" in abstained


FOLLOW_UP = ["--before", "What is bread made of?"]


def test_a_follow_up_is_asked_with_the_questions_before_it(built):
    (row,) = built("ask", "and tea?", *FOLLOW_UP, "--json", MAX_WRONG="1").lines
    check_answer(row, BREAD)
    assert row["question"] == "and tea?"
    assert row["read_as"] in (None, "What is bread made of? and tea?")
    (twice,) = built("ask", "and tea?", *FOLLOW_UP, "--before", "and rye?", "--json").lines
    assert twice["read_as"] in (None, "and rye? and tea?", "What is bread made of? and rye? and tea?")


def test_blank_texts_before_a_question_count_for_nothing(built):
    (alone,) = built("ask", "What is bread made of?", "--json").lines
    (row,) = built("ask", "What is bread made of?", "--before", "  ", "--before", "", "--json").lines
    assert {**row, "latency_ms": 0} == {**alone, "latency_ms": 0}
    assert alone["read_as"] is None


def test_a_line_of_a_batch_is_asked_with_the_questions_before_it(built):
    before = ["What is bread made of?"]
    rows = [{"id": 1, "question": "and tea?"}, {"id": 2, "question": "and tea?", "before": before}]
    alone, after = built("ask", "--batch", batch(built.folder, *map(json.dumps, rows)), "--json").lines
    (single,) = built("ask", "and tea?", *FOLLOW_UP, "--json").lines
    assert alone["read_as"] is None
    assert {**after, "id": "", "latency_ms": 0} == {**single, "latency_ms": 0}


@pytest.mark.parametrize("before", ['"bread"', "[7]", "{}", '[["bread"]]'])
def test_a_line_whose_earlier_questions_are_no_list_of_texts_is_named(built, before):
    bad = batch(built.folder, f'{{"id": "1", "question": "tea?", "before": {before}}}')
    process = built("ask", "--batch", bad, "--json")
    assert (process.code, process.out) == (2, "")
    assert "Line 1 of" in process.err
    assert "`before` is a list of questions" in process.err


def test_only_the_result_goes_to_standard_output(built):
    process = built("ask", "bread", "--json", LOG_LEVEL="DEBUG")
    assert len(process.out.splitlines()) == 1
    assert "loading" in process.err


def test_a_batch_is_answered_a_line_a_question_in_the_same_order(built):
    names: list[Any] = ["b", "a", 7, "é", "empty"]
    rows = [{"id": name, "question": f"What is bread {number}?", "other": [1]} for number, name in enumerate(names)]
    rows[-1]["question"] = ""
    process = built("ask", "--batch", batch(built.folder, *map(json.dumps, rows)), "--json")
    assert process.code == 0
    assert [row["id"] for row in process.lines] == names
    assert [row["question"] for row in process.lines] == [row["question"] for row in rows]
    for row in process.lines:
        check_answer(row, BREAD)


def test_a_batch_is_answered_in_json_without_being_told(built):
    process = built("ask", "--batch", batch(built.folder, '{"id": "1", "question": "bread"}'))
    check_answer(process.lines[0], BREAD)


def test_a_batch_with_text_that_is_half_a_character_is_answered(built):
    process = built("ask", "--batch", batch(built.folder, '{"id": "1", "question": "bread \\ud800?"}'), "--json")
    assert (process.code, process.lines[0]["question"]) == (0, "bread ??")


def test_an_empty_batch_has_no_answers(built):
    process = built("ask", "--batch", batch(built.folder), "--json")
    assert (process.code, process.out) == (0, "")


def test_a_bad_line_of_a_batch_is_named_before_any_question_is_asked(built):
    bad = batch(built.folder, '{"id": "1", "question": "bread"}', "nonsense")
    process = built("ask", "--batch", bad, "--json")
    assert (process.code, process.out) == (2, "")
    assert "Line 2 of" in process.err


def test_a_batch_file_that_is_not_there_is_wrong_usage(built):
    process = built("ask", "--batch", "nowhere.jsonl", "--json")
    assert (process.code, process.out) == (2, "")
    assert "nowhere.jsonl" in process.err


@pytest.mark.parametrize(
    "words",
    [
        ["ask"],
        ["ask", "  "],
        ["ask", "one", "two"],
        ["ask", "one", "--batch", "file"],
        ["ask", "one", "--nonsense"],
        ["ask", "one", "--before"],
        ["ask", "--before", "one"],
        ["ask", "--batch", "file", "--before", "one"],
        ["nonsense"],
        ["eval"],
        ["eval", "--documents", "seeds"],
        ["eval", "--documents", "seeds", "--questions", "questions.jsonl", "--worst", "-1"],
        ["reindex", "seeds"],
        [],
    ],
)
def test_wrong_usage_ends_with_2_and_says_so_on_standard_error(cli, words):
    process = cli(*words)
    assert (process.code, process.out) == (2, "")
    assert process.err.strip()


@pytest.mark.parametrize(
    ("name", "value"),
    [("MAX_WRONG", "2"), ("MAX_SOURCE_MB", "much"), ("KEEP_SNAPSHOTS", "0"), ("LOG_LEVEL", "LOUD")],
)
def test_a_wrong_setting_ends_with_2_and_is_named(cli, name, value):
    process = cli("status", **{name: value})
    assert (process.code, process.out) == (2, "")
    assert name in process.err
    assert "Traceback" not in process.err


def test_without_an_index_a_question_ends_with_3_and_says_what_to_do(cli):
    process = cli("ask", "bread", "--json")
    assert (process.code, process.out) == (3, "")
    assert "run `python -m index reindex`" in process.err


def test_without_a_readable_source_reindex_ends_with_4_and_the_old_index_answers(built):
    write(built.folder / "seeds", a_md=b"\0")
    process = built("reindex", "--json")
    assert (process.code, process.out) == (4, "")
    assert "a.md is a binary file" in process.err
    assert built("ask", "bread", "--json").code == 0
    assert built("reindex", "--seeds", "nowhere").code == 4


def test_a_damaged_index_or_one_of_another_model_ends_with_5_and_says_what_to_do(built, cls_model):
    other = built("ask", "bread", EMBEDDING_MODEL=str(cls_model))
    assert (other.code, other.out) == (5, "")
    assert "run `python -m index reindex`" in other.err
    damaged = next((built.folder / "data" / "index" / "snapshots").glob("*/segments/0000/passages.jsonl"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    process = built("ask", "bread", "--json")
    assert (process.code, process.out) == (5, "")
    assert "passages.jsonl" in process.err
    assert "reindex" in process.err
    assert built("reindex").code == 0
    assert built("ask", "bread").code == 0


def test_without_the_pointer_the_newest_good_snapshot_answers(built, caplog):
    """Every command says so too."""
    pointer = built.folder / "data" / "index" / "LIVE"
    (name,) = (path.name for path in pointer.with_name("snapshots").iterdir())
    pointer.unlink()
    notice = f"LIVE, is missing. Answers come from snapshot {name}"
    (status,) = built("status", "--json").lines
    assert (status["snapshot"], notice in status["stale"]) == (name, True)
    process = built("ask", "bread", "--json")
    assert (process.code, process.lines[0]["snapshot"], notice in caplog.text) == (0, name, True)
    process = built("snapshots", "--json")
    assert (process.code, [snapshot["live"] for snapshot in process.lines[0]["snapshots"]], notice in process.err) == (
        0,
        [False],
        True,
    )
    assert built("rollback", name).code == 0
    assert "missing" not in built("snapshots").err
    assert built("status", "--json").lines[0]["stale"] == ""


def test_a_model_of_another_kind_builds_and_answers(cli, cls_model):
    assert cli("reindex", EMBEDDING_MODEL=str(cls_model)).code == 0
    process = cli("ask", "bread", "--json", EMBEDDING_MODEL=str(cls_model), MAX_WRONG="1")
    check_answer(process.lines[0], BREAD)


def test_anything_else_ends_with_1_in_one_sentence(cli):
    (cli.folder / "file").write_text("in the way")
    process = cli("reindex", "--index", "file")
    assert (process.code, process.out) == (1, "")
    assert "file" in process.err
    assert "Traceback" not in process.err


def test_status_says_what_is_indexed_by_which_model_and_whether_it_fits(built, tiny_model):
    write(built.folder / "seeds", b_md="The house is made of bricks.\n", c_md=b"\0")
    process = built("status", "--json")
    (row,) = process.lines
    assert process.code == 0
    assert (row["model"], row["dimension"], row["passages"]) == (str(tiny_model), 16, 2)
    assert row["stale"] == "new: b.md"
    assert row["sources"] == [
        {"source": "a.md", "title": "Baking", "passages": 2, "state": "indexed"},
        {"source": "b.md", "title": "", "passages": 0, "state": "new"},
    ]
    assert row["skipped"] == [{"source": "c.md", "reason": "is a binary file, not text"}]
    assert "new        b.md" in built("status").out


def test_status_says_which_model_writes_and_what_is_left_of_the_day(built):
    assert built("status", "--json").lines[0]["generation"] is None
    assert "writes" not in built("status").out
    server = {"LLM_BASE_URL": "http://127.0.0.1:9/v1", "LLM_MODEL": "llama-4-scout", "LLM_DAILY_TOKENS": "5000"}
    (row,) = built("status", "--json", **server).lines
    assert row["generation"] == {
        "model": "llama-4-scout",
        "tokens_today": {"limit": 5000, "used": 0, "left": 5000},
        "paused_until": None,
    }
    told = built("status", **server).out
    assert "writes     llama-4-scout, 5,000 of 5,000 tokens left today, 0 used" in told
    without_limit = built("status", **server | {"LLM_DAILY_TOKENS": ""}).out
    assert "writes     llama-4-scout, no limit today, 0 used" in without_limit


def test_a_summary_quotes_a_source_or_what_is_new_in_it(built):
    (row,) = built("summary", "a.md", "--json").lines
    assert (row["question"], row["abstained"], row["generator"]) == ("Summary of a.md", False, "extractive")
    assert {citation["source"] for citation in row["citations"]} == {"a.md"}
    write(built.folder / "seeds", b_md="The house is made of bricks and of wood.\n")
    assert built("reindex").code == 0
    (row,) = built("summary", "--since", "the last reindex", "--json").lines
    assert [citation["quote"] for citation in row["citations"]] == ["The house is made of bricks and of wood."]
    assert "New or changed passages since the last reindex: 1." in built("summary", "--since", "the last reindex").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["weather"], "There is no source 'weather'. There are: a.md."),
        (["--since", "the flood"], "'the flood' is neither a date, such as 2025-04-05 or last week, nor a kept"),
        (["--since", "2099-01-01"], "2099-01-01 is in the future"),
    ],
)
def test_a_summary_of_what_there_is_not_ends_with_2_and_says_what_there_is(built, words, told):
    process = built("summary", *words)
    assert (process.code, process.out) == (2, "")
    assert told in process.err


def test_status_without_an_index_says_so(cli):
    (row,) = cli("status", "--json").lines
    assert (row["snapshot"], row["created"], row["passages"], row["stale"]) == (None, None, 0, "there is no index yet")


def test_exit_codes_of_the_process(tmp_path):
    assert python("ask", "bread", folder=tmp_path).code == 3
    assert python("ask", folder=tmp_path).code == 2
    assert python("reindex", folder=tmp_path).code == 4
    assert python("status", "--json", folder=tmp_path).lines[0]["stale"] == "there is no index yet"


def test_the_process_answers_a_batch_in_utf_8_whatever_the_terminal(built, tiny_model):
    settings = {"EMBEDDING_MODEL": str(tiny_model), "MAX_WRONG": "1", "PYTHONIOENCODING": "ascii"}
    batch_file = batch(
        built.folder, *(json.dumps({"id": f"q{number}", "question": "What is bread?"}) for number in range(3))
    )
    process = python("ask", "--batch", batch_file, "--json", folder=built.folder, **settings)
    assert process.code == 0
    assert [row["id"] for row in process.lines] == ["q0", "q1", "q2"]
    for row in process.lines:
        check_answer(row, BREAD)
    assert any("—" in citation["quote"] for citation in process.lines[0]["citations"])


def test_the_process_ends_with_5_where_the_index_is_of_another_model(built):
    process = python("ask", "bread", folder=built.folder, EMBEDDING_MODEL="another")
    assert (process.code, process.out) == (5, "")


def test_status_reads_every_file_of_the_live_snapshot_only_where_it_is_asked_to(built):
    assert "whole" not in built("status", "--json").lines[0]
    assert built("status", "--verify", "--json").lines[0]["whole"] is True
    assert "whole      yes" in built("status", "--verify").out
    damaged = next((built.folder / "data" / "index" / "snapshots").glob("*/segments/0000/vectors.faiss"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    assert built("status", "--json").code == 0
    process = built("status", "--verify", "--json")
    assert (process.code, process.lines[0]["whole"]) == (5, False)
    assert "vectors.faiss of snapshot" in process.err
    assert "whole      no" in built("status", "--verify").out


def test_status_can_verify_nothing_where_there_is_no_index(cli):
    process = cli("status", "--verify", "--json")
    assert (process.code, process.lines[0]["whole"]) == (3, False)
    assert "no index yet" in process.err
