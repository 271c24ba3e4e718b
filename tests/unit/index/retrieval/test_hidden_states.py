"""States of passages as bytes, for a reader to go on from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from index.retrieval.hidden_states import LONGEST, StateStore, StateStoreBuilder

from index.domain.ports import Encoding, States, Vectors

UNIT = np.ones(2, np.float32) / np.sqrt(2)


def encoding(rows: Vectors | None) -> Encoding:
    states = None if rows is None else States(rows, np.arange(len(rows)) + len(rows))
    return Encoding(UNIT, UNIT[np.newaxis], ("x",), (), states)


def store(*states: Vectors) -> StateStore:
    builder = StateStoreBuilder()
    for state in states:
        builder.add([encoding(state)])
    return builder.finish()


def some(rows: int, seed: int = 0) -> Vectors:
    return np.random.default_rng(seed).standard_normal((rows, 8)).astype(np.float32)


def test_each_passage_gets_back_its_own_states_to_within_a_step_of_a_byte():
    first, second = some(50), some(7, seed=1)
    states = store(first, second)
    assert np.abs(states.of(0).rows - first).max() < 0.04
    assert states.of(1).rows.shape == (7, 8)


def test_each_passage_gets_back_the_ids_of_its_tokens():
    states = store(some(3), some(2))
    assert [states.of(row).ids.tolist() for row in (0, 1)] == [[3, 4, 5], [2, 3]]


def test_what_a_byte_does_not_span_is_cut_off_and_never_wraps():
    states = store(some(50), some(5, seed=1) * 100)
    assert (np.sign(states.of(1).rows) == np.sign(some(5, seed=1))).all()


def test_a_longer_passage_is_kept_up_to_the_limit():
    loaded = store(some(LONGEST + 9)).of(0)
    assert (loaded.rows.shape, len(loaded)) == ((LONGEST, 8), LONGEST)


def test_a_model_without_states_leaves_none_to_read():
    builder = StateStoreBuilder()
    builder.add([encoding(None)])
    states = builder.finish()
    assert (len(states), len(states.of(0))) == (0, 0)


def test_states_read_from_disk_are_those_that_were_written(tmp_path: Path):
    states = store(some(9), some(4, seed=2))
    states.save(tmp_path)
    loaded = StateStore.load(tmp_path)
    assert len(loaded) == 2
    assert (loaded.of(1).rows == states.of(1).rows).all()
    assert (loaded.of(1).ids == states.of(1).ids).all()
