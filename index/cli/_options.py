"""Options that several commands have, and what each help text ends with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["EPILOG", "IndexOption", "JsonOption", "SeedsOption", "WaitOption"]

EPILOG = "Exit codes: 0 done, 2 wrong usage, 3 no index yet, 4 sources unreadable, 5 run reindex, 1 anything else."

# `readable=False`: the library reports a folder that cannot be read, with an exit code of its own.
SeedsOption = Annotated[
    Path | None, typer.Option("--seeds", readable=False, help="Folder with the sources. [SEEDS_DIR]")
]
IndexOption = Annotated[Path | None, typer.Option("--index", readable=False, help="Folder of the index. [INDEX_DIR]")]
WaitOption = Annotated[
    float, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for another process that builds.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
