"""Export a reader to `index/reading`: the int8 graph, its tokenizer and its card with the checksums.

python -m training.export build/training/reader
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

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.fusion_options import FusionOptions
from onnxruntime.transformers.optimizer import optimize_model
from torch import Tensor, nn

from training.model import TOKENIZER, ReaderModel, load_reader
from training.quantization import prepare_int8
from training.tokens import MAX_QUESTION, MAX_TOKENS

__all__ = ["export", "write_card", "write_graph"]

ROOM = Path("index/reading")
GRAPH, CARD = "reader.onnx", "reader.json"
LICENCES = {
    "weights": "MIT: fine-tuned from gte-small (MIT), distilled from all-mpnet-base-v2 (Apache 2.0)",
    "data": "SQuAD 1.1 and 2.0, SNLI (CC BY-SA 4.0); QED, BoolQ, FEVER (CC BY-SA 3.0); SelQA, CLAPNQ, CondaQA, "
    "COVID-QA, FoolMeTwice, CAD (Apache 2.0); BBQ (CC BY 4.0); QAMR, negation NLI (MIT); questions and claims "
    "written for this project over openly licensed and invented release documents",
}


class _SinglePair(nn.Module):
    """The reader for one pair without padding."""

    def __init__(self, reader: ReaderModel) -> None:
        super().__init__()
        self.reader = reader.eval()

    def forward(self, ids: Tensor, types: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        answerable, start, end, nli = self.reader(ids, torch.ones_like(ids), types)
        return answerable, start, end, nli


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of the reader")
    parser.add_argument("--out", type=Path, default=ROOM)
    parser.add_argument("--name", default="footnote-reader", help="name in the card")
    parser.add_argument("--full", action="store_true", help="keep the weights as floats of 32 bits")
    arguments = parser.parse_args(argv)
    export(arguments.folder, arguments.out, name=arguments.name, full=arguments.full)
    size = (arguments.out / GRAPH).stat().st_size / 1e6
    print(f"wrote {arguments.out / GRAPH}: {size:.1f} MB")
    return 0


def export(folder: Path, out: Path, *, name: str, full: bool = False) -> None:
    """Write graph, tokenizer and card of a reader's folder."""
    out.mkdir(parents=True, exist_ok=True)
    write_graph(load_reader(folder), out / GRAPH, full=full)
    (out / TOKENIZER).write_bytes((folder / TOKENIZER).read_bytes())
    write_card(out, name)


def write_graph(model: ReaderModel, path: Path, *, full: bool = False) -> None:
    """Write a reader as an ONNX graph for one pair.

    Inputs `ids` and `types`, int64, shape (1, n); outputs `answerable` (1,), `start` and `end` (1, n), `nli` (1, 3),
    all logits. Attention is one operator. Unless `full`, the encoder's matrices are int8; the model is changed by
    `prepare_int8` then.
    """
    if not full:
        prepare_int8(model)
    model.enc.set_attn_implementation("eager")
    types = torch.zeros(1, 9, dtype=torch.long)
    types[:, 4:] = 1
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        plain, fused = Path(folder, "plain.onnx"), Path(folder, "fused.onnx")
        torch.onnx.export(
            _SinglePair(model),
            (torch.arange(9)[None], types),
            plain,
            input_names=["ids", "types"],
            output_names=["answerable", "start", "end", "nli"],
            dynamic_axes={name: {1: "n"} for name in ("ids", "types", "start", "end")},
            opset_version=17,
            dynamo=False,
        )
        config = model.enc.config
        optimize_model(
            str(plain),
            model_type="bert",
            num_heads=config.num_attention_heads,
            hidden_size=config.hidden_size,
            optimization_options=_fusions(),
            opt_level=0,
        ).save_model_to_file(str(fused))
        written = fused if full else Path(folder, "int8.onnx")
        if not full:
            _quantize(fused, written)
        written.replace(path)


def write_card(out: Path, name: str) -> None:
    """Write the card of an exported reader: name, licences, limits and the checksums of its files."""
    card = {
        "name": name,
        "licences": LICENCES,
        "max_question_tokens": MAX_QUESTION,
        "max_tokens": MAX_TOKENS,
        "sha256": {file: hashlib.sha256((out / file).read_bytes()).hexdigest() for file in (GRAPH, TOKENIZER)},
    }
    (out / CARD).write_text(json.dumps(card, indent=1) + "\n", "utf-8")


def _quantize(graph: Path, written: Path) -> None:
    logging.getLogger().setLevel(logging.ERROR)  # it recommends a preparation that fusing has done
    heads = [
        node.name
        for node in onnx.load(graph).graph.node
        if node.op_type in ("Gemm", "MatMul") and "/enc/" not in node.name
    ]
    quantize_dynamic(
        graph,
        written,
        op_types_to_quantize=["Attention", "MatMul"],
        nodes_to_exclude=[*heads, *(f"{name}_MatMul" for name in heads)],  # a Gemm is renamed when it is split
        weight_type=QuantType.QInt8,
        per_channel=True,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )


def _fusions() -> FusionOptions:
    """Fuse attention and GELU alone: layer normalisation fused with what is before it is slower on a processor."""
    options = FusionOptions("bert")
    options.enable_skip_layer_norm = options.enable_bias_skip_layer_norm = False
    options.enable_bias_gelu = options.enable_embed_layer_norm = False
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
