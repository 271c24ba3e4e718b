"""The corpus: Debian's documentation cut at a number of tokens of the embedding model.

    python -m tests.bench.scale.corpus [--folder build/scale] [--tokens 10000000]

The documents stand in the order of the hashes of their names, so that every size is a fair sample of all packages and
the beginning of each larger size.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from index.domain.documents import Document
from index.domain.sources import SourceFile
from index.embedding.onnx_embedder import MAX_TOKENS, model_folder
from index.parsing._worker import reader_of
from index.parsing.chunking import chunk
from index.parsing.documents import document_id, parse
from index.parsing.formats import SANDBOXED, format_of
from index.parsing.layout import lay_out
from index.retrieval.windows import cut_windows
from tests.bench.figures import Say
from tests.bench.scale.packages import FetchedPackage, fetch, source_files
from tests.support.paths import ROOT

__all__ = ["FOLDER", "SIZES", "TOKENS", "Corpus", "CorpusFile", "make_corpus", "take"]

FOLDER = ROOT / "build" / "scale"
TOKENS = 10_000_000
SIZES = (1_000_000, 2_500_000, 5_000_000, TOKENS)

MOST_OF_A_PACKAGE = 1_200_000
"""Tokens of one package, so that none is most of the corpus."""

MOST_BYTES = 4_000_000
"""Bytes of a file; larger ones are books on one page, or lists."""

LEAST_TOKENS = 40
"""A page with fewer is a stub."""

BATCH = 32


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A document of the corpus, in numbers."""

    source: str
    sha256: str
    characters: int
    tokens: int
    passages: int
    windows: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """The packages and the documents in their order; `folder` holds the files below `sources`."""

    folder: Path
    packages: tuple[FetchedPackage, ...]
    files: tuple[CorpusFile, ...]

    @property
    def sources(self) -> Path:
        return self.folder / "sources"

    def first(self, tokens: int) -> tuple[CorpusFile, ...]:
        """Return the first documents that hold so many tokens."""
        total, chosen = 0, []
        for file in self.files:
            if total >= tokens:
                break
            chosen.append(file)
            total += file.tokens
        return tuple(chosen)

    def totals(self, tokens: int) -> dict[str, int]:
        """Return how much the first documents hold in all."""
        files = self.first(tokens)
        names = [field.name for field in fields(CorpusFile) if field.name not in ("source", "sha256")]
        return {"files": len(files), **{name: sum(getattr(file, name) for file in files) for name in names}}


def make_corpus(folder: Path, tokens: int, say: Say) -> Corpus:
    """Return the corpus in a folder, made at the first call; its packages are fetched then."""
    listing = folder / "corpus.json"
    if listing.is_file():
        known = json.loads(listing.read_text("utf-8"))
        if known["tokens"] >= tokens:
            packages = tuple(FetchedPackage(**each) for each in known["packages"])
            return Corpus(folder, packages, tuple(CorpusFile(*row) for row in known["files"]))
    packages = fetch(folder, say)
    candidates = sorted(source_files(folder / "unpacked"), key=lambda each: hashlib.sha256(each[0].encode()).digest())
    if not candidates:
        raise SystemExit(f"There is no corpus: {packages[0].missing or 'the packages hold no sources'}.")
    sources = folder / "sources"
    shutil.rmtree(sources, ignore_errors=True)
    files = tuple(_choose(candidates, sources, tokens, say))
    known = {
        "tokens": tokens,
        "packages": [asdict(each) for each in packages],
        "files": [list(asdict(file).values()) for file in files],
    }
    listing.write_text(json.dumps(known, indent=0), "utf-8")
    return Corpus(folder, packages, files)


def take(corpus: Corpus, tokens: int, folder: Path) -> Path:
    """Return a folder of sources with the first documents that hold so many tokens, as links or copies."""
    shutil.rmtree(folder, ignore_errors=True)
    for file in corpus.first(tokens):
        target = folder / file.source
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(corpus.sources / file.source, target)
        except OSError:
            shutil.copyfile(corpus.sources / file.source, target)
    return folder


def _choose(candidates: Sequence[tuple[str, Path]], sources: Path, tokens: int, say: Say) -> Iterator[CorpusFile]:
    """Write the documents that are chosen, and yield them."""
    total, of_package, seen, told = 0, Counter[str](), set[str](), 0
    batches = [candidates[begin : begin + BATCH] for begin in range(0, len(candidates), BATCH)]
    with ProcessPoolExecutor(max(1, (os.cpu_count() or 1))) as pool:
        try:
            for measured in pool.map(_measure_all, batches):
                for file, data in measured:
                    package = file.source.partition("/")[0]
                    is_full = of_package[package] + file.tokens > MOST_OF_A_PACKAGE
                    if file.tokens < LEAST_TOKENS or file.sha256 in seen or is_full:
                        continue
                    seen.add(file.sha256)
                    of_package[package] += file.tokens
                    total += file.tokens
                    target = sources / file.source
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(data)
                    yield file
                    if total >= tokens:
                        return
                if total // 500_000 > told:
                    told = total // 500_000
                    say(f"corpus: {total:,} of {tokens:,} tokens")
        finally:
            pool.shutdown(cancel_futures=True)


def _measure_all(batch: Sequence[tuple[str, Path]]) -> list[tuple[CorpusFile, bytes]]:
    measured = []
    for source, path in batch:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        file = SourceFile(source, data)
        if len(data) > MOST_BYTES:
            continue
        try:
            document = _document(file)
            passages = chunk(document, _count, MAX_TOKENS)
        except Exception:  # whatever a reader raises: only this file is left out  # noqa: S112
            continue
        if passages:
            windows = cut_windows({document.id: document}, passages)
            tokens = _count(document.text) - 2
            row = CorpusFile(source, file.sha256, len(document.text), tokens, len(passages), len(windows))
            measured.append((row, data))
    return measured


def _document(file: SourceFile) -> Document:
    """Return the document as `parse` does, but for its title's refinements; without a process for each file."""
    form = format_of(file)
    if form not in SANDBOXED:
        return parse(file)
    parsed = reader_of(form)(file.data)
    text, sections = lay_out(parsed.blocks)
    return Document(document_id(file), file.source, parsed.title, None, text, sections)


def _count(text: str) -> int:
    return len(_tokenizer().encode(text).ids)


@cache
def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--tokens", type=int, default=TOKENS)
    given = parser.parse_args()
    made = make_corpus(given.folder, given.tokens, lambda text: print(text, file=sys.stderr))  # noqa: T201 - its progress
    for each in made.packages:
        print(each.name, each.version or each.missing, each.sha256[:16])  # noqa: T201 - its result
    for size in SIZES:
        if size <= given.tokens:
            print(made.totals(size))  # noqa: T201 - its result
