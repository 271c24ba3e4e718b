"""Models for the tests of the index, loaded once: the real one, and small ones with random weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("footnote", deadline=None)  # a busy machine is no failure
settings.load_profile("footnote")
SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture(scope="session")
def article() -> str:
    """The text of the article that is the first source."""
    return (SEEDS / "llama-4-release.md").read_bytes().decode("utf-8")


@pytest.fixture(scope="session")
def real_embedder() -> Any:
    """The default model, as the installed package carries it."""
    from index.embed import SentenceEmbedder
    from index.encoder import BUNDLED, BundledEmbedder

    return BundledEmbedder(lambda: SentenceEmbedder(BUNDLED))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sentence-transformers model of random weights that pools by the mean."""
    return _save_model(tmp_path_factory.mktemp("tiny"), "mean", dimension=16)


@pytest.fixture(scope="session")
def cls_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, but its vector is that of the first token."""
    return _save_model(tmp_path_factory.mktemp("cls"), "cls", dimension=24)


def _save_model(folder: Path, pooling: str, *, dimension: int) -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    characters = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *(f"##{at}" for at in characters)]
    bert = folder / "bert"
    bert.mkdir()
    (bert / "vocab.txt").write_text("\n".join(words), "utf-8")
    BertTokenizerFast(vocab=str(bert / "vocab.txt"), model_max_length=128).save_pretrained(bert)
    BertModel(
        BertConfig(
            vocab_size=len(words),
            hidden_size=dimension,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=128,
        )
    ).save_pretrained(bert)
    transformer = Transformer(str(bert), max_seq_length=128)
    SentenceTransformer(modules=[transformer, Pooling(dimension, pooling), Normalize()]).save(str(folder / "model"))
    return folder / "model"
