"""What each engine costs beside the default: the same sources, vectors and questions, in one run on one machine.

Vectors and keywords in files (FAISS, tantivy), in PostgreSQL with pgvector and in Milvus (milvus-lite as a server); the
journal in SQLite and in PostgreSQL; a snapshot passed on by object storage (moto's S3); vectors from a server.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
import pytest

from index.domain.documents import Passage
from index.domain.ports import Vectors
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.served_embedder import ServedEmbedder
from index.journal.journal import Journal
from index.journal.postgres import PostgresDatabase
from index.retrieval.opening import open_engines
from index.retrieval.window_texts import window_texts
from index.snapshots.files import KEYWORD
from index.snapshots.loader import open_vectors
from index.snapshots.store import SnapshotStore
from index.snapshots.texts import SnapshotTexts
from tests.bench.figures import rounded, seconds
from tests.bench.scale.corpus import take
from tests.bench.scale.measure_changes import FACT, QUESTION, text_source
from tests.bench.scale.memory import tree_memory
from tests.bench.scale.question_sets import corpus_questions
from tests.bench.scale.runs import NotMeasured, Row, Run, Serving, run_program, serving
from tests.support.embedding_server import bundled_model, embedding_server
from tests.support.journals import answer, ask
from tests.support.machines import Machine
from tests.support.milvus import milvus_process
from tests.support.pgvector import pgvector_server
from tests.support.postgres import PostgresServer
from tests.support.s3_server import bucket, bucket_store, s3_server

__all__ = ["measure", "rows"]

TOKENS = 100_000
"""Of the corpus, or as many as the run has."""

QUESTIONS, RECORDS, WINDOWS = 40, 300, 200
"""Asked of each engine; answers recorded in each journal; windows embedded. Each of all engines in turns."""

TURNS, BLOCK = 3, 50
"""Of what cannot be done in turns, the best of so many counts; windows that are embedded at a time."""

TABLES = """
SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'footnote%'
"""

FIGURES = {
    "write_s": "writing vectors and keywords, s",
    "search_ms": "both searches, p50 ms",
    "question_ms": "a question, p50 ms",
    "edit_s": "one edited file live, s",
    "resident_mb": "memory of the process that serves, MB",
    "disk_mb": "a snapshot on disk, with the server's part, MB",
}


@dataclass(frozen=True, slots=True)
class Store:
    """A database of STORE_URL: the process of its server, and the bytes that it has on disk."""

    url: str = ""
    process: int = 0
    disk: Callable[[], int] = int


@contextmanager
def _files(folder: Path) -> Iterator[Store]:
    yield Store()


@contextmanager
def _postgresql(folder: Path) -> Iterator[Store]:
    server = _durable_server()
    url = server.new_database()
    try:
        yield Store(url, server.pid, partial(_bytes_of_tables, url))
    finally:
        server.drop(url)


@contextmanager
def _milvus(folder: Path) -> Iterator[Store]:
    with milvus_process(folder / "milvus") as server:
        yield Store(server.url, server.pid, partial(_bytes_of, server.folder))


STORES = {"files": _files, "PostgreSQL": _postgresql, "Milvus": _milvus}


def measure(run: Run) -> dict[str, Any]:
    """Measure all engines over the beginning of the corpus; those that are not installed say why not."""
    run = replace(run, tokens=min(TOKENS, run.tokens), questions=min(QUESTIONS, run.questions))
    folder = run.corpus.folder / "engines"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        home, vectors = folder / "first", folder / "vectors"
        vectors.mkdir(parents=True)
        run.say("embedding ...")
        built = _build(take(run.corpus, run.tokens, home / "seeds"), home / "index", vectors)
        texts, kept = _read(home / "index")
        questions, writing = corpus_questions(run), partial(_write, list(texts.passages), kept)
        stores = _measure_stores(run, folder, vectors, questions, writing)
        return {
            "tokens": run.corpus.totals(run.tokens)["tokens"],
            "rows": built["passages"],
            "stores": stores,
            "journals": _measured(partial(_measure_journals, folder)),
            "objects": _measured(partial(_measure_objects, folder, home)),
            "embedding": _measure_embedding(texts),
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def rows(measured: dict[str, Any]) -> list[Row]:
    """Return the lines of the table: of each figure the default's, and beside it the others as ratios."""
    stores, first = measured["stores"], measured["stores"]["files"]
    lines = [Row(f"engines over {measured['tokens']:,} tokens, {measured['rows']:,} rows", "in files", "others")]
    for name, text in FIGURES.items():
        lines.append(Row(f"  {text}", f"{first[name]:g}", _ratios(stores, name, first[name])))
    memory = "; ".join(f"{name} {store['server_mb']:g}" for name, store in stores.items() if store.get("server_mb"))
    lines.append(Row("  memory of the server, MB", "-", memory))
    for key, text in (
        ("journals", "recording an answer, p50 ms"),
        ("objects", "a snapshot and its sources to another folder, s"),
        ("embedding", "embedding a window, ms"),
    ):
        found = measured[key]
        if why := found.get("not_measured"):
            lines.append(Row(f"  {text}", f"not measured: {why}"))
            continue
        (_, default), *others = found.items()
        lines.append(Row(f"  {text}", f"{default:g}", "; ".join(_ratio(*other, default) for other in others)))
    return lines


