"""Small fake engines: a model of hashed words, a store in an array, a reader that counts words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import numpy as np

from index.answering.answerer import Answerer
from index.answering.summariser import Summariser
from index.assembly import assemble
from index.domain.documents import Document, Passage
from index.domain.ports import (
    ClaimChecker,
    Deleted,
    Embedder,
    Generator,
    Progress,
    Reader,
    StageObserver,
    VectorEngine,
    Vectors,
    WindowText,
)
from index.domain.reading import AnswerSpan, Reading
from index.domain.snapshots import Status
from index.domain.sources import SourceFile
from index.domain.stages import Stage
from index.generation.writer import Writer
from index.indexing.build_rules import NO_RULES, BuildRules
from index.indexing.indexer import Indexer
from index.indexing.ray_cluster import RayCluster
from index.journal.journal import Journal
from index.library import Library
from index.parsing.chunking import chunk
from index.parsing.documents import parse
from index.parsing.pool import parse_in_parallel
from index.reading.calibration import Calibration
from index.reading.intents import IntentClassifier
from index.reading.windows_reader import WindowsReader
from index.retrieval.retriever import Retriever
from index.retrieval.search_index import SearchIndex
from index.retrieval.tantivy_keywords import TantivyEngine, in_memory
from index.retrieval.window_texts import window_texts
from index.snapshots.changes import KeptChanges
from index.snapshots.loader import SnapshotLoader
from index.snapshots.replication import LOCAL_ONLY, Replication
from index.snapshots.store import SnapshotStore
from index.sources.reader import SourceReader
from index.sources.uploads import UploadedSources
from index.sources.web import WebSources
from index.storage.arrays import save_array
from index.text.tokens import content_stems
from tests.support.generation_fakes import grounder

WIDTH = 32
PIECE = re.compile(r"\w+|[^\w\s]")
SENTENCE = re.compile(r"[^\s.!?|][^.!?\n|]*[.!?]?")


def word_vector(word: str) -> Vectors:
    """The same unit vector for the same word, always."""
    seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:8], "big")
    vector = np.random.default_rng(seed).standard_normal(WIDTH)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class CredulousChecker:
    """Takes everything for entailed, so that vectors alone decide which questions are alike."""

    def entailed(self, evidence: str, claim: str) -> float:
        return 1.0


class WordEmbedder:
    """A model whose vector for a text is the mean of its words' vectors; it counts two special tokens a text."""

    dimension = WIDTH
    version = "1"

    def __init__(self, name: str = "words", *, max_tokens: int = 64) -> None:
        self.name = name
        self.max_tokens = max_tokens

    def count(self, text: str) -> int:
        return len(PIECE.findall(text)) + 2

    def question(self, text: str) -> Vectors:
        return self._vector(PIECE.findall(text)[: self.max_tokens - 2])

    def windows(
        self, texts: Iterable[WindowText], progress: Progress | None = None, *, characters: int = 0
    ) -> Iterator[Vectors]:
        done = 0
        for text in texts:
            pieces = [PIECE.findall(text.text[begin:end])[: self.max_tokens - 2] for begin, end in text.spans]
            yield np.stack([self._vector(words) for words in pieces])
            done += self.count(text.text)
            if progress:
                progress(Stage.EMBEDDING_PASSAGES, done, 0)

    def _vector(self, words: Sequence[str]) -> Vectors:
        mean = np.mean([word_vector(word.lower()) for word in words or ("[CLS]",)], axis=0)
        return (mean / np.linalg.norm(mean)).astype(np.float32)


class MemoryStore:
    """Vectors in an array, compared one by one."""

    def __init__(self, dimension: int) -> None:
        self._rows = np.zeros((0, dimension), np.float32)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, vectors: Vectors) -> None:
        self._rows = np.concatenate([self._rows, np.asarray(vectors, np.float32)])

    def add_queries(self, vectors: Vectors) -> None: ...

    def search(self, vector: Vectors, k: int, *, deleted: Deleted | None = None) -> list[tuple[int, float]]:
        kept = [row for row in range(len(self)) if deleted is None or not deleted[row]]
        cosines = {row: float(self._rows[row].astype(float) @ np.asarray(vector, float)) for row in kept}
        return sorted(cosines.items(), key=lambda pair: -pair[1])[:k]

    def rows(self, start: int, stop: int) -> Vectors:
        return self._rows[start:stop]


class MemoryEngine:
    """Stores in memory, kept in a file of NumPy."""

    @contextmanager
    def writer(self, folder: Path, dimension: int, *, progress: Progress | None = None) -> Iterator[MemoryStore]:
        store = MemoryStore(dimension)
        yield store
        save_array(folder / "vectors.faiss", store.rows(0, len(store)))

    def open(self, folder: Path) -> MemoryStore:
        store = MemoryStore(0)
        store._rows = np.load(folder / "vectors.faiss", allow_pickle=False)
        return store


