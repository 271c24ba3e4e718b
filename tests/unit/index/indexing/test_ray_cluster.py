"""What a cluster is given to do comes out as it would here; what goes wrong there is told in a sentence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.domain.documents import Document
from index.domain.errors import ClusterFault, NotInstalled, ReindexCancelled, UnreadableSource
from index.domain.ports import WindowText
from index.domain.sources import SourceFile
from index.indexing.indexer import ParseFiles
from index.indexing.ray_cluster import RayCluster
from index.parsing.pool import parse_in_parallel
from tests.support.fake_ray_driver import fake_driver
from tests.support.index_fakes import WordEmbedder, library, write

pytestmark = pytest.mark.slow  # each starts processes
PAGES = [SourceFile(f"{name}.html", f"<h1>{name}</h1><p>{name} is the first.</p>".encode()) for name in "abc"]
FILES = [PAGES[0], SourceFile("text.md", b"# Text\n\nIt is short.\n"), SourceFile("no.pdf", b"no PDF"), *PAGES[1:]]
PARTS = [[WindowText(f"Part {part} has text {text}.", ((0, 6), (7, 18))) for text in range(3)] for part in range(3)]


def waiting() -> None:
    """What is called while a document is waited for; nobody gives up."""


def cluster(mode: str = "works", *arguments: str, most_bytes: int = 1_000_000) -> RayCluster:
    driver = fake_driver(mode, *arguments)
    return RayCluster("auto", least_bytes=0, least_parts=1, most_bytes=most_bytes, driver=driver)


def documents(parse: ParseFiles, wait: Callable[[], None] = waiting) -> list[Document | str]:
    found: list[Document | str] = []
    with parse(FILES, 60) as parsed:
        for file in FILES:
            try:
                found.append(parsed(file, wait))
            except UnreadableSource as error:
                found.append(str(error))
    return found


def test_documents_and_reasons_are_those_of_this_process():
    here = documents(parse_in_parallel)
    assert isinstance(here[2], str)
    assert documents(cluster().parse) == here


def test_vectors_are_those_of_the_model_part_by_part():
    model = WordEmbedder()
    embedded = [part for part in cluster().embed(model, PARTS) if part]
    wanted = [np.concatenate(list(model.windows(part))) for part in PARTS]
    assert [part.vectors.tobytes() for part in embedded] == [vectors.tobytes() for vectors in wanted]
    assert [part.tokens for part in embedded] == [sum(model.count(text.text) for text in part) for part in PARTS]


def test_rounds_of_a_few_bytes_give_the_same():
    made = [part.vectors.tobytes() for part in cluster(most_bytes=1).embed(WordEmbedder(), PARTS[:2]) if part]
    assert made == [np.concatenate(list(WordEmbedder().windows(part))).tobytes() for part in PARTS[:2]]


def test_a_small_build_starts_no_driver():
    small = RayCluster("auto", driver=("no-such-program",))
    assert documents(small.parse) == documents(parse_in_parallel)


@pytest.mark.parametrize(
    ("mode", "sentence", "detail"),
    [
        ("unreachable", "can't be reached: is RAY_ADDRESS right", "as asked"),
        ("unlike", "another Footnote than this one", "as asked"),
        ("failed", "The Ray cluster failed", "as asked"),
        ("unfit", "can't work: no 1", ""),
        ("dies", "The Ray cluster failed", "the cluster is gone"),
        ("short", "The Ray cluster failed", "The vectors of a part are damaged"),
    ],
)
def test_what_goes_wrong_there_is_told(mode, sentence, detail):
    with pytest.raises(ClusterFault, match=sentence) as fault:
        list(cluster(mode).embed(WordEmbedder(), PARTS))
    assert detail in fault.value.log_detail


def test_who_gives_up_ends_the_driver(tmp_path: Path):
    def give_up() -> None:
        if (tmp_path / "pid").exists():
            raise ReindexCancelled

    with pytest.raises(ReindexCancelled):
        documents(cluster("hangs", str(tmp_path / "pid")).parse, give_up)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text("ascii")), 0)


def test_the_driver_gets_no_key_of_footnote(monkeypatch: pytest.MonkeyPatch):
    for name in ("DISCORD_TOKEN", "LLM_API_KEY", "RAY_ADDRESS", "RAY_AUTH_MODE"):
        monkeypatch.setenv(name, "x")
    with pytest.raises(ClusterFault) as fault:
        list(cluster("environment").embed(WordEmbedder(), PARTS))
    names = set(fault.value.log_detail.split())
    assert names >= {"PATH", "RAY_AUTH_MODE", "RAY_USAGE_STATS_ENABLED"}
    assert names & {"DISCORD_TOKEN", "LLM_API_KEY", "RAY_ADDRESS"} == set()


def test_without_ray_a_sentence_names_the_extra():
    with pytest.raises(NotInstalled, match=r"footnote\[ray\]"), RayCluster("auto", packages=["no_ray"]).parse([], 60):
        pass


def test_a_build_that_fails_there_leaves_the_index_as_it_was(tmp_path: Path):
    seeds = write(tmp_path / "seeds", bread_html="<p>Bread is made of flour.</p>")
    before = library(seeds, tmp_path / "index").reindex().snapshot.id
    write(seeds, bread_html="<p>Bread is made of rye.</p>")
    broken = library(seeds, tmp_path / "index", cluster=cluster("failed"))
    with pytest.raises(ClusterFault):
        broken.reindex()
    assert library(seeds, tmp_path / "index").status().snapshot.id == before
    assert library(seeds, tmp_path / "index", cluster=cluster()).reindex().snapshot.id != before
