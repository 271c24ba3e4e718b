"""The build of the index: tokens a second, peak memory, and where the time goes."""

from __future__ import annotations

import shutil
from typing import Any

from tests.bench.scale.corpus import take
from tests.bench.scale.runs import Row, Run, run_program

__all__ = ["measure", "rows"]

TOKENS_A_SECOND, PEAK_MB = 6_000, 2_000
UNFINISHED = "unfinished"
"""The folder of vectors of a build that has not come to its end."""


def measure(run: Run) -> dict[str, Any]:
    """Build an index anew, or finish one whose build was killed: then the seconds are those of the rest alone."""
    take(run.corpus, run.tokens, run.seeds)
    resumed = any((run.index / UNFINISHED).glob("*")) and not (run.index / "LIVE").is_file()
    if not resumed:
        shutil.rmtree(run.index.parent, ignore_errors=True)
        run.index.parent.mkdir(parents=True)
    run.say("finishing a build that was killed ..." if resumed else "building ...")
    built, memory = run_program("tests.bench.scale.building", "--seeds", run.seeds, "--index", run.index)
    tokens = run.corpus.totals(run.tokens)["tokens"]
    on_disk = sum(path.stat().st_size for path in (run.index / "snapshots" / built["snapshot"]).rglob("*"))
    return {
        **built,
        "tokens": tokens,
        "resumed": resumed,
        "tokens_a_second": round(tokens / built["seconds"]),
        "tokens_a_cpu_second": round(tokens / built["cpu_seconds"]),
        "cores": round(built["cpu_seconds"] / built["seconds"], 2),
        "peak_mb": round(memory.resident),
        "peak_own_mb": round(memory.own),
        "disk_mb": round(on_disk / 1e6),
    }


def rows(measured: dict[str, Any]) -> list[Row]:
    stages = sorted(measured["stages"].items(), key=lambda stage: -stage[1])
    resumed = " (of a build that was resumed: the rest alone)" if measured["resumed"] else ""
    return [
        Row("build, tokens a second" + resumed, f"{measured['tokens_a_second']:,}", f"at least {TOKENS_A_SECOND:,}"),
        Row("  tokens a second of one core", f"{measured['tokens_a_cpu_second']:,}"),
        Row("  seconds; cores that it had", f"{measured['seconds']:,.0f}; {measured['cores']}"),
        *(Row(f"  of it {stage}, s", f"{seconds:,.1f}") for stage, seconds in stages if seconds >= 0.5),
        Row("  peak memory, MB (without mapped files)", f"{measured['peak_mb']:,} ({measured['peak_own_mb']:,})",
            f"at most {PEAK_MB:,}"),
        Row("  passages; files skipped", f"{measured['passages']:,}; {measured['skipped']}"),
        Row("  index on disk, MB", f"{measured['disk_mb']:,}"),
    ]  # fmt: skip
