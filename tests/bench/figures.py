"""What the benches share: timing, rounding, the machine, and a library of the article."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from index import Settings
from tests.support.article import ARTICLE

__all__ = ["Say", "article_settings", "machine", "quantile", "rounded", "seconds"]

Say = Callable[[str], None]


def article_settings(index: Path, seeds: Path = ARTICLE.parent) -> Settings:
    return Settings(_env_file=None, seeds_dir=seeds, index_dir=index)


def machine() -> dict[str, Any]:
    return {
        "system": platform.system(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def seconds(work: Callable[..., Any], *args: Any, **named: Any) -> float:
    started = time.perf_counter()
    work(*args, **named)
    return time.perf_counter() - started


def quantile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def rounded(value: float) -> float:
    return float(f"{value:.3g}")
