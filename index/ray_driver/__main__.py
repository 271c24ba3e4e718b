"""`python -m index.ray_driver`: work on the parts of a build, which come as frames, on a Ray cluster."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import IO

from index.indexing.frames import CONNECTED, FAULT, read_frame, write_frame
from index.ray_driver.dataset import Unreachable, joined_cluster, map_parts

MOST_DETAIL = 500


def main() -> int:
    """Read a job and its parts from standard input; write the results, in their order, to standard output."""
    answers = _take_over_stdout()
    job = json.loads(read_frame(sys.stdin.buffer) or b"{}")
    parts = [read_frame(sys.stdin.buffer) or b"" for _ in range(job["parts"])]
    threading.Thread(target=_end_with_the_builder, name="builder", daemon=True).start()
    try:
        with joined_cluster(job["address"]):
            write_frame(answers, CONNECTED)
            for answer in map_parts(job, parts):
                write_frame(answers, answer)
    except Unreachable as error:
        return _tell(answers, "unreachable", error)
    except BrokenPipeError:  # the build was given up
        return 1
    except Exception as error:  # whatever Ray raises: it has many classes, and those of tasks are made as they fail
        return _tell(answers, "failed", error)
    return 0


def _take_over_stdout() -> IO[bytes]:
    """Return what writes to standard output; what Ray prints goes to standard error from now on."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _end_with_the_builder() -> None:
    """End this process once nobody holds the other end of standard input."""
    while os.read(0, 1):  # not by `sys.stdin`, whose lock would be held as the interpreter ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _tell(answers: IO[bytes], kind: str, error: Exception) -> int:
    detail = f"{type(error).__name__}: {' '.join(str(error).split())[-MOST_DETAIL:]}"  # a traceback ends with the cause
    write_frame(answers, FAULT + json.dumps({"kind": kind, "detail": detail}).encode())
    return 1


if __name__ == "__main__":
    sys.exit(main())
