"""Training lines of the checker of claims, some of them changed."""

from __future__ import annotations

import random

import pytest

from training.claim_data import PARTS, exchanged, is_held, swapped
from training.data import NLI

EVIDENCE = "The model Scout has 16 experts and 17B parameters, Maverick has 128."
TWO_MODELS = "It says that Scout has 16 experts and that Maverick has 128 experts."


@pytest.mark.parametrize(
    ("claim", "turned"),
    [
        ("A team says Scout has fewer than Maverick.", ["A team says Maverick has fewer than Scout."]),
        ("Scout has 16 experts for 17B parameters.", ["Scout has 17B experts for 16 parameters."]),
        ("There are 16 and 128 experts.", []),
        ("Beside 16, for both of these, it has 128.", []),
        ("Scout has 16 experts.", []),
        ("Scout has 16 experts in 4 layers.", []),
    ],
)
def test_two_things_of_the_evidence_change_places(claim, turned):
    made = list(swapped({"premise": EVIDENCE, "hypothesis": claim, "nli": NLI["entailed"]}))
    assert [line["hypothesis"] for line in made] == turned
    assert all((line["nli"], line["premise"]) == (NLI["contradicted"], EVIDENCE) for line in made)


def changed(claim: str, evidence: str = TWO_MODELS) -> list[str]:
    line = {"premise": evidence, "hypothesis": claim, "nli": NLI["entailed"], "src": "claims"}
    others = list(exchanged(line, random.Random(1)))  # noqa: S311  # no secret
    assert all((other["nli"], other["premise"]) == (NLI["contradicted"], evidence) for other in others)
    return [other["hypothesis"] for other in others]


def test_a_number_and_a_name_are_exchanged_for_others_of_the_evidence():
    assert changed("The model Scout has 16 experts.") == [
        "The model Scout has 128 experts.",
        "The model Maverick has 16 experts.",
    ]


def test_nothing_is_exchanged_that_the_evidence_does_not_have():
    assert changed("The model Behemoth has 17 experts.") == []


def test_nothing_is_exchanged_for_what_the_claim_has_already():
    assert changed("Both Scout and Maverick have experts: 16 and 128.") == []


def test_a_name_is_not_exchanged_for_a_longer_form_of_itself():
    assert changed("The model Scout is new.", "It says that Scout is small and so is Scout 4.") == []


def test_claims_over_the_same_evidence_are_kept_apart_together():
    one, other = ({"premise": TWO_MODELS, "hypothesis": claim} for claim in ("A.", "B."))
    assert is_held(one) == is_held(other)


def test_about_a_sixth_of_the_evidence_is_kept_apart():
    held = sum(is_held({"premise": f"Evidence {number}."}) for number in range(3_000))
    assert abs(held / 3_000 - 1 / PARTS) < 0.03
