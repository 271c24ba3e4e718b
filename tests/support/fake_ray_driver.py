"""A driver that works on the parts itself, or fails in the way that its argument names.

    python -m tests.support.fake_ray_driver MODE

Embeds with the model of words, and with MODE `hangs` puts its process id into the file of the second argument.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from index.indexing.frames import CONNECTED, FAULT, RESULT, read_frame, write_frame
from index.indexing.parts import embed_encoded, open_part_work

__all__ = ["fake_driver"]


def fake_driver(mode: str = "works", *arguments: str) -> tuple[str, ...]:
    """Return the command of such a driver."""
    return (sys.executable, "-m", "tests.support.fake_ray_driver", mode, *arguments)


def _work(job: dict[str, Any]) -> Callable[[bytes], bytes]:
    if job["task"] == "parse":
        return open_part_work(job)
    from tests.support.index_fakes import WordEmbedder

    return partial(embed_encoded, WordEmbedder(job["model"]))


def _fault(mode: str) -> dict[str, Any]:
    """Return what the mode goes wrong with; empty if it does not, or in another way."""
    if mode in ("unreachable", "failed", "unlike"):
        return {"kind": mode, "detail": "as asked"}
    if mode == "unfit":
        return {"kind": mode, "detail": "", "why": ["no {what}", {"what": 1}]}
    return {"kind": "failed", "detail": " ".join(os.environ)} if mode == "environment" else {}


def main(mode: str, *arguments: str) -> int:
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    job = json.loads(read_frame(stdin) or b"")
    parts = [read_frame(stdin) or b"" for _ in range(job["parts"])]
    if mode == "hangs":
        Path(arguments[0]).write_text(str(os.getpid()), "ascii")
        stdin.read()
    write_frame(stdout, CONNECTED)
    if fault := _fault(mode):
        write_frame(stdout, FAULT + json.dumps(fault).encode())
        return 1
    if mode == "short":
        write_frame(stdout, RESULT + b"12345678")
    work = _work(job)
    for number, part in enumerate(parts):
        if mode == "dies" and number == 1:
            sys.stderr.write("the cluster is gone\n")
            return 3
        write_frame(stdout, RESULT + work(part))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
