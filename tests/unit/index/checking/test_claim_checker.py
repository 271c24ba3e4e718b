import pytest

from index.checking.claim_checker import ClaimWeights, TrainedChecker
from index.checking.features import features
from index.domain.reading import Entailment, Reading

EVIDENCE = "Scout has 17B active parameters and Maverick has 400B in all."


class EntailingReader:
    """Reads each claim with the same entailment, and keeps what it read."""

    name = "entailing"

    def __init__(self, entailed: float | None) -> None:
        self.entailment = None if entailed is None else Entailment(entailed, 1 - entailed, 0.0)
        self.texts: list[tuple[str, str]] = []

    def read(self, question: str, window: str) -> Reading:
        self.texts.append((question, window))
        return Reading(0.0, (), self.entailment)


def checker(probability: float | None = 0.5, /, **weights: float) -> TrainedChecker:
    named = {name.replace("_", " "): weight for name, weight in weights.items()}
    return TrainedChecker(EntailingReader(probability), ClaimWeights(0.0, named))


def test_log_odds_of_the_model_are_weighed():
    assert checker(0.8, entailed=1.0).entailed(EVIDENCE, "Scout is small.") == pytest.approx(0.8)
    assert checker(0.8, entailed=2.0).entailed(EVIDENCE, "Scout is small.") == pytest.approx(16 / 17)


def test_a_missing_number_costs_its_weight():
    told, changed = "It has 17 billion active parameters.", "It has 19 billion active parameters."
    weighed = checker(numbers_missing=-2.0)
    assert weighed.entailed(EVIDENCE, told) == pytest.approx(0.5)
    assert weighed.entailed(EVIDENCE, changed) == pytest.approx(0.1192, abs=1e-4)


def test_the_reader_gets_the_claim_in_the_place_of_a_question():
    reader = EntailingReader(0.5)
    TrainedChecker(reader, ClaimWeights(0.0, {})).entailed(EVIDENCE, "Scout is small.")
    assert reader.texts == [("Scout is small.", EVIDENCE)]


def test_a_reader_without_such_a_head_says_a_third():
    assert checker(None, entailed=1.0).entailed(EVIDENCE, "Scout is small.") == pytest.approx(1 / 3)


@pytest.mark.parametrize(("evidence", "claim"), [("", "Scout is small."), (EVIDENCE, " "), ("\n", "")])
def test_nothing_carries_nothing(evidence, claim):
    assert checker(1.0, entailed=1.0).entailed(evidence, claim) == 0.0


def test_the_shipped_weights_are_of_known_features():
    weights = ClaimWeights.load().weights
    assert set(weights) <= set(features(EVIDENCE, "Scout is small.", Entailment(0.5, 0.3, 0.2)))
    assert weights["entailed"] > 0


@pytest.mark.parametrize(
    ("claim", "name", "value"),
    [
        ("Scout has 17 billion parameters.", "numbers told", 1.0),
        ("Scout has 18 billion parameters.", "numbers missing", 1.0),
        ("Gemma lags behind Scout, says OpenAI.", "names missing", 1.0),
        ("Scout parameters active", "stems missing", 0.0),
        ("Scout tokens", "stems missing", 0.5),
        ("No, Scout is small.", "negation differs", 0.0),
        ("Scout is not small.", "negation differs", 1.0),
        ("Every Scout is small.", "universal added", 1.0),
        ("Scout is small because Maverick is not.", "cause added", 1.0),
    ],
)
def test_features_count_what_the_evidence_lacks(claim, name, value):
    assert features(EVIDENCE, claim, Entailment(0.5, 0.3, 0.2))[name] == value


@pytest.mark.parametrize(
    ("claim", "probability"),
    [
        ("Maverick needs version 2.1 of it!", 0.99),
        ("maverick needs  version 2.1 of it", 0.99),
        ("Maverick needs version 2.2 of it.", 0.2),
        ("Maverick needs version 2.1.", 0.2),
        ("Is it free.", 0.2),
    ],
)
def test_a_sentence_of_the_evidence_to_the_letter_is_carried(claim, probability):
    evidence = f"Models\n{EVIDENCE} Maverick needs version 2.1 of it. Is it free?"
    assert checker(0.2, entailed=1.0).entailed(evidence, claim) == pytest.approx(probability)
