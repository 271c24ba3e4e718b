"""A disk that is full, read-only or missing: the old snapshot serves, and the error says what to do.

Writes are made to fail by strace, which tampers with the builder's system calls, whoever in it makes them.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT
from tests.torture.kit import Figures, World, command, litter, reset, say, without_override

__all__ = ["Call", "calls", "full_disk", "refusals", "small_disk"]

WRITING = ("write", "pwrite64", "writev", "fsync", "fdatasync", "rename", "mkdir", "openat", "ftruncate")
CALL = re.compile(r"(?P<pid>\d+) +(?P<name>\w+)\((?P<rest>.*)")
PLACE = re.compile(r'<(/[^>]*)>|"(/[^"]*)"')
TO_DO = re.compile(r"make room|see to the disk|set INDEX_DIR|give it the right|put sources|can be read", re.IGNORECASE)
"""Of what a message says that somebody can do."""


@dataclass(frozen=True, slots=True)
class Call:
    """A system call that writes below the index: the `nth` of that name, from 1 on."""

    name: str
    nth: int
    place: str

    @property
    def kind(self) -> str:
        """What it writes to, whatever the id."""
        return re.sub(r"\.building-\w+|\d{8}T\d{12}Z-\w{8}", "SNAPSHOT", self.place)


def calls(world: World, index: Path, log: Path) -> list[Call]:
    """Return the calls of an undisturbed builder."""
    process = _traced(world, log, [f"trace={','.join(WRITING)}"])
    if process.returncode != 0:
        raise RuntimeError(f"strace can't run the builder: {process.stderr.decode()[-400:]}")
    first, counts, failures = "", Counter[str](), []
    for line in log.read_text("utf-8", "replace").splitlines():
        call = CALL.match(line)
        if not call or call["pid"] != (first := first or call["pid"]):
            continue
        counts[call["name"]] += 1
        places = [quoted or bare for quoted, bare in PLACE.findall(call["rest"])]
        below = [place for place in places if Path(place).is_relative_to(index)]
        creates = call["name"] != "openat" or "O_CREAT" in call["rest"]
        if below and creates and " = -1 E" not in call["rest"]:
            failures.append(Call(call["name"], counts[call["name"]], str(Path(below[-1]).relative_to(index))))
    return failures


def full_disk(folder: Path, *, most: int | None = None, lanes: int = 2) -> Figures:
    """Let each write of a rebuild fail in a rebuild of its own; if `most` is given, so many spread over all."""
    figures = Figures("writes failed for a full disk")
    worlds = [World(folder / f"lane{lane}") for lane in range(lanes)]
    for world in worlds:
        world.write(1)
        world.fresh().reindex()
        world.write(2)
        shutil.copytree(world.index, world.index.with_name("before"))
    places = calls(worlds[0], worlds[0].index, folder / "trace")
    chosen = (
        places if most is None else [places[number * len(places) // most] for number in range(min(most, len(places)))]
    )
    with ThreadPoolExecutor(lanes) as threads:
        for work in [threads.submit(_lane, world, chosen[lane::lanes], figures) for lane, world in enumerate(worlds)]:
            work.result()
    figures.facts["of writes in a rebuild"] = len(places)
    return figures


def _lane(world: World, places: Sequence[Call], figures: Figures) -> None:
    for call in places:
        reset(world.index.with_name("before"), world.index)
        log = world.index.with_name("trace")
        process = _traced(world, log, [f"trace={call.name}", f"inject={call.name}:error=ENOSPC:when={call.nth}"])
        hit = list(_injected(log.read_text("utf-8", "replace").splitlines()))
        if not any(str(world.index) in line for line in hit):
            figures.faults.append(f"the {call.nth}th {call.name} was not in the index, but {hit}")
        figures.tried += 1
        figures.faults += [
            f"{call.name} of {call.kind}: {fault}" for fault in _wrong(world, process, said_by="No space left")
        ]
        name = "survived" if process.returncode == 0 else "refused"
        figures.facts[name] = figures.facts.get(name, 0) + 1
        if figures.tried % 20 == 0:
            say(f"{figures.tried} writes failed, {len(figures.faults)} faults")


def _injected(lines: Sequence[str]) -> Iterator[str]:
    """Yield the calls that were made to fail; of one that another thread's came between, the line it begins in."""
    begun: dict[str, str] = {}
    for line in lines:
        pid, _, _ = line.partition(" ")
        if "<unfinished ...>" in line:
            begun[pid] = line
        if "(INJECTED)" in line:
            yield begun.get(pid, line) if " resumed>" in line else line


