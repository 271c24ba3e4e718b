"""A Ray cluster of two nodes with a processor each, on loopback and in a short temporary folder, and its workers."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.site import closed_port
from tests.support.waiting import wait_until

__all__ = ["RayNodes", "listening_beyond_loopback", "ray_nodes", "short_folder"]

RAY = """
from ray._private import ray_constants, services
from ray.scripts.scripts import main
ray_constants.ENABLE_RAY_CLUSTER = True
services.get_node_ip_address = lambda address=None: "127.0.0.1"
main()
"""
"""`ray`, which else takes 127.0.0.1 for the machine's address in its network, and listens everywhere."""

NODE = ("--node-ip-address=127.0.0.1", "--num-cpus=1", "--num-gpus=0", "--object-store-memory=100000000", "--block")
HEAD = ("--head", "--include-dashboard=false", "--dashboard-host=127.0.0.1")
LISTENS = "0A"
LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}


class RayNodes:
    """The cluster of an address, and the processes that began its nodes."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.nodes: list[subprocess.Popen[bytes]] = []

    def workers(self) -> list[int]:
        """Return the ids of the processes that work on parts now."""
        return [pid for pid in _descendants({node.pid for node in self.nodes}) if "MapWorker" in _title(pid)]

    def listening(self) -> set[str]:
        """Return the addresses, other than loopback's, on which the nodes listen."""
        return listening_beyond_loopback({node.pid for node in self.nodes})


def listening_beyond_loopback(pids: set[int]) -> set[str]:
    """Return the addresses, as /proc has them, on which these processes and those below them listen by TCP."""
    sockets = {target for pid in _descendants(pids) for target in _sockets(pid)}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text("ascii").splitlines()[1:]:
            fields = line.split()
            address = fields[1].partition(":")[0]
            if fields[3] == LISTENS and f"socket:[{fields[9]}]" in sockets and address not in LOOPBACK:
                found.add(address)
    return found


@contextmanager
def ray_nodes() -> Iterator[RayNodes]:
    """Start a cluster that asks for a token, which is put into the environment; end it with the block."""
    port = closed_port()
    nodes = RayNodes(f"127.0.0.1:{port}")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as ending:
        folder = Path(ending.enter_context(short_folder()))
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
        patch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # the processes of a node, and the driver: as above
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S", "0")
        head = (*HEAD, f"--port={port}", f"--ray-client-server-port={closed_port()}", f"--temp-dir={folder}")
        for role, log in ((head, "head.log"), ((f"--address={nodes.address}",), "node.log")):
            output = ending.enter_context((folder / log).open("wb"))
            process = subprocess.Popen(
                [sys.executable, "-c", RAY, "start", *role, *NODE, f"--dashboard-agent-listen-port={closed_port()}"],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            ending.callback(_end, process)
            nodes.nodes.append(process)
            wait_until(partial(_has_begun, process, folder / log))
            assert process.poll() is None, (folder / log).read_text("utf-8", "replace")
        yield nodes


@contextmanager
def short_folder() -> Iterator[str]:
    """Make a temporary folder with a path that is short enough for Ray's sockets; remove it with the block."""
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _has_begun(process: subprocess.Popen[bytes], log: Path) -> bool:
    return process.poll() is not None or "will now block forever" in log.read_text("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    descendants = _descendants({process.pid})
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        for pid in descendants & _descendants({process.pid}):
            os.kill(pid, 9)
        process.wait()


def _descendants(pids: set[int]) -> set[int]:
    """Return these processes and all below them."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
        except OSError:
            continue
    found: set[int] = set()
    more = set(pids)
    while more:
        found |= more
        more = {pid for pid, parent in parents.items() if parent in found} - found
    return found


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def _sockets(pid: int) -> list[str]:
    found = []
    for path in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            found.append(str(path.readlink()))
        except OSError:
            continue
    return found
