"""Training lines of the checker of claims, some of them changed."""

from __future__ import annotations

import pytest

from training.claim_data import swapped
from training.data import NLI

EVIDENCE = "The model Scout has 16 experts and 17B parameters, Maverick has 128."


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
