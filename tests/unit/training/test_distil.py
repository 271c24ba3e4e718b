"""Teachers' labels: their mean, over the student's tokens, each made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.training.conftest import PASSAGE
from training import distil
from training.data import write_jsonl
from training.distil import Teacher, load_labels, write_labels
from training.model import load_reader
from training.tokens import PairTokenizer, pair_key

TEXTS = [("How many experts has Scout?", PASSAGE), ("When was it released?", PASSAGE), ("Who?", "The team.")]


def teacher(folder: Path) -> Teacher:
    return Teacher(load_reader(folder), PairTokenizer(folder))


def test_a_label_is_a_probability_over_each_token_of_the_window(mpnet_reader: Path, reader: Path):
    for label, pair in zip(teacher(mpnet_reader).label(TEXTS), PairTokenizer(reader).pairs(TEXTS), strict=True):
        assert 0 < label.answerable < 1
        for probabilities in (label.starts, label.ends):
            assert len(probabilities) == len(pair.offsets)
            assert probabilities.sum() == pytest.approx(1, abs=0.01)


def test_labels_are_the_mean_of_the_teachers(reader: Path, mpnet_reader: Path, tmp_path: Path):
    teachers = [teacher(reader), teacher(mpnet_reader)]
    write_labels(TEXTS, teachers, tmp_path)
    kept = load_labels(tmp_path)
    for text, first, second in zip(TEXTS, *(one.label(TEXTS) for one in teachers), strict=True):
        label = kept[pair_key(*text)]
        assert label.answerable == pytest.approx((first.answerable + second.answerable) / 2, abs=0.01)
        assert label.starts == pytest.approx((first.starts + second.starts) / 2, abs=0.01)


def test_labels_that_are_there_are_not_made_again(reader: Path, tmp_path: Path, monkeypatch):
    data, out = tmp_path / "data.jsonl.gz", tmp_path / "labels"
    asked: list[tuple[str, str]] = []
    label = Teacher.label
    monkeypatch.setattr(Teacher, "label", lambda self, texts: asked.extend(texts) or label(self, texts))
    for count in (2, 3):
        write_jsonl(data, [{"q": question, "ctx": window} for question, window in TEXTS[:count]])
        distil.main([str(data), "--teachers", str(reader), "--out", str(out)])
    assert sorted(asked) == sorted(TEXTS)
    assert set(load_labels(out)) == {pair_key(*text) for text in TEXTS}
    assert sorted(path.name for path in out.iterdir()) == ["00000.npz", "00001.npz"]
