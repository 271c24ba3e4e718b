"""The figures of the checker of claims: how many others pass, and from which probability on enough are right."""

from __future__ import annotations

import numpy as np

from training.checker import others_passing, precision_threshold

ENTAILED = np.array([True, True, False, True, False])
PROBABILITIES = np.array([0.9, 0.8, 0.7, 0.6, 0.2])


def test_others_that_pass_are_those_as_probable_as_the_entailed_ones_that_do():
    assert others_passing(ENTAILED, PROBABILITIES, 1.0) == 0.5
    assert others_passing(ENTAILED, PROBABILITIES, 0.5) == 0.0
    assert others_passing(ENTAILED, 1 - PROBABILITIES, 1.0) == 1.0


def test_the_threshold_is_the_least_from_which_on_enough_are_entailed():
    assert precision_threshold(ENTAILED, PROBABILITIES, 1.0) == 0.8
    assert precision_threshold(ENTAILED, PROBABILITIES, 0.75) == 0.6
    assert precision_threshold(ENTAILED, PROBABILITIES, 0.6) == 0.2


def test_no_probability_passes_if_never_enough_are_entailed():
    assert precision_threshold(np.array([False, True]), np.array([0.9, 0.8]), 0.9) > 1.0


def test_the_order_of_the_claims_does_not_matter():
    order = np.array([4, 2, 0, 3, 1])
    assert precision_threshold(ENTAILED[order], PROBABILITIES[order], 0.75) == 0.6
    assert others_passing(ENTAILED[order], PROBABILITIES[order], 1.0) == 0.5
