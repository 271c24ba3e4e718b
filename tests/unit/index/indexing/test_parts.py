"""Parts of a build go to another process and come back as bytes, and nothing of them changes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from index.domain.errors import UnreadableSource
from index.domain.messages import Message, message_from_json
from index.domain.ports import WindowText
from index.domain.sources import SourceFile
from index.indexing.frames import FAULT, RESULT
from index.indexing.parts import (
    code_checksum,
    decode_document,
    decode_vectors,
    embed_encoded,
    encode_file,
    encode_texts,
    parse_encoded,
)
from index.parsing._sandbox import read_in_sandbox
from index.parsing.documents import parse
from index.ray_driver._worker import PartWorker
from tests.support.index_fakes import WordEmbedder
from tests.support.office import docx, paragraph, pdf

HTML = (
    b"<html><head><title>Scout</title><meta name=author content=Ada></head><body><h1>Scout</h1>"
    b"<p>It has 16 experts.</p><h2>Table</h2>"
    b"<table><tr><th>Name</th><th>Experts</th></tr><tr><td>Scout</td><td>16</td></tr></table>"
    b"<ul><li>First.</li><li>Second: caf\xc3\xa9.</li></ul><pre>a\n  b</pre></body></html>"
)
SOURCES = [
    SourceFile("scout.html", HTML),
    SourceFile("page", HTML, "html", "https://example.org/scout"),
    SourceFile("notes.rst", b"Notes\n=====\n\nScout has *16* experts.\n\n- one\n- two\n"),
    SourceFile("page.pdf", pdf([(60.0, 780.0, 10.0, "Scout has 16 experts."), (60.0, 760.0, 10.0, "It is small.")])),
    SourceFile("letter.docx", docx(paragraph("Scout", "Heading1"), paragraph("Scout has 16 experts."))),
]
TEXTS = [WindowText("Scout has 16 experts. It is \ud800 small.", ((0, 21), (22, 38))), WindowText("Bread.", ((0, 6),))]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.source)
def test_a_document_comes_back_as_it_was_parsed(file):
    assert decode_document(parse_encoded(encode_file(file), 60, read_in_sandbox)) == parse(file)


def test_why_a_source_cannot_be_read_comes_back_as_a_message():
    broken = SourceFile("broken.pdf", b"no PDF")
    with pytest.raises(UnreadableSource) as here:
        parse(broken)
    with pytest.raises(UnreadableSource) as there:
        decode_document(parse_encoded(encode_file(broken), 60, read_in_sandbox))
    assert isinstance(there.value.args[0], Message)
    assert there.value.args == here.value.args


def test_vectors_come_back_to_the_byte_with_their_tokens():
    model = WordEmbedder()
    embedded = decode_vectors(embed_encoded(model, encode_texts(TEXTS)), (3, model.dimension))
    assert embedded.vectors.tobytes() == np.concatenate(list(model.windows(TEXTS))).tobytes()
    assert embedded.tokens == sum(model.count(text.text) for text in TEXTS)


@pytest.mark.parametrize("damaged", [b"", b"1234567", b"12345678", b"12345678" + bytes(17)])
def test_vectors_that_are_cut_are_refused(damaged):
    with pytest.raises(ValueError):  # noqa: PT011 the words are NumPy's
        decode_vectors(damaged, (3, 32))


def test_a_worker_answers_parts_by_its_own_code():
    worker = PartWorker(json.dumps({"task": "parse", "seconds": 60, "code": code_checksum()}))
    answer = worker({"part": encode_file(SOURCES[0])})["answer"]
    assert decode_document(answer.removeprefix(RESULT)) == parse(SOURCES[0])


def test_a_worker_of_another_version_says_so():
    worker = PartWorker(json.dumps({"task": "parse", "seconds": 60, "code": "that of another"}))
    answer = worker({"part": encode_file(SOURCES[0])})["answer"]
    assert json.loads(answer.removeprefix(FAULT))["kind"] == "unlike"


@pytest.mark.slow
def test_a_worker_without_the_model_says_so():
    worker = PartWorker(json.dumps({"task": "embed", "model": "/no/such/model", "code": code_checksum()}))
    fault = json.loads(worker({"part": encode_texts(TEXTS)})["answer"].removeprefix(FAULT))
    assert "The embedding model '/no/such/model' cannot be loaded" in message_from_json(fault["why"])
