"""The bundled model on onnxruntime: the same figures as sentence-transformers', without torch."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from index.domain.errors import ReindexCancelled
from index.domain.ports import WindowText
from index.embedding.onnx_embedder import BUNDLED
from index.embedding.sentence_transformer import SentenceTransformerEmbedder
from tests.support.index_fakes import write
from tests.support.paths import ROOT

QUESTIONS = ("What is Scout's context window?", "", "?", "日本語の質問", "Où est le café? 🦙", "\0", "hello " * 400)


@pytest.fixture(scope="module")
def reference() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(BUNDLED)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_has_the_vector_that_sentence_transformers_gives_it(real_embedder, reference, question):
    vector, wanted = real_embedder.question(question), reference.question(question)
    assert vector.shape == wanted.shape == (real_embedder.dimension,)
    assert float(vector @ wanted) > 0.99999
    assert real_embedder.count(question) == reference.count(question)


WINDOWS = [WindowText(f"Scout {'reads ' * count}tokens.", ((0, 5), (6, 11))) for count in (1, 40, 3, 300, 7)]


def test_a_window_has_the_same_vectors_whatever_is_encoded_beside_it(real_embedder):
    for text, vectors in zip(WINDOWS, list(real_embedder.windows(WINDOWS)), strict=True):
        (alone,) = real_embedder.windows([text])
        assert (alone == vectors).all()


def test_windows_in_int8_are_near_those_in_float32(real_embedder, reference):
    for ours, wanted in zip(real_embedder.windows(WINDOWS), reference.windows(WINDOWS), strict=True):
        assert (ours * wanted).sum(axis=1).min() > 0.98


def test_what_is_cancelled_while_windows_are_encoded_ends_at_once(real_embedder):
    def cancelled(what, done, total):
        raise ReindexCancelled("stopped")

    with pytest.raises(ReindexCancelled):
        list(real_embedder.windows(WINDOWS * 1_000, cancelled))


def test_questions_and_windows_need_no_torch():
    script = (
        "import sys\nfrom index.domain.ports import WindowText\n"
        "from index.embedding.onnx_embedder import OnnxEmbedder\nmade = OnnxEmbedder()\n"
        "made.question('Who wrote it?')\nlist(made.windows([WindowText('A line.', ((0, 7),))]))\n"
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
