"""Idle threads of numeric libraries take no time from whoever has work."""

from __future__ import annotations

import subprocess
import sys

import pytest
from threadpoolctl import threadpool_info

from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.thread_pools import torch_threads
from tests.support.paths import ROOT

POLICY = """
import os
from pathlib import Path
from index import Settings, open_library

folder = Path("nowhere")
open_library(Settings(_env_file=None, index_dir=folder, journal_file=folder / "journal.sqlite3"))
print(os.environ["OMP_WAIT_POLICY"])
"""


def numpy_threads() -> list[int]:
    return [
        pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas" and "numpy" in pool["filepath"]
    ]


def test_loading_the_bundled_embedder_keeps_numpy_to_one_thread(real_embedder: OnnxEmbedder) -> None:
    assert numpy_threads() == [1]


@pytest.mark.parametrize(("given", "policy"), [({}, "passive"), ({"OMP_WAIT_POLICY": "active"}, "active")])
def test_openmp_waits_passively_unless_the_operator_says_otherwise(given: dict[str, str], policy: str) -> None:
    process = subprocess.run(
        [sys.executable, "-c", POLICY],
        cwd=ROOT,
        env={"PATH": "", **given},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert process.stdout.strip() == policy


def test_torch_gets_its_threads_back() -> None:
    import torch

    before = torch.get_num_threads()
    with torch_threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before
