"""`python -m index check`, to the letter of its contract."""

from __future__ import annotations

import json

import pytest

from tests.support.command_line import Cli, batch, python

EVIDENCE = "Scout has 17 billion active parameters and a context of 10 million tokens."


def line(number: object, claim: str) -> str:
    return json.dumps({"id": number, "evidence": EVIDENCE, "claim": claim, "label": "entailed"})


def test_a_batch_gives_one_figure_a_line_in_the_same_order(cli: Cli):
    same, other, none = line("b", EVIDENCE), line(2, "Maverick reads 90 pictures at once."), line(None, "")
    ended = cli("check", "--batch", batch(cli.folder, same, "", other, none), "--json")
    assert ended.code == 0
    assert [list(row) for row in ended.lines] == [["id", "entailed"]] * 3
    assert [row["id"] for row in ended.lines] == ["b", 2, None]
    figures = [row["entailed"] for row in ended.lines]
    assert 1 >= figures[0] > figures[1] > figures[2] == 0


def test_a_claim_is_checked_without_a_file_too(cli: Cli):
    ended = cli("check", "--evidence", EVIDENCE, "--claim", EVIDENCE, "--json")
    assert (ended.code, list(ended.lines[0]), ended.lines[0]["id"]) == (0, ["id", "entailed"], "")
    assert cli("check", "--evidence", EVIDENCE, "--claim", "").out == "entailed: 0.0\n"


def test_a_bad_line_is_named_and_nothing_is_printed(cli: Cli):
    ended = cli("check", "--batch", batch(cli.folder, line(1, EVIDENCE), '{"id": 2}'), "--json")
    assert (ended.code, ended.out) == (2, "")
    assert "Line 2 of" in ended.err
    assert "is no claim" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["check", "--claim", "Scout is small."],
        ["check", "--evidence", EVIDENCE],
        ["check", "--batch", "claims.jsonl", "--claim", "Scout is small."],
        ["check", "--batch", "claims.jsonl"],
    ],
)
def test_wrong_usage_says_what_to_give(cli: Cli, words):
    ended = cli(*words)
    assert (ended.code, ended.out) == (2, "")
    assert "--evidence" in ended.err or "evidence in the file" in ended.err or "cannot be read" in ended.err


def test_no_index_is_needed(tmp_path):
    ended = python("check", "--evidence", EVIDENCE, "--claim", EVIDENCE, "--json", folder=tmp_path)
    assert ended.code == 0
    assert ended.lines[0]["entailed"] > 0.5
    assert list(tmp_path.iterdir()) == []
