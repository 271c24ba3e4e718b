"""Fixtures of the contracts: small models of random weights, and the command line over one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import BREAD, SETTINGS, Cli
from tests.support.index_fakes import write


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sentence-transformers model of random weights that pools by the mean."""
    return _save_model(tmp_path_factory.mktemp("tiny"), "mean", dimension=16)


@pytest.fixture(scope="session")
def cls_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, but its vector is that of the first token."""
    return _save_model(tmp_path_factory.mktemp("cls"), "cls", dimension=24)


@pytest.fixture
def cli(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """The command line, with the model of random weights, in a folder with one source and no index."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EMBEDDING_MODEL", str(tiny_model))
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "seeds", a_md=BREAD)
    return Cli(tmp_path, monkeypatch, capsys)


@pytest.fixture
def built(cli: Cli) -> Cli:
    """The same with an index."""
    assert cli("reindex").code == 0
    return cli


@pytest.fixture(scope="session")
def span_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an extractive question-answering model of random weights, of two layers."""
    from transformers import BertForQuestionAnswering

    return _save_bert(tmp_path_factory.mktemp("spans"), BertForQuestionAnswering, dimension=16, layers=2)


def _save_model(folder: Path, pooling: str, *, dimension: int) -> Path:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers import BertModel

    bert = _save_bert(folder / "bert", BertModel, dimension=dimension)
    transformer = Transformer(str(bert), max_seq_length=128)
    SentenceTransformer(modules=[transformer, Pooling(dimension, pooling), Normalize()]).save(str(folder / "model"))
    return folder / "model"


def _save_bert(folder: Path, architecture: Any, *, dimension: int, layers: int = 1) -> Path:
    """Save a model of random weights whose tokens are single characters."""
    import torch
    from transformers import BertConfig, BertTokenizerFast

    torch.manual_seed(0)
    characters = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *(f"##{character}" for character in characters)]
    folder.mkdir(exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=128).save_pretrained(folder)
    architecture(
        BertConfig(
            vocab_size=len(words),
            hidden_size=dimension,
            num_hidden_layers=layers,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=128,
        )
    ).save_pretrained(folder)
    return folder
