"""The table of what was measured."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.building import BUILD_TARGET, REBUILD_TARGET
from tests.bench.questions import QUESTION_TARGET
from tests.bench.reading import add_rows
from tests.bench.starting import ACKNOWLEDGE_TARGET, START_TARGET

__all__ = ["show"]


def show(measured: dict[str, Any]) -> None:
    question, rebuild, build = measured["question"], measured["rebuild"], measured["build"]
    start, at_once = measured["cold_start"], measured["at_once"]
    table = Table("", "Footnote", "alone", "ratio", "target")
    for name, target in (("p50", f"at most {QUESTION_TARGET}"), ("p99", "")):
        row = (question[f"{name}_ms"], question[f"pass_{name}_ms"], question[f"ratio_{name}"])
        table.add_row(f"a question warm, {name}, ms", *map(str, row), target)
    table.add_row("article rebuilt warm, s", str(rebuild["seconds"]), "", "", f"at most {REBUILD_TARGET} s")
    row = (build["seconds"], build["encode_seconds"], build["ratio"])
    table.add_row(f"index of {build['passages']} passages, s", *map(str, row), f"at most {BUILD_TARGET}")
    rates = (str(build["passages_a_second"]), str(build["encode_passages_a_second"]))
    table.add_row("  passages a second", *rates, "", "")
    table.add_row("cold start to the first answer, s", str(start["seconds"]), "", "", f"at most {START_TARGET} s")
    table.add_row("  of it imports", str(start["imports_seconds"]), "", str(start["imports_share"]), "")
    answered = f"{at_once['answered']} of {at_once['asked']}"
    table.add_row("/ask at once, answered", answered, "", "", "all")
    table.add_row("  acknowledged after, s", str(at_once["acknowledged_s"]), "", "", f"at most {ACKNOWLEDGE_TARGET} s")
    add_rows(table, measured["reading"])
    console = Console()
    console.print(table)
    console.print("A question's parts, ms:", ", ".join(f"{name} {ms}" for name, ms in measured["parts_ms"].items()))
    console.print("On", ", ".join(f"{name} {value}" for name, value in measured["machine"].items()))
