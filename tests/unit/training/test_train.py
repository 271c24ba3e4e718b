"""Training: an interrupted run ends as one that was not, and what is learnt is what the lines say."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.numpy import load_file

from tests.unit.training.conftest import PASSAGE
from training import train
from training.batches import cut, prepare
from training.data import write_jsonl
from training.distil import SoftLabel, Teacher, write_labels
from training.losses import distillation_loss, reader_loss
from training.model import load_reader
from training.tokens import PairTokenizer, pair_key

QUESTIONS = [
    {"q": "How many experts has Scout?", "ctx": PASSAGE, "spans": [[20, 30]], "y": 1},
    {"q": "What has experts?", "ctx": PASSAGE, "spans": [], "ev": [0, 31], "y": 1, "w": 0.5},
    {"q": "How many experts has Maverick?", "ctx": PASSAGE, "spans": [], "y": 0},
]
CLAIM = {"hypothesis": "Scout has 17 experts.", "premise": PASSAGE, "nli": 2}


@pytest.fixture
def arguments(reader: Path, tmp_path: Path) -> list[str]:
    """Arguments of a run of some ten steps."""
    write_jsonl(tmp_path / "data.jsonl.gz", [*QUESTIONS, CLAIM] * 4)
    sizes = ["--tokens", "90", "--epochs", "1.5", "--rate", "1e-3", "--save-minutes", "0"]
    return [str(tmp_path / "data.jsonl.gz"), "--base", str(reader), *sizes]


@pytest.mark.parametrize("more", [[], ["--dropout", "0.1"], ["--frozen", "1"]])
def test_an_interrupted_run_ends_with_the_same_weights(arguments, tmp_path, monkeypatch, more):
    train.main([*arguments, *more, "--out", str(tmp_path / "whole")])
    calls = []

    def interrupted(*args: object) -> object:
        calls.append(args)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return reader_loss(*args)

    monkeypatch.setattr(train, "reader_loss", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train.main([*arguments, *more, "--out", str(tmp_path / "stopped")])
    assert [path.name for path in (tmp_path / "stopped").iterdir()] == ["checkpoint.pt"]
    monkeypatch.setattr(train, "reader_loss", reader_loss)
    train.main([*arguments, *more, "--out", str(tmp_path / "stopped")])
    wanted = load_file(tmp_path / "whole" / "model.safetensors")
    for name, weight in load_file(tmp_path / "stopped" / "model.safetensors").items():
        assert weight == pytest.approx(wanted[name], abs=1e-3), name


def test_frozen_layers_stay_as_they_are(arguments, reader, tmp_path):
    train.main([*arguments, "--frozen", "1", "--out", str(tmp_path / "out")])
    before, after = (load_file(folder / "model.safetensors") for folder in (reader, tmp_path / "out"))
    changed = {name for name, weight in after.items() if (weight != before[name]).any()}
    assert not any("embeddings" in name or "layer.0." in name for name in changed)
    assert any("layer.1." in name for name in changed)


def test_labels_mark_the_tokens_of_the_answer_or_of_all_the_evidence(reader):
    batch, targets = prepare([*QUESTIONS, CLAIM], PairTokenizer(reader), NoVariation())
    pairs = PairTokenizer(reader).pairs([(line["q"], line["ctx"]) for line in QUESTIONS])
    starts = [
        [pairs[row].offsets[place - pairs[row].start] for place in targets.starts[row].nonzero().flatten().tolist()]
        for row in range(3)
    ]
    assert starts[0] == [(20, 22)]
    assert [PASSAGE[a:b] for a, b in starts[1]] == ["The", "model", "Scout", "has", "16", "experts", "."]
    assert starts[2] == []
    assert targets.answerable.tolist()[:3] == [1, 1, 0]
    assert targets.answerable.isnan().tolist() == [False, False, False, True]
    assert targets.nli.tolist() == [-1, -1, -1, 2]
    assert targets.weight.tolist() == [1, 0.5, 1, 1]
    assert batch.window[0].sum() == len(pairs[0].offsets)


def test_an_epoch_reads_each_line_once_in_batches_of_similar_length():
    lines = [{"ctx": "x" * (4 * length)} for length in range(1, 101)]
    batches = list(cut(lines, 500, seed=1))
    assert sorted(place for batch in batches for place in batch) == list(range(100))
    assert all(len(batch) * (25 + max(batch)) <= 500 for batch in batches)
    assert batches != list(cut(lines, 500, seed=2))


def test_the_loss_by_teachers_is_least_where_the_reader_agrees(reader):
    tokenizer = PairTokenizer(reader)
    texts = [(line["q"], line["ctx"]) for line in QUESTIONS]
    labels = Teacher(load_reader(reader), tokenizer).label(texts)
    soft = {pair_key(*text): label for text, label in zip(texts, labels, strict=True)}
    batch, targets = prepare(QUESTIONS, tokenizer, NoVariation(), soft)
    model = load_reader(reader).eval()
    with torch.no_grad():
        outputs = model(batch.ids, batch.mask, batch.types)
    agreeing = distillation_loss(outputs, batch, targets)
    for moved in ((outputs[0] + 1, *outputs[1:]), (outputs[0], outputs[1] * 1.5, *outputs[2:])):
        assert distillation_loss(moved, batch, targets) > agreeing


def test_labels_count_less_beside_a_teachers(reader):
    tokenizer, line = PairTokenizer(reader), QUESTIONS[2]
    window = len(tokenizer.pairs([(line["q"], line["ctx"])])[0].offsets)
    flat = torch.full((window,), 1 / window).half().numpy()
    soft = {pair_key(line["q"], line["ctx"]): SoftLabel(0.5, flat, flat, (0.2, 0.3, 0.5))}
    outputs = (torch.ones(1), torch.zeros(1, 40), torch.zeros(1, 40), torch.zeros(1, 3))
    losses = []
    for known in ({}, soft):
        batch, targets = prepare([line], tokenizer, NoVariation(), known)
        width = batch.ids.shape[1]
        cropped = (outputs[0], outputs[1][:, :width], outputs[2][:, :width], outputs[3])
        losses.append(reader_loss(cropped, batch, targets, hard=0.3).item())
    assert losses[1] == pytest.approx(0.3 * losses[0])


def test_a_run_with_teachers_goes_from_labels_to_weights(arguments, mpnet_reader, tmp_path):
    teacher = Teacher(load_reader(mpnet_reader), PairTokenizer(mpnet_reader))
    write_labels([(line["q"], line["ctx"]) for line in QUESTIONS], [teacher], tmp_path / "labels")
    plain, taught = tmp_path / "plain", tmp_path / "taught"
    train.main([*arguments, "--out", str(plain)])
    train.main([*arguments, "--teacher", str(tmp_path / "labels"), "--out", str(taught)])
    weights = [load_file(folder / "model.safetensors")["ans.2.weight"] for folder in (plain, taught)]
    assert (weights[0] != weights[1]).any()


class NoVariation:
    """Chance that leaves every question as it is."""

    def random(self) -> float:
        return 0.0
