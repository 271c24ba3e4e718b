"""Parts of a build as a dataset of Ray."""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from index.ray_driver import _worker
from index.ray_driver._worker import PartWorker

__all__ = ["Unreachable", "joined_cluster", "map_parts"]

TCP_SECONDS = 5.0
BLOCKS_PER_CPU = 32
"""Into how many blocks the parts for one processor are divided: a block is what is lost with a worker."""


class Unreachable(Exception):
    """There is no cluster at the address, or it cannot be joined from here."""


@contextmanager
def joined_cluster(address: str) -> Iterator[None]:
    """Join the cluster at HOST:PORT or the one of this machine (`auto`), or start one here (`local`).

    Raises
    ------
    Unreachable
        That fails.
    """
    if address == "local":
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # else Ray's servers listen on all interfaces
    import ray

    local = {"include_dashboard": False} if address == "local" else {}
    try:
        if ":" in address:
            host, _, port = address.rpartition(":")
            socket.create_connection((host.strip("[]"), int(port)), TCP_SECONDS).close()
        ray.init(address, log_to_driver=False, logging_level=logging.WARNING, **local)
    except Exception as error:  # ConnectionError, RuntimeError, ValueError, and those of Ray's own
        raise Unreachable(str(error)) from error
    try:
        yield
    finally:
        ray.shutdown()


def map_parts(job: dict[str, Any], parts: Sequence[bytes]) -> Iterator[bytes]:
    """Yield what the workers answer to parts, in the order of the parts.

    Each processor of the cluster has a worker; one that dies is started anew, and its block is done again.
    """
    import ray
    import ray.data

    # A machine without Footnote could not load the class, and could not say so.
    ray.cloudpickle.register_pickle_by_value(_worker)
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_fallback_to_arrow_object_ext_type = False  # rows are bytes, never pickled objects
    cpus = max(1, int(ray.cluster_resources().get("CPU", 1)))
    blocks = min(len(parts), cpus * BLOCKS_PER_CPU)
    dataset = ray.data.from_items([{"part": part} for part in parts], override_num_blocks=blocks)
    answers = dataset.map(
        PartWorker,
        fn_constructor_args=(json.dumps(job),),
        compute=ray.data.ActorPoolStrategy(size=min(cpus, blocks)),
        num_cpus=1,
    )
    for row in answers.iter_rows():
        yield row["answer"]
