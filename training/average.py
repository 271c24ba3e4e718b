"""Interpolate between two readers' weights, such as the given ones and those trained further.

    python -m training.average ../shared/models/reader build/training/reader --alpha 0.7 --out build/training/average

Much of what fine-tuning adds is kept, and much of what it costs elsewhere undone (Wortsman et al. 2022, arXiv
2109.01903).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from training.model import ReaderModel, load_reader, save_reader

__all__ = ["interpolate"]


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("--alpha", type=float, required=True, help="share of the second: 0 is the first, 1 the second")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args(argv)
    model = interpolate(load_reader(arguments.first), load_reader(arguments.second), arguments.alpha)
    save_reader(model, arguments.out, arguments.first)
    return 0


def interpolate(first: ReaderModel, second: ReaderModel, alpha: float) -> ReaderModel:
    """Return the first reader, moved by the share `alpha` towards the second."""
    other = second.state_dict()
    first.load_state_dict({name: value.lerp(other[name], alpha) for name, value in first.state_dict().items()})
    return first


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
