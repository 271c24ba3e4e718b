"""Answers at the command line that a scripted language model writes, over real HTTP and with the bundled reader."""

from __future__ import annotations

import json

import pytest

from tests.support.command_line import ANSWER, CITATION
from tests.support.generation_fakes import draft, output
from tests.support.llm_replies import http_error, text
from tests.support.llm_server import llm_server

QUESTION = "What is bread made of?"
WORDS = "made of flour and water"
GOOD = draft("Bread is made of flour and water.", WORDS)
WRONG = draft("Bread is made of sand and stones.", WORDS)


def ask(cli, *words, script=None):
    with llm_server(script or text(output(WRONG, GOOD))) as server:
        ended = cli("ask", QUESTION, *words, LLM_BASE_URL=server.url, LLM_MODEL="scout", LLM_API_KEY="secret-key")
    assert ended.code == 0
    assert "secret-key" not in ended.out + ended.err
    return ended, server


def test_a_written_answer_is_told_with_its_sentences_and_quotations(built):
    ended, _ = ask(built, "--json")
    (line,) = ended.lines
    assert list(line) == ANSWER
    assert line["sentences"] == [{"text": GOOD.text, "citations": [1]}]
    assert (line["answer"], line["generator"], line["dropped"], line["fault"]) == (f"{GOOD.text} [1]", "scout", 1, None)
    (citation,) = line["citations"]
    assert list(citation) == CITATION
    source = (built.folder / "seeds" / "a.md").read_bytes().decode()
    assert source[citation["start"] : citation["end"]] == citation["quote"]
    assert WORDS in citation["quote"]


def test_a_written_answer_is_told_as_text(built):
    ended, _ = ask(built)
    assert ended.out.startswith(f"{GOOD.text} [1]\n")
    assert "written by scout, every sentence checked; 1 sentence did not pass" in ended.out


def test_a_server_that_fails_leaves_the_answer_that_quotes(built):
    ended, _ = ask(built, "--json", script=http_error(401))
    (line,) = ended.lines
    assert (line["generator"], line["sentences"], line["fault"]) == ("extractive", [], "rejected")
    assert not line["abstained"]


def test_without_writing_the_server_is_not_asked(built):
    ended, server = ask(built, "--json", "--no-writing")
    assert (server.asked, ended.lines[0]["generator"]) == ([], "extractive")


@pytest.mark.parametrize("command", [["reindex"], ["status"]])
def test_what_answers_no_question_asks_no_server(built, command):
    with llm_server() as server:
        assert built(*command, LLM_BASE_URL=server.url).code == 0
    assert server.asked == []


def test_a_line_of_a_batch_is_written_too(built):
    batch = built.folder / "batch.jsonl"
    batch.write_text(json.dumps({"id": 7, "question": QUESTION}), "utf-8")
    with llm_server(text(output(GOOD))) as server:
        ended = built("ask", "--batch", batch, LLM_BASE_URL=server.url, LLM_MODEL="scout")
    assert [line["generator"] for line in ended.lines] == ["scout"]


def test_eval_writes_only_if_told_to_and_lists_the_sentences(built):
    questions = built.folder / "questions.jsonl"
    questions.write_text(json.dumps({"id": 1, "question": QUESTION, "expect": "answer", "gold": "flour"}), "utf-8")
    words = ["eval", "--documents", "seeds", "--questions", questions, "--json"]
    with llm_server(text(output(WRONG, GOOD))) as server:
        settings = {"LLM_BASE_URL": server.url, "LLM_MODEL": "scout"}
        (plain,) = built(*words, **settings).lines
        assert (server.asked, "written" in plain) == ([], False)
        (figures,) = built(*words, "--written", "--sentences", "sentences.jsonl", **settings).lines
    assert (figures["written"], figures["fell_back"], figures["dropped"], figures["verbatim"]) == (1.0, 0.0, 0.5, 1.0)
    (line,) = (built.folder / "sentences.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["sentence"] == GOOD.text


def test_eval_says_what_writing_needs(built):
    questions = built.folder / "questions.jsonl"
    questions.write_text(json.dumps({"id": 1, "question": QUESTION}), "utf-8")
    words = ["eval", "--documents", "seeds", "--questions", questions]
    assert "LLM_BASE_URL" in built(*words, "--written").err
    assert built(*words, "--sentences", "x.jsonl").code == 2
    assert built(*words, "--written", "--record", "--results", "r.md").code == 2