def _wrong(world: World, done: subprocess.CompletedProcess[bytes], *, said_by: str) -> Iterator[str]:
    """What is wrong after a builder that could not write, and after the next one that could."""
    stderr = done.stderr.decode("utf-8", "replace")
    if "Traceback" in stderr or done.returncode not in (0, 1):
        yield f"ended with {done.returncode}: {stderr[-300:]}"
    if done.returncode == 1 and not TO_DO.search(stderr):
        yield f"does not say what to do: {stderr[-300:]}"
    if done.returncode == 1 and said_by not in stderr and "full" not in stderr:
        yield f"does not say what happened: {stderr[-300:]}"
    try:
        yield from world.whole({2} if done.returncode == 0 else {1})
        again = subprocess.run(command(world), cwd=ROOT, capture_output=True, timeout=120, check=False)
        if again.returncode != 0:
            yield f"the next builder ended with {again.returncode}: {again.stderr.decode()[-300:]}"
        yield from world.whole({2})
        if left := litter(world.index):
            yield f"left behind: {left}"
    except Exception as error:  # whatever it is, it is a fault to be counted
        yield f"{type(error).__name__}: {error}"


def _traced(world: World, log: Path, options: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    tracer = ["strace", "-f", "--seccomp-bpf", "-y", "-o", str(log)]
    more = [part for option in options for part in ("-e", option)]
    return subprocess.run([*tracer, *more, *command(world)], cwd=ROOT, capture_output=True, timeout=300, check=False)


SMALL = """
set -e
mount -t tmpfs -o size="$2"k none "$1"
cp -a "$3"/. "$1"/
shift 3
"$@"
"""


def small_disk(folder: Path) -> Figures:
    """Use a real file system with room for less and less of a snapshot; nothing is tried if none can be mounted."""
    figures = Figures("rebuilds on a small tmpfs")
    world = World(folder)
    world.write(1)
    world.fresh().reindex()
    world.write(2)
    before, place = world.index.with_name("before"), world.index
    world.index.rename(before)
    place.mkdir()
    have = sum(-(-path.stat().st_size // 4096) * 4 + 4 for path in before.rglob("*"))
    for more in range(0, have + 200, max(20, have // 8)):
        script = f'{shlex.join(command(world))}; code=$?; cp -a "{place}" "{folder}/after" || true; exit $code'
        process = subprocess.run(
            ["unshare", "-m", "sh", "-c", SMALL, "sh", place, str(have + more), before, "sh", "-c", script],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            timeout=300,
            check=False,
        )
        if b"unshare" in process.stderr or b"mount" in process.stderr:
            figures.facts["not tried"] = "nothing may be mounted here"
            return figures
        figures.tried += 1
        shutil.rmtree(place)
        (folder / "after").rename(place)
        figures.faults += [f"{more} kB to spare: {fault}" for fault in _wrong(world, process, said_by="full")]
        name = "refused" if process.returncode else "fitted"
        figures.facts[name] = figures.facts.get(name, 0) + 1
        shutil.rmtree(place)
        place.mkdir()
    return figures


def refusals(folder: Path) -> Figures:
    """Folders that are read-only, missing or no folders, sources that can't be read: each says what to do."""
    figures = Figures("folders that refuse")
    for name, (harm, code) in HARMS.items():
        world = World(folder / name.replace(" ", "-"))
        world.write(1)
        world.fresh().reindex()
        world.write(2)
        undo = harm(world)
        process = subprocess.run(
            command(world), cwd=ROOT, capture_output=True, timeout=120, check=False, preexec_fn=without_override
        )
        stderr = process.stderr.decode("utf-8", "replace")
        figures.tried += 1
        if process.returncode != code or "Traceback" in stderr:
            figures.faults.append(f"{name}: ended with {process.returncode}, not {code}: {stderr[-400:]}")
        elif code and not TO_DO.search(stderr):
            figures.faults.append(f"{name}: does not say what to do: {stderr[-300:]}")
        undo()
        figures.faults += [f"{name}: {fault}" for fault in world.whole({1} if code else {2})]
    return figures


def _read_only(world: World) -> object:
    for path in (world.index, world.index / "snapshots"):
        path.chmod(0o555)
    return lambda: [path.chmod(0o755) for path in (world.index, world.index / "snapshots")]


def _no_snapshots(world: World) -> object:
    (world.index / "snapshots").chmod(0o555)
    return lambda: (world.index / "snapshots").chmod(0o755)


def _no_seeds(world: World) -> object:
    away = world.seeds.rename(world.seeds.with_name("away"))
    return lambda: away.rename(world.seeds)


def _locked_seeds(world: World) -> object:
    world.seeds.chmod(0)
    return lambda: world.seeds.chmod(0o755)


def _file_for_seeds(world: World) -> object:
    away = world.seeds.rename(world.seeds.with_name("away"))
    world.seeds.write_text("no folder", "utf-8")

    def undo() -> None:
        world.seeds.unlink()
        away.rename(world.seeds)

    return undo


def _locked_sources(world: World) -> object:
    for path in world.seeds.iterdir():
        path.chmod(0)
    return lambda: [path.chmod(0o644) for path in world.seeds.iterdir()]


HARMS = {
    "the index is read-only": (_read_only, 1),
    "the folder of snapshots is read-only": (_no_snapshots, 1),
    "no folder of sources": (_no_seeds, 4),
    "a file in the place of the sources": (_file_for_seeds, 4),
    "sources that may not be listed": (_locked_seeds, 4),
    "sources that may not be read": (_locked_sources, 4),
}
"""What is done to the folders, and the exit code that must come of it."""
