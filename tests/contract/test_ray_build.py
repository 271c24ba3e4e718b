"""A build on a real Ray cluster of two nodes is the local one to the byte, whatever happens to a worker."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.domain.errors import ClusterFault
from index.indexing.frames import write_frame
from index.indexing.ray_cluster import DRIVER, RayCluster
from index.snapshots.texts import SEGMENTS
from tests.support.index_fakes import library, write
from tests.support.office import pdf
from tests.support.paths import ROOT
from tests.support.ray_nodes import RayNodes, listening_beyond_loopback, ray_nodes, short_folder
from tests.support.site import closed_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are found in /proc"),
]

PAGES, SECTIONS = 6, 90


def page(number: int) -> str:
    sections = (
        f"<h2>Part {part}</h2><p>Model {number} of part {part} has {part * number + 16} experts. It needs {part} GB of "
        f"memory, and writes {part + 7} tokens a second on a machine of {number + 2} cores.</p>"
        for part in range(SECTIONS)
    )
    return f"<html><head><title>Page {number}</title></head><body>{''.join(sections)}</body></html>"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files: dict[str, Any] = {f"page{number}_html": page(number) for number in range(PAGES)}
    text = pdf([(60.0, 780.0, 10.0, "Scout has 16 experts.")])
    return write(
        tmp_path_factory.mktemp("seeds"), **files, paper_pdf=text, broken_pdf=b"no PDF", notes_md="# A\n\nB.\n"
    )


@pytest.fixture(scope="module")
def nodes() -> Iterator[RayNodes]:
    with ray_nodes() as started:
        yield started


@pytest.fixture(scope="module")
def local(seeds: Path, real_embedder: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The checksums of the files of a build in this process."""
    index = tmp_path_factory.mktemp("local") / "index"
    library(seeds, index, embedder=real_embedder).reindex()
    return checksums(index)


def checksums(index: Path) -> dict[str, str]:
    """Return the checksum of each file of an index's only segment."""
    (segment,) = (index / "snapshots").glob(f"*/{SEGMENTS}/*")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in segment.iterdir()}


def on(address: str) -> RayCluster:
    return RayCluster(address, least_bytes=0, least_parts=1)


def test_a_build_on_two_nodes_is_the_local_one_to_the_byte(seeds, real_embedder, nodes, local, tmp_path):
    built = library(seeds, tmp_path / "index", embedder=real_embedder, cluster=on(nodes.address))
    calls: list[tuple[str, int, int]] = []
    report = built.reindex(lambda *call: calls.append(call))
    assert [skipped.source for skipped in report.skipped] == ["broken.pdf"]
    assert checksums(tmp_path / "index") == local
    assert max(done for stage, done, _ in calls if stage == "embedding passages") > 10_000
    assert nodes.listening() == set()


def test_after_the_death_of_a_worker_the_build_is_the_same(seeds, real_embedder, nodes, local, tmp_path):
    parsing: set[int] = set()
    killed: list[int] = []

    def kill(stage: str, done: int, total: int) -> None:
        if stage == "reading sources":
            parsing.update(nodes.workers())
        elif stage == "embedding passages" and not killed:
            killed.extend(sorted(set(nodes.workers()) - parsing)[:1])
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    library(seeds, tmp_path / "index", embedder=real_embedder, cluster=on(nodes.address)).reindex(kill)
    assert len(killed) == 1
    assert checksums(tmp_path / "index") == local


def test_a_cluster_of_this_machine_alone_parses_and_listens_on_loopback(seeds, tmp_path):
    listening: set[str] = set()
    calls = itertools.count()

    def look(stage: str, done: int, total: int) -> None:
        if next(calls) % 10 == 0:
            listening.update(listening_beyond_loopback({os.getpid()}))

    with pytest.MonkeyPatch.context() as patch, short_folder() as folder:
        patch.setenv("HOME", str(tmp_path))
        patch.setenv("RAY_TMPDIR", folder)
        library(seeds, tmp_path / "index", cluster=RayCluster("local", least_bytes=0)).reindex(look)
    assert listening == set()
    library(seeds, tmp_path / "other").reindex()
    assert checksums(tmp_path / "index") == checksums(tmp_path / "other")


def test_an_address_without_a_cluster_is_told_and_the_index_stays(seeds, tmp_path):
    before = library(seeds, tmp_path / "index").reindex().snapshot.id
    away = library(write(tmp_path / "seeds", a_html="<p>Bread is made of flour.</p>"), tmp_path / "index")
    assert away.status().snapshot.id == before
    other = library(tmp_path / "seeds", tmp_path / "index", cluster=on(f"127.0.0.1:{closed_port()}"))
    with pytest.raises(ClusterFault, match="can't be reached: is RAY_ADDRESS right"):
        other.reindex()
    assert other.status().snapshot.id == before


def test_a_driver_ends_with_the_build_that_started_it():
    """As after `kill -9` of the build; the address answers nothing, so that nothing else ends the driver."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        job = {
            "task": "parse",
            "seconds": 60,
            "address": f"127.0.0.1:{silent.getsockname()[1]}",
            "parts": 0,
            "code": "",
        }
        with subprocess.Popen(DRIVER, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=ROOT) as driver:
            assert driver.stdin
            write_frame(driver.stdin, json.dumps(job).encode())
            driver.stdin.close()
            try:
                assert abs(driver.wait(30)) == signal.SIGTERM
            finally:
                driver.kill()
