"""The bundled model on onnxruntime: the same figures as sentence-transformers', without torch."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from index.embed import SentenceEmbedder
from index.encoder import BUNDLED

QUESTIONS = ("What is Scout's context window?", "", "?", "日本語の質問", "Où est le café? 🦙", "\0", "hello " * 400)


@pytest.fixture(scope="module")
def reference() -> SentenceEmbedder:
    return SentenceEmbedder(BUNDLED)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_has_the_vectors_pieces_and_states_that_sentence_transformers_gives(
    real_embedder, reference, question
):
    found, wanted = real_embedder.question(question), reference.question(question)
    assert (found.pieces, found.spans) == (wanted.pieces, wanted.spans)
    assert float(found.vector @ wanted.vector) > 0.99999
    assert np.abs(found.tokens - wanted.tokens).max() < 1e-4
    assert np.abs(found.states.rows - wanted.states.rows).max() < 1e-4
    assert (found.states.ids == wanted.states.ids).all()
    assert real_embedder.count(question) == reference.count(question)


def test_a_question_needs_no_torch():
    script = (
        "import sys\nfrom index.encoder import BundledEmbedder\n"
        "BundledEmbedder(lambda: None).question('Who wrote it?')\nprint('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
