"""Claims with something exchanged, and those whose evidence is kept apart."""

from __future__ import annotations

import random

from training.claim_data import PARTS, exchanged, is_held
from training.data import NLI

EVIDENCE = "It says that Scout has 16 experts and that Maverick has 128 experts."


def changed(claim: str, evidence: str = EVIDENCE) -> list[str]:
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
    one, other = ({"premise": EVIDENCE, "hypothesis": claim} for claim in ("A.", "B."))
    assert is_held(one) == is_held(other)


def test_about_a_sixth_of_the_evidence_is_kept_apart():
    held = sum(is_held({"premise": f"Evidence {number}."}) for number in range(3_000))
    assert abs(held / 3_000 - 1 / PARTS) < 0.03
