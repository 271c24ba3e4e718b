"""The reader's model: one encoder over a question and a window, with heads for what the reader decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel

__all__ = ["ReaderModel", "load_reader", "load_weights", "save_reader"]

CONFIG, TOKENIZER, WEIGHTS = "config.json", "tokenizer.json", "model.safetensors"


class ReaderModel(nn.Module):
    """A BERT or MPNet encoder with the four heads of the reader.

    Notes
    -----
    Start and end of the answering words: Devlin et al. 2019, arXiv 1810.04805. Whether the window answers is a head of
    its own on the first token, as in Zhang, Yang and Zhao 2021, arXiv 2001.09694.
    """

    def __init__(self, config: Mapping[str, object], *, dropout: float = 0.1) -> None:
        super().__init__()
        kind = str(config["model_type"])
        settings = {**config, "hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
        encoder_config = AutoConfig.for_model(kind, **{k: v for k, v in settings.items() if k != "model_type"})
        self.has_types = kind == "bert"
        arguments = {"add_pooling_layer": False} if self.has_types else {}
        self.enc = AutoModel.from_config(encoder_config, **arguments)
        width = encoder_config.hidden_size
        self.ans = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 1))
        self.span = nn.Linear(width, 2)
        self.nli = nn.Linear(width, 3)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the logits of the heads.

        Parameters
        ----------
        ids, mask, types : Tensor of int64, shape (pairs, tokens)
            Token ids, 1 for tokens and 0 for padding, 0 for the question's tokens and 1 for the window's.

        Returns
        -------
        tuple of Tensor
            Answerable, shape (pairs,); start and end, each (pairs, tokens); the three of the claim, (pairs, 3).
        """
        more = {"token_type_ids": types} if self.has_types else {}
        states = self.enc(input_ids=ids, attention_mask=mask, **more).last_hidden_state
        first = states[:, 0]
        ends = self.span(states)
        return self.ans(first).squeeze(-1), ends[..., 0], ends[..., 1], self.nli(first)


def load_weights(path: Path) -> dict[str, Tensor]:
    """Return a file's weights as float32; rows kept in int8 (`NAME.q`, with scales `NAME.s`) are restored."""
    stored = load_file(path)
    weights = {}
    for name, value in stored.items():
        base = name.removesuffix(".q")
        if base != name:
            weights[base] = value.float() * stored[f"{base}.s"].float()
        elif f"{name.removesuffix('.s')}.q" not in stored:
            weights[name] = value.float()
    return weights


def load_reader(folder: Path, *, dropout: float = 0.1) -> ReaderModel:
    """Return the reader of a folder with `config.json` and `model.safetensors` (or `model.int8.safetensors`)."""
    model = ReaderModel(json.loads((folder / CONFIG).read_text("utf-8")), dropout=dropout)
    path = folder / WEIGHTS
    model.load_state_dict(load_weights(path if path.exists() else folder / "model.int8.safetensors"))
    return model


def save_reader(model: ReaderModel, folder: Path, base: Path) -> None:
    """Write a reader in 16-bit floats to a folder, with configuration and tokenizer copied from `base`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (CONFIG, TOKENIZER):
        (folder / name).write_bytes((base / name).read_bytes())
    partial = folder / "model.partial"
    save_file({name: value.half().contiguous() for name, value in model.state_dict().items()}, partial)
    partial.replace(folder / WEIGHTS)
