"""Parts of a build as plain bytes, so that any process can work on them: a source to parse, texts to embed.

What is done with them is what a build does in its own process: `index.parsing.documents.parse`, `embed_part`.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from index.domain.documents import Document
from index.domain.errors import UnreadableSource
from index.domain.messages import Message, message_from_json, message_of, message_to_json
from index.domain.ports import Embedder, WindowText
from index.domain.sources import SourceFile
from index.embedding.opening import open_embedder
from index.embedding.resumable import EmbeddedPart, embed_part
from index.embedding.thread_pools import wait_passively
from index.parsing.documents import ReadWithinLimits, parse
from index.parsing.pool import reader_with_limits
from index.snapshots.serialization import document_from_record, document_record

__all__ = [
    "PACKAGE",
    "code_checksum",
    "decode_document",
    "decode_vectors",
    "embed_encoded",
    "encode_file",
    "encode_texts",
    "open_part_work",
    "parse_encoded",
    "unreadable_reason",
]

PACKAGE = Path(__file__).parents[1]
"""The folder of this program's code."""

TOKENS = struct.Struct("<Q")
"""Before the vectors: the number of tokens that were read."""

FLOAT = np.dtype("<f4")


def encode_file(file: SourceFile) -> bytes:
    """Return a source as bytes: a line of JSON, then those of the file."""
    return json.dumps([file.source, file.format, file.url]).encode() + b"\n" + file.data


def parse_encoded(part: bytes, seconds: float, read: ReadWithinLimits) -> bytes:
    """Return the document of a source, or why it cannot be read; both as bytes."""
    header, _, data = part.partition(b"\n")
    source, form, url = json.loads(header)
    try:
        document = parse(SourceFile(source, data, form, url), seconds, read=read)
        return json.dumps({"document": document_record(document)}).encode()
    except (UnreadableSource, RecursionError) as error:
        return json.dumps({"unreadable": message_to_json(unreadable_reason(error))}).encode()


def decode_document(answer: bytes) -> Document:
    """Return the document that `parse_encoded` made; one of an extracted format is as it was, block by block.

    Raises
    ------
    UnreadableSource
        The source cannot be read.
    """
    record = json.loads(answer)
    if "unreadable" in record:
        raise UnreadableSource(message_from_json(record["unreadable"]))
    return document_from_record(record["document"])


def unreadable_reason(error: UnreadableSource | RecursionError) -> str:
    """Return why a source cannot be read, in words that follow its name."""
    return Message("is nested too deeply") if isinstance(error, RecursionError) else message_of(error)


def encode_texts(texts: Sequence[WindowText]) -> bytes:
    return json.dumps([[text.text, text.spans] for text in texts]).encode()


def embed_encoded(embedder: Embedder, part: bytes) -> bytes:
    """Return the number of tokens of texts and the vectors of their spans, as bytes."""
    rows = json.loads(part)
    texts = [WindowText(text, tuple((begin, end) for begin, end in spans)) for text, spans in rows]
    embedded = embed_part(embedder, texts)
    return TOKENS.pack(embedded.tokens) + embedded.vectors.astype(FLOAT).tobytes()


def decode_vectors(answer: bytes, shape: tuple[int, int]) -> EmbeddedPart:
    """Return what `embed_encoded` made. Raises ValueError if it is not that, or has not this many vectors."""
    if len(answer) < TOKENS.size:
        raise ValueError("there is no number of tokens")
    vectors = np.frombuffer(answer, FLOAT, offset=TOKENS.size).reshape(shape)
    return EmbeddedPart(vectors.astype(np.float32), *TOKENS.unpack_from(answer))


def open_part_work(job: Mapping[str, Any]) -> Callable[[bytes], bytes]:
    """Return what works on the parts of a job, one at a time, on one core.

    A job is `{"task": "parse", "seconds": SECONDS}` or `{"task": "embed", "model": NAME}`. Raises LibraryError if the
    model cannot be loaded.
    """
    if job["task"] == "parse":
        return partial(parse_encoded, seconds=job["seconds"], read=reader_with_limits())
    wait_passively()
    return partial(embed_encoded, open_embedder(job["model"], threads=1))


@cache
def code_checksum() -> str:
    """Return the checksum of this program's code, by which machines know that they would make the same of a part."""
    digest = hashlib.sha256()
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.glob("embedding/*.onnx")]):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(PACKAGE).as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()
