"""A reader of two layers, 16 wide, with a tokenizer of few words; and given data as `training` reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

VOCABULARY = (
    "the a of is what when who how many was released version model scout maverick has experts tokens 16 17 2024 may "
    "june by team and it in . , ?"
)
WORDS = VOCABULARY.split()
CONFIG = {
    "model_type": "bert",
    "vocab_size": len(WORDS) + 5,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 320,
    "pad_token_id": 0,
}
PASSAGE = "The model Scout has 16 experts. It was released in May 2024 by the team."


def write_reader(folder: Path, seed: int, *, mpnet: bool = False) -> Path:
    """Write a reader with random weights, large enough that its readings differ."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    from training.model import ReaderModel, save_reader

    base = folder / "base"
    base.mkdir(parents=True)
    marks = ["<pad>", "<s>", "</s>", "<unk>", "<mask>"] if mpnet else ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = {word: number for number, word in enumerate([*marks, *WORDS])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="<unk>" if mpnet else "[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.save(str(base / "tokenizer.json"))
    config = CONFIG | ({"model_type": "mpnet", "pad_token_id": 1} if mpnet else {})
    (base / "config.json").write_text(json.dumps(config), "utf-8")
    torch.manual_seed(seed)
    model = ReaderModel(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.3)
    save_reader(model, folder, base)
    return folder


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reader(tmp_path_factory.mktemp("reader"), 0)


@pytest.fixture(scope="session")
def other_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reader(tmp_path_factory.mktemp("other"), 1)


@pytest.fixture(scope="session")
def mpnet_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reader(tmp_path_factory.mktemp("mpnet"), 2, mpnet=True)


def release_row(question: str, answer: str = "", *, split: str = "train", **more: Any) -> dict[str, Any]:
    """A line of the release questions; answerable if there is an answer."""
    row = {"doc": "Scout: Notes", "repo": "scout", "passage": PASSAGE, "kind": "fact", "question": question}
    row |= {"split": split, **more}
    if not answer:
        return row | {"label": 0}
    start = row["passage"].index(answer)
    return row | {"label": 1, "answer": answer, "start": start, "end": start + len(answer)}


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Folders `training` and `eval` with a few lines each."""
    asked = [("How many experts has Scout?", "16"), ("When was it released?", "May 2024"), ("Who is Maverick?", "")]
    rows = [
        release_row(question, answer, split=split, **more)
        for split in ("train", "test")
        for question, answer in asked
        for more in ({}, {"history": [{"question": "What is Scout?"}]})
    ]
    rows += [
        release_row("Is it out?", "released", split=part, kind="yesno", verdict="yes") for part in ("train", "test")
    ]
    claims = [
        {"evidence": PASSAGE, "claim": f"Scout has {count} experts.", "label": label, "kind": "number"}
        for count, label in (("16", "entailed"), ("17", "contradicted"), ("many", "neutral"))
    ]
    general = [
        {"q": "What has experts?", "ctx": PASSAGE, "ev": [0, 31], "y": 1, "w": 0.5, "src": "x"},
        {"hypothesis": "It was released in May.", "premise": PASSAGE, "nli": 0, "src": "y"},
    ]
    fever = [{"premise": PASSAGE, "hypothesis": f"It was released in {month}.", "nli": nli}
             for month, nli in (("May", 0), ("June", 2))]  # fmt: skip
    squad = [
        {"question": question, "source": "scout.md", "answerable": bool(answer),
         "answers": [{"text": answer, "start": PASSAGE.index(answer), "end": PASSAGE.index(answer) + len(answer)}]
         if answer else []}
        for question, answer in asked
    ]  # fmt: skip
    from training.data import write_jsonl

    given, judged = tmp_path / "shared" / "training", tmp_path / "shared" / "eval"
    for path, lines in (
        (given / "release_questions.jsonl", rows),
        (given / "claims.jsonl", claims),
        (given / "general_mix.jsonl.gz", general),
        (given / "fever_symmetric.jsonl.gz", fever),
        (judged / "claims" / "claims.jsonl", claims),
        (judged / "squad2" / "questions.jsonl", squad),
    ):
        if path.suffix == ".gz":
            write_jsonl(path, lines)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    (judged / "squad2" / "documents").mkdir()
    (judged / "squad2" / "documents" / "scout.md").write_text(f"{PASSAGE}\n\nMaverick has 17 experts.\n", "utf-8")
    return tmp_path / "shared"
