"""Thread pools of the numeric libraries in this process: who may use how many threads, and how they wait.

NumPy, faiss and torch each bring a pool of their own, and a pool's idle threads spin for a while after every parallel
operation, in the hope of the next one. On a small machine that time is taken from threads with work: a question costs
twice the processor time as soon as NumPy multiplies its small matrices on all cores.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import ThreadpoolController

__all__ = ["limit_numpy_threads", "torch_threads", "wait_passively"]


def wait_passively() -> None:
    """Let idle threads of OpenMP pools (torch's, faiss's) sleep instead of spin.

    OpenMP reads this once, as it is loaded: call it before torch or faiss is imported. A value that the operator set
    stays.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def limit_numpy_threads() -> None:
    """Run NumPy's matrix products on the calling thread alone: they are small here, and its pool spins between them."""
    for library in ThreadpoolController().lib_controllers:
        if library.user_api == "blas" and "numpy" in library.filepath:
            library.set_num_threads(1)


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Run torch on `count` threads: one is the robust choice for a question beside other work, all for a build."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
