"""The bundled model on onnxruntime: the same figures as sentence-transformers', without torch."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from index.domain.errors import ReindexCancelled
from index.embedding.onnx_embedder import BUNDLED, FEW, OnnxEmbedder
from index.embedding.sentence_transformer import SentenceTransformerEmbedder
from tests.support.index_fakes import write
from tests.support.paths import ROOT

QUESTIONS = ("What is Scout's context window?", "", "?", "日本語の質問", "Où est le café? 🦙", "\0", "hello " * 400)


@pytest.fixture(scope="module")
def reference() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(BUNDLED)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_encoded_as_sentence_transformers_does(real_embedder, reference, question):
    """Vector, tokens and hidden states are the same."""
    encoding, wanted = real_embedder.question(question), reference.question(question)
    assert (encoding.pieces, encoding.spans) == (wanted.pieces, wanted.spans)
    assert float(encoding.vector @ wanted.vector) > 0.99999
    assert np.abs(encoding.tokens - wanted.tokens).max() < 1e-4
    assert np.abs(encoding.states.rows - wanted.states.rows).max() < 1e-4
    assert (encoding.states.ids == wanted.states.ids).all()
    assert real_embedder.count(question) == reference.count(question)


PASSAGES = (
    ("Scout\nIt is small.\nIt reads 10 million tokens at once.", "It reads 10 million tokens at once."),
    ("Scout reads.", "Scout reads."),
    ("Scout reads.", ""),
    ("", ""),
    ("Heading\n\u200b", "\u200b"),
    ("Titre\nOù est le café? 🦙 日本語", "Où est le café? 🦙 日本語"),
    (f"Long\n{'hello ' * 400}\nIts end is not read.", "Its end is not read."),
    (f"Long\n{'hello ' * 400}", "hello " * 400),
)


@pytest.mark.parametrize("at", range(len(PASSAGES)))
def test_a_passage_is_encoded_as_sentence_transformers_does(real_embedder, reference, at):
    """Vector, tokens and hidden states are the same."""
    ((encoding,),) = real_embedder.passages([PASSAGES[at]])
    ((wanted,),) = reference.passages([PASSAGES[at]])
    assert encoding.pieces == wanted.pieces
    assert float(encoding.vector @ wanted.vector) > 0.99999
    assert np.abs(encoding.tokens - wanted.tokens).max() < 1e-4
    assert np.abs(encoding.states.rows - wanted.states.rows).max(initial=0) < 1e-4
    assert (encoding.states.ids == wanted.states.ids).all()


def test_few_passages_come_in_one_block_in_their_order_and_many_by_the_other_engine(real_embedder, reference):
    calls: list[tuple[str, int, int]] = []
    few = [(f"Scout has {number} experts.", f"Scout has {number} experts.") for number in range(40)]
    (block,) = real_embedder.passages(few, lambda *call: calls.append(call))
    assert [encoding.pieces[2] for encoding in block] == [str(number) for number in range(40)]
    assert calls == [("embedding passages", number + 1, 40) for number in range(40)]
    assert list(real_embedder.passages([])) == []
    checks: list[int] = []

    class Other:
        def passages(self, texts, progress=None):
            checks.append(len(texts))
            yield []

    assert list(OnnxEmbedder(Other).passages([few[0]] * (FEW + 1))) == [[]]
    assert checks == [FEW + 1]


def test_what_is_cancelled_while_few_passages_are_encoded_ends_at_once(real_embedder):
    def cancelled(what, done, total):
        raise ReindexCancelled("stopped")

    with pytest.raises(ReindexCancelled):
        list(real_embedder.passages([("Scout reads.", "Scout reads.")] * FEW, cancelled))


def test_a_question_and_a_few_passages_need_no_torch():
    script = (
        "import sys\nfrom index.embedding.onnx_embedder import OnnxEmbedder\nmade = OnnxEmbedder(lambda: None)\n"
        "made.question('Who wrote it?')\nlist(made.passages([('A line.', 'A line.')]))\n"
        "print('torch' in sys.modules)"
    )
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "False"


def test_building_and_asking_write_nothing_outside_the_index(tmp_path):
    """No engine leaves caches or telemetry behind."""
    seeds = write(tmp_path / "seeds", a_md="Scout reads 10 million tokens at once.\n")
    home = tmp_path / "home"
    home.mkdir()
    variables = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home), "INDEX_DIR": str(tmp_path / "index")}
    for words in (["reindex", "--seeds", str(seeds)], ["ask", "How many tokens does Scout read?"]):
        command = [sys.executable, "-m", "index", *words]
        process = subprocess.run(
            command, env=variables, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
        )
        assert process.returncode == 0, process.stderr
    assert "10 million" in process.stdout
    assert [path.name for path in home.rglob("*") if path.is_file()] == []
