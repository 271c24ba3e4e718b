"""Export trained weights to `index/ranking/reader.onnx`, and its card with the checksum.

    python -m training.export WEIGHTS.pt [WEIGHTS.pt ...] [--full]

Several weights that were trained from the same start are averaged (a model soup: Wortsman et al. 2022, arXiv
2203.05482). Weights are kept as signed bytes, a scale for each channel, unless `--full`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from index.ranking.onnx_reader import CARD, READER
from training.reader import Reader

__all__ = ["average_weights", "export"]


class _PairReader(nn.Module):
    """The reader for one question and one passage, without padding."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader.eval()

    def forward(self, states: Tensor, ids: Tensor, second: Tensor) -> Tensor:
        odds: Tensor = self.reader(states, ids, torch.ones_like(second), second)
        return odds


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path, nargs="+")
    parser.add_argument("--full", action="store_true", help="keep the weights as floats of 32 bits")
    parser.add_argument("--out", type=Path, default=READER)
    arguments = parser.parse_args(argv)
    logging.getLogger().setLevel(logging.ERROR)  # the quantiser recommends steps that were left out on purpose
    export(average_weights(arguments.weights), arguments.out, full=arguments.full)
    digest = hashlib.sha256(arguments.out.read_bytes()).hexdigest()
    if arguments.out == READER:
        CARD.write_text(json.dumps({"sha256": digest}, indent=1) + "\n", "utf-8")
    print(f"wrote {arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB, sha256 {digest}")
    return 0


def average_weights(weights: Sequence[Path]) -> Reader:
    """Return a reader whose weights are the mean of these."""
    tables = [torch.load(path, weights_only=True, map_location="cpu") for path in weights]
    reader = Reader()
    reader.load_state_dict(
        {name: torch.stack([weight_table[name] for weight_table in tables]).mean(0) for name in tables[0]}
    )
    return reader


def export(reader: Reader, path: Path, *, full: bool = False) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain = path if full else Path(folder, "reader.onnx")
        second = torch.zeros(1, 9, dtype=torch.long)
        second[:, 4:] = 1
        torch.onnx.export(
            _PairReader(reader),
            (torch.zeros(1, 9, 384), torch.arange(9)[None], second),
            plain,
            input_names=["states", "ids", "second"],
            output_names=["odds"],
            dynamic_axes={"states": {1: "n"}, "ids": {1: "n"}, "second": {1: "n"}},
            opset_version=17,
            dynamo=False,
        )
        if not full:
            quantize_dynamic(plain, path, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