class CoverageReader:
    """Reads a window as answered by the sentence with most of the question's topic words.

    Its log-odds are 0 where half of these words are in that sentence and the one before, 4 where all are.
    """

    name = "coverage"

    def read(self, question: str, window: str) -> Reading:
        wanted = set(content_stems(question))
        sentences = list(SENTENCE.finditer(window))
        found = []
        for number, sentence in enumerate(sentences):
            before = sentences[number - 1].group() if number else ""
            stems = set(content_stems(f"{before} {sentence.group()}"))
            own = len(wanted & set(content_stems(sentence.group())))
            share = len(wanted & stems) / len(wanted) if wanted else 0.0
            found.append((share, own, -number, sentence))
        if not found:
            return Reading(-4.0, ())
        best = sorted(found, reverse=True, key=lambda each: each[:3])
        spans = tuple(AnswerSpan(*sentence.span(), -float(place)) for place, (*_, sentence) in enumerate(best[:3]))
        return Reading(8 * best[0][0] - 4, spans)


def answerer(
    embedder: Embedder,
    *,
    reader: Reader | None = None,
    threshold: float = 0.5,
    intents: IntentClassifier | None = None,
    summariser: Summariser | None = None,
    observe: StageObserver | None = None,
) -> Answerer:
    return Answerer(
        embedder=embedder,
        retriever=Retriever(),
        reader=WindowsReader(reader or CoverageReader()),
        calibration=Calibration(intercept=0.0, slope=1.0),
        threshold=threshold,
        intents=intents,
        summariser=summariser,
        observe=observe,
    )


def library(
    seeds: Path,
    index: Path,
    *,
    embedder: Embedder | None = None,
    reader: Reader | None = None,
    threshold: float = 0.5,
    keep: int = 3,
    max_bytes: int = 1_000_000,
    vectors: VectorEngine | None = None,
    web: WebSources | None = None,
    generator: Generator | None = None,
    checker: ClaimChecker | None = None,
    observe: StageObserver | None = None,
    journal: Journal | None = None,
    files: SourceReader | None = None,
    uploads: UploadedSources | None = None,
    rules: BuildRules = NO_RULES,
    replication: Replication = LOCAL_ONLY,
    cluster: RayCluster | None = None,
) -> Library:
    """A real library on the fakes; nothing is loaded yet.

    A generator's sentences are checked by `checker`, or else by their words and numbers alone.
    """
    model = embedder or WordEmbedder()
    engine = vectors or MemoryEngine()
    snapshots = SnapshotStore(index)
    return assemble(
        model=model.name,
        snapshots=snapshots,
        reader=files or SourceReader(seeds, max_bytes=max_bytes, web=web),
        sources=uploads or UploadedSources(seeds, max_bytes=max_bytes),
        journal=journal or Journal(index.parent / "journal.sqlite3"),
        embedder=lambda: model,
        answerer=lambda loaded: answerer(
            loaded,
            reader=reader,
            threshold=threshold,
            summariser=Summariser(changes=KeptChanges(snapshots)),
            observe=observe,
        ),
        indexer=lambda loaded: Indexer(
            snapshots=snapshots,
            embedder=loaded,
            vectors=engine,
            keywords=TantivyEngine(),
            parse=cluster.parse if cluster else parse_in_parallel,
            remote=cluster,
        ),
        loader=lambda loaded: SnapshotLoader(
            snapshots=snapshots, embedder=loaded, vectors=engine, keywords=TantivyEngine()
        ),
        keep=keep,
        checker=CredulousChecker,
        generator=generator,
        writer=(lambda loaded: writer(generator, loaded, checker)) if generator else None,
        observe=observe,
        rules=rules,
        replication=replication,
    )


def writer(generator: Generator, answers: Answerer, checker: ClaimChecker | None = None) -> Writer:
    return Writer(generator=generator, grounder=grounder(checker), answerer=answers, timeout=30.0, max_tokens=1000)


def write(folder: Path, **files: str | bytes) -> Path:
    """A folder with these files; `a_md` is a.md, `a_txt` is a.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def search_index(*, embedder: Embedder | None = None, **files: str) -> SearchIndex:
    """Return an index of these files in memory; files are named as for `write`."""
    model = embedder or WordEmbedder()
    documents, passages = parse_files(model, **files)
    vectors = MemoryStore(model.dimension)
    for document_id, group in groupby(passages, key=lambda passage: passage.document_id):
        for block in model.windows(window_texts(documents[document_id], list(group))):
            vectors.add(block)
    return SearchIndex.of("a-snapshot", documents, passages, vectors, in_memory(passages))


def parse_files(model: Embedder, **files: str) -> tuple[dict[str, Document], list[Passage]]:
    """Return the documents of these files by id, and their passages."""
    documents: dict[str, Document] = {}
    passages: list[Passage] = []
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        document = parse(SourceFile(f"{stem}.{suffix}", text.encode()))
        documents[document.id] = document
        passages += chunk(document, model.count, model.max_tokens)
    return documents, passages


def states(status: Status) -> dict[str, str]:
    """Return each source's state by name."""
    return {source.source: source.state for source in status.sources}
