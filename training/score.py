"""Odds of every collected row, by readers that have not seen its article.

    python -m training.score SETS.npz --scale SCALE.npy --folds FOLDER --out ODDS.json

FOLDER/0/reader.pt ... are trained without the articles of their fold (`training.folds`). Sets of one article, which
no reader was trained on, are read by the mean of all, as it is shipped.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from training.export import soup
from training.folds import FOLDS, fold_of
from training.groups import Groups
from training.train import scores


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("groups", type=Path)
    parser.add_argument("--scale", type=Path, required=True)
    parser.add_argument("--folds", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args(argv)
    torch.set_num_threads(given.threads)
    groups, scale = Groups.load(given.groups), torch.from_numpy(np.load(given.scale))
    weights = [given.folds / str(fold) / "reader.pt" for fold in range(FOLDS)]
    articles = sorted({at.fold for at in groups.groups if at.kind != "single"})
    rows = [at for at in groups.groups if at.row >= 0]
    found: dict[str, dict[str, float]] = {}
    for fold in range(-1, FOLDS):
        own = [at for at in rows if fold_of(at.fold, articles) == fold]
        reader = soup(weights if fold < 0 else [weights[fold]])
        for at, (odds, _) in zip(own, scores(reader, groups, own, scale), strict=True):
            found[str(at.row)] = {str(place): round(float(odd), 4) for place, odd in zip(at.places, odds, strict=True)}
        print(f"fold {fold}: {len(own)} questions read", file=sys.stderr, flush=True)
    given.out.write_text(json.dumps(found), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