def _ratios(stores: Mapping[str, Mapping[str, Any]], figure: str, default: float) -> str:
    others = [(name, store) for name, store in stores.items() if name != "files"]
    return "; ".join(
        _ratio(name, store[figure], default) if figure in store else f"{name} not measured" for name, store in others
    )


def _ratio(name: str, figure: float, default: float) -> str:
    return f"{name} {figure:g} (x {rounded(figure / default):g})"


def _measured(measure_one: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what is measured, or why it cannot be: what the tests need is missing here."""
    try:
        return measure_one()
    except (NotMeasured, pytest.skip.Exception) as error:
        return {"not_measured": str(error)}


def _build(seeds: Path, index: Path, vectors: Path, **settings: str) -> dict[str, Any]:
    """Build an index whose vectors are taken from a folder, or are left there.

    A build goes on from vectors of one that was killed, and removes that folder, but not what a link there names.
    """
    index.mkdir(parents=True)
    (index / "unfinished").symlink_to(vectors.resolve())
    return run_program("tests.bench.scale.building", "--seeds", seeds, "--index", index, **settings)[0]


@dataclass(frozen=True, slots=True)
class Served:
    """An index in a store, which a process serves; `disk` are the bytes of its one snapshot."""

    store: Store
    seeds: Path
    index: Path
    process: Serving
    disk: int


def _measure_stores(
    run: Run, folder: Path, vectors: Path, questions: list[str], writing: Callable[[Store, Path], None]
) -> dict[str, dict[str, Any]]:
    """Build an index in each store, have all served, and ask each question of all of them in turns."""
    stores: dict[str, dict[str, Any]] = {}
    with ExitStack() as stack:
        served: dict[str, Served] = {}
        for name in STORES:
            run.say(f"{name} ...")
            stores[name] = {}
            try:
                served[name] = _serve(run, stack, folder / name, vectors, name)
            except (NotMeasured, pytest.skip.Exception) as error:
                stores[name] = {"not_measured": str(error)}
        run.say(f"{len(questions)} questions ...")
        for name, times in _ask(served, questions).items():
            stores[name] |= times
        for name, each in served.items():
            store = each.store
            written = [seconds(writing, store, folder / name / f"written-{turn}") for turn in range(TURNS)]
            stores[name] |= {
                "write_s": rounded(min(written)),
                "resident_mb": rounded(each.process.memory.resident),
                "disk_mb": rounded(each.disk / 1e6),
                "server_mb": rounded(tree_memory(store.process).resident) if store.process else 0.0,
                "edit_s": rounded(_edit(run, each)),
            }
    return stores


def _serve(run: Run, stack: ExitStack, folder: Path, vectors: Path, name: str) -> Served:
    seeds, index = take(run.corpus, run.tokens, folder / "seeds"), folder / "index"
    store = stack.enter_context(STORES[name](folder))
    _build(seeds, index, vectors, store_url=store.url)
    disk = _bytes_of(index / "snapshots") + store.disk()
    process = stack.enter_context(serving(seeds, index, store_url=store.url))
    return Served(store, seeds, index, process, disk)


def _ask(served: Mapping[str, Served], questions: list[str]) -> dict[str, dict[str, float]]:
    """Return the median times of both searches and of an answer; everything is loaded before."""
    searched: dict[str, list[float]] = {name: [] for name in served}
    asked: dict[str, list[float]] = {name: [] for name in served}
    for each in served.values():
        each.process.do("ask", QUESTION)
        each.process.do("search", questions)
    for question in questions:
        for name, each in served.items():
            searched[name] += each.process.do("search", [question])
            asked[name].append(each.process.do("ask", question)["ms"])
    return {
        name: {
            "search_ms": rounded(statistics.median(searched[name])),
            "question_ms": rounded(statistics.median(asked[name])),
        }
        for name in served
    }


def _edit(run: Run, served: Served) -> float:
    """Return the seconds until an edited file is live."""
    edited = served.seeds / text_source(run)
    text = edited.read_bytes()
    edited.unlink()  # it is linked to the corpus
    edited.write_bytes(text + f"\n\n{FACT}\n".encode())
    started = time.time()
    served.process.do("reindex")
    quotes = [citation["quote"] for citation in served.process.do("ask", QUESTION)["answer"]["citations"]]
    if not any("Quillwort" in quote for quote in quotes):
        raise NotMeasured("a file was edited, and the answer does not show it")
    return (served.index / "LIVE").stat().st_mtime - started


def _read(index: Path) -> tuple[SnapshotTexts, Vectors]:
    """Return the texts and the vectors of the live snapshot."""
    snapshots = SnapshotStore(index)
    snapshot = snapshots.live().snapshot
    texts = SnapshotTexts(snapshots.folder(snapshot.id))
    store = open_vectors(texts, open_engines("", index).vectors, snapshot.dimension)
    return texts, store.rows(0, len(store))


def _write(passages: Sequence[Passage], vectors: Vectors, store: Store, folder: Path) -> None:
    """Write vectors and keywords as a build does."""
    folder.mkdir()
    engines = open_engines(store.url, folder)
    with engines.vectors.writer(folder, vectors.shape[1]) as writer:
        writer.add(vectors)
    engines.keywords.build(folder / KEYWORD, enumerate(passages))


def _measure_journals(folder: Path) -> dict[str, float]:
    server = _durable_server()
    url = server.new_database()
    journals = {"SQLite": Journal(folder / "journal.sqlite3"), "PostgreSQL": Journal(PostgresDatabase(url))}
    times: dict[str, list[float]] = {name: [] for name in journals}
    for number in range(RECORDS):
        for name, journal in journals.items():
            times[name].append(seconds(ask, journal, answer(f"What is {number}?")))
    for journal in journals.values():
        journal.close()
    server.drop(url)
    return {name: rounded(1_000 * statistics.median(times[name])) for name in times}


def _measure_objects(folder: Path, home: Path) -> dict[str, float]:
    """Pass the snapshot of a folder on, and start from it in an empty one; beside copying all files."""
    times: dict[str, list[float]] = {"copying": [], "publishing": [], "starting": []}
    with s3_server() as address:
        for turn in range(TURNS):
            url, empty = bucket(address), folder / f"empty-{turn}"
            one, two = (Machine(place, bucket_store(address, url)) for place in (home, empty))
            times["publishing"].append(seconds(one.replica.exchange_sources) + seconds(one.replica.published))
            times["starting"].append(seconds(two.replica.take_up))
            if two.live != one.live:
                raise NotMeasured("the snapshot did not arrive")
            times["copying"].append(seconds(shutil.copytree, home, folder / f"copy-{turn}", symlinks=True))
    return {name: rounded(min(each)) for name, each in times.items()}


def _measure_embedding(texts: SnapshotTexts) -> dict[str, float]:
    """Embed windows here and by a server on this machine, which takes one text at a time and pools all of it."""
    local = OnnxEmbedder()
    read = (
        window
        for entry in texts.entries
        for window in window_texts(texts.documents[entry.id], texts.passages[entry.rows.start : entry.rows.stop])
    )
    windows = list(islice(read, WINDOWS))
    with embedding_server(bundled_model(), names=["all-MiniLM-L6-v2"]) as server:
        embedders = {"here": local, "by a server": ServedEmbedder(local, server.url)}
        spent = dict.fromkeys(embedders, 0.0)
        for embedder in embedders.values():
            list(embedder.windows(windows[:1]))  # so that it is loaded, and checked
        for begin in range(0, len(windows), BLOCK):
            for name, embedder in embedders.items():
                spent[name] += seconds(list, embedder.windows(windows[begin : begin + BLOCK]))
    return {name: rounded(1_000 * total / len(windows)) for name, total in spent.items()}


def _durable_server() -> PostgresServer:
    """Return the tests' server, made to write to the disk as one that is used does."""
    server = pgvector_server()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = on")
        connection.execute("SELECT pg_reload_conf()")
    return server


def _bytes_of_tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        return int(connection.execute(TABLES).fetchone()[0])


def _bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
