"""A real language model on loopback: llama.cpp's server (xllamacpp) as a process of its own.

Run `python -m tests.support.llm_process` to have one at hand: it prints the address for LLM_BASE_URL and serves until
its standard input ends.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.llm_weights import download
from tests.support.paths import ROOT

__all__ = ["local_model"]

CONTEXT_TOKENS = 8192
THREADS = 1
"""Two threads wait for each other after each layer: beside other work a token took 4 s instead of 0.1."""


@contextmanager
def local_model() -> Iterator[str]:
    """The address of a server with the small model, while it runs."""
    download()
    command = [sys.executable, "-m", "tests.support.llm_process"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield next(line for line in process.stdout if line.startswith("http")).strip()
        finally:
            process.stdin.close()
            process.wait(timeout=60)


def serve(weights: Path) -> None:
    """Serve until standard input ends."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = 1
    for threads in (parameters.cpuparams, parameters.cpuparams_batch):
        threads.n_threads = THREADS
        threads.poll = 0  # a thread that waits in a busy loop takes what other tests need
    server = xllamacpp.Server(parameters)
    sys.stdout.write(f"{server.listening_address}/v1\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    serve(download())
