"""Parts of a build worked on by the machines of a Ray cluster.

Ray is loaded by a process of its own (`index.ray_driver`), which lives as long as the parts that it is given: a driver
of Ray ends with its cluster, and a serving bot must not. To and fro go frames of plain bytes.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, suppress
from importlib.util import find_spec
from typing import IO, Any, NoReturn, cast

from index.domain.documents import Document
from index.domain.errors import ClusterFault, NotInstalled
from index.domain.messages import Message, message_from_json
from index.domain.ports import Embedder
from index.domain.sources import SourceFile
from index.embedding.resumable import EmbeddedPart, Part
from index.indexing.frames import CONNECTED, FAULT, RESULT, read_frame, write_frame
from index.indexing.parts import PACKAGE, code_checksum, decode_document, decode_vectors, encode_file, encode_texts
from index.parsing.documents import parse
from index.parsing.formats import SANDBOXED, format_of
from index.parsing.pool import GetDocument, parse_in_parallel

__all__ = ["RayCluster"]

LEAST_BYTES = 2_000_000
"""Sources of fewer bytes are parsed here: to join a cluster takes some seconds."""

LEAST_PARTS = 5
"""Fewer parts to embed are embedded here, as above."""

PARTS_AT_ONCE = 256
MOST_BYTES = 64_000_000
"""What goes to the cluster in one round, which is held in memory: so many parts, so many bytes."""

CONNECT_SECONDS = 60.0
"""How long joining the cluster may take, loading Ray included."""

END_SECONDS = 20.0
"""How long a driver may take to leave the cluster."""

POLL_SECONDS = 0.2
"""Time between two checks whether the result is still wanted."""

DRIVER = (sys.executable, "-m", "index.ray_driver")

PACKAGES = ("ray", "pandas", "pyarrow")
"""What Ray Data needs, of the extra `ray`."""

PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE", "SENTENCE_TRANSFORMERS_HOME", "XDG_CACHE_HOME"),
)
PREFIXES = ("RAY_", "OPENBLAS_", "OMP_", "MKL_")
"""Environment variables that the driver gets, for workers may inherit them: no key of Footnote's; Ray's own; what
decides how numbers are rounded."""

OF_DRIVER = {
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_gcs_server_request_timeout_seconds": "10",
}

UNREACHABLE = Message("The Ray cluster can't be reached: is RAY_ADDRESS right, and does it run here too?")
FAILED = Message("The Ray cluster failed: look at it, then reindex. What was embedded is kept.")
UNLIKE = Message(
    "A machine of the Ray cluster has another Footnote than this one, or none: install the same everywhere."
)
FAULTS = {"unreachable": UNREACHABLE, "unlike": UNLIKE}

log = logging.getLogger(__name__)


class RayCluster:
    """Parses and embeds on the cluster of an address that `ray.init` takes; small builds stay in this process.

    It joins the cluster for the time that it is needed. `driver` is the command of the process that does.
    """

    parts_at_once = PARTS_AT_ONCE

    def __init__(
        self,
        address: str,
        *,
        least_bytes: int = LEAST_BYTES,
        least_parts: int = LEAST_PARTS,
        most_bytes: int = MOST_BYTES,
        driver: Sequence[str] = DRIVER,
        packages: Sequence[str] = PACKAGES,
    ) -> None:
        self.least_parts = least_parts
        self._address = address
        self._least_bytes = least_bytes
        self._most_bytes = most_bytes
        self._driver = driver
        self._packages = packages

    @contextmanager
    def parse(self, files: Sequence[SourceFile], seconds: float) -> Iterator[GetDocument]:
        """Parse files like `parse_in_parallel`, on the cluster if they are large together.

        Raises
        ------
        ClusterFault
            The cluster cannot be used; also when a document is asked for.
        NotInstalled
            Ray is missing.
        """
        if not all(find_spec(package) for package in self._packages):
            raise NotInstalled("RAY_ADDRESS", extra="ray")
        distributed = [file for file in files if format_of(file) in SANDBOXED]
        if sum(len(file.data) for file in distributed) < self._least_bytes:
            with parse_in_parallel(files, seconds) as parsed:
                yield parsed
            return
        job = {"task": "parse", "seconds": seconds}
        with closing(self._answers(job, map(encode_file, distributed))) as answers:

            def get_document(file: SourceFile, waiting: Callable[[], None]) -> Document:
                if format_of(file) not in SANDBOXED:
                    return parse(file, seconds)
                for answer in answers:
                    if answer is not None:
                        return decode_document(answer)
                    waiting()
                raise ClusterFault(FAILED)

            yield get_document

    def embed(self, embedder: Embedder, parts: Sequence[Part]) -> Generator[EmbeddedPart | None, None, None]:
        """Yield the parts in their order, None in between. Raises ClusterFault."""
        counts = iter([sum(len(text.spans) for text in part) for part in parts])
        job = {"task": "embed", "model": embedder.name}
        with closing(self._answers(job, map(encode_texts, parts))) as answers:
            for answer in answers:
                try:
                    yield None if answer is None else decode_vectors(answer, (next(counts), embedder.dimension))
                except ValueError as error:
                    raise ClusterFault(FAILED, log_detail=f"The vectors of a part are damaged: {error}.") from error

    def _answers(self, job: dict[str, Any], parts: Iterable[bytes]) -> Generator[bytes | None, None, None]:
        """Yield the result of each part, in their order, and None while there is none yet."""
        batch: list[bytes] = []
        size = 0
        for part in parts:
            batch.append(part)
            size += len(part)
            if size >= self._most_bytes:
                yield from self._round(job, batch)
                batch, size = [], 0
        if batch:
            yield from self._round(job, batch)

    def _round(self, job: dict[str, Any], parts: Sequence[bytes]) -> Generator[bytes | None, None, None]:
        header = {**job, "address": self._address, "parts": len(parts), "code": code_checksum()}
        log.info("%d parts of the build go to the Ray cluster", len(parts))
        with (
            tempfile.TemporaryFile() as errors,
            ThreadPoolExecutor(1, "ray") as reading,
            _driver_process(self._driver, errors) as process,
        ):
            stdin, stdout = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
            with suppress(OSError):  # it has ended, and reading tells
                for data in (json.dumps(header).encode(), *parts):
                    write_frame(stdin, data)
            end = time.monotonic() + CONNECT_SECONDS
            for number in range(len(parts) + 1):
                future = reading.submit(read_frame, stdout)
                while not wait([future], POLL_SECONDS).done:
                    if number == 0 and time.monotonic() > end:
                        raise ClusterFault(UNREACHABLE, log_detail=_last_line(errors))
                    yield None
                frame = future.result()
                if frame == CONNECTED and number == 0:
                    continue
                if frame is None or not frame.startswith(RESULT):
                    _raise_fault(frame, errors)
                if number == len(parts):
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(END_SECONDS)
                yield frame.removeprefix(RESULT)


@contextmanager
def _driver_process(command: Sequence[str], errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Start a driver, whose standard error goes to a file; it is ended with the block, if it has not ended."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or (name.startswith(PREFIXES) and name != "RAY_ADDRESS")
    }
    process = subprocess.Popen(  # noqa: S603  # our own program
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        cwd=PACKAGE.parent,
        env={**OF_DRIVER, **environment},
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):
                cast("IO[bytes]", stream).close()


def _raise_fault(frame: bytes | None, errors: IO[bytes]) -> NoReturn:
    """Raise what a frame says went wrong; None if the driver ended without a word."""
    if frame is None or not frame.startswith(FAULT):
        raise ClusterFault(FAILED, log_detail=_last_line(errors))
    fault = json.loads(frame.removeprefix(FAULT))
    if why := fault.get("why"):
        message = Message("A machine of the Ray cluster can't work: {why}", why=message_from_json(why))
        raise ClusterFault(message, log_detail=fault["detail"])
    raise ClusterFault(FAULTS.get(fault["kind"], FAILED), log_detail=fault["detail"])


def _last_line(errors: IO[bytes]) -> str:
    """Return the last line that the driver wrote, for the log."""
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - 4096))
    lines = errors.read().decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:500]
