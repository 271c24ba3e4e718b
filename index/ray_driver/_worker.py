"""Work on parts of a build in a worker process of Ray.

The class comes to the machine by value; what it imports of Footnote is that machine's own.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

__all__ = ["PartWorker"]

Work = Callable[[bytes], bytes]


class PartWorker:
    """Works on parts, one after the other, with what it loads once; answers are frames of `index.indexing.frames`."""

    def __init__(self, job: str) -> None:
        self._job = json.loads(job)
        self._work: Work | None = None

    def __call__(self, row: dict[str, bytes]) -> dict[str, bytes]:
        if self._work is None:
            self._work = self._open()
        return {"answer": self._work(row["part"])}

    def _open(self) -> Work:
        """Return what answers parts; of a machine that cannot work, with what it lacks."""
        try:
            from index.domain.errors import LibraryError
            from index.domain.messages import message_to_json
            from index.indexing.frames import RESULT
            from index.indexing.parts import code_checksum, open_part_work
        except ImportError as error:
            return _fault("unlike", str(error))
        if code_checksum() != self._job["code"]:
            return _fault("unlike", "its code is another")
        try:
            work = open_part_work(self._job)
        except LibraryError as error:
            return _fault("unfit", error.log_detail, why=message_to_json(error.message))
        return lambda part: RESULT + work(part)


def _fault(kind: str, detail: str, **more: object) -> Work:
    """Return what answers every part with a fault of this machine."""
    fault = {"kind": kind, "detail": f"{socket.gethostname()}: {detail}", **more}
    frame = b"-" + json.dumps(fault).encode()
    return lambda part: frame
