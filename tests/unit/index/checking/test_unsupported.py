import pytest

from index.checking.unsupported import derived_numbers, missing_names, missing_numbers, unsupported


@pytest.mark.parametrize(
    ("evidence", "claim"),
    [
        ("It has 17B parameters.", "It has 17 billion parameters."),
        ("It has 17B parameters.", "It has seventeen billion parameters."),
        ("Scout reads 10M tokens.", "Scout reads 10 million tokens."),
        ("A context of 128K", "A context of 128,000 tokens"),
        ("It improved by 40%.", "It improved by forty per cent."),
        ("Dated 23.08.03.", "Dated 3 August 2023."),
        ("Dated 2023-08-03.", "Dated August 3, 2023."),
        ("It takes 4m30s.", "It takes 270 seconds."),
        ("It takes 4m30s.", "It takes four and a half minutes."),
        ("older than 14 days", "older than two weeks"),
        ("fixed for 18 months", "fixed for a year and a half"),
        ("It needs 2000 MB.", "It needs 2 gigabytes."),
        ("500B tokens", "half a trillion tokens"),
        ("a rate of 1.0e-3", "a rate of 0.001"),
    ],
)
def test_a_number_in_other_words_is_told(evidence, claim):
    assert missing_numbers(evidence, claim) == []


@pytest.mark.parametrize(
    ("evidence", "claim", "missing"),
    [
        ("It has 17B parameters.", "It has 109 billion parameters.", ["109 billion parameters"]),
        ("It has 17B parameters.", "It has 17 million parameters.", ["17 million parameters"]),
        ("older than 14 days", "older than three weeks", ["3 weeks"]),
        ("It was released in April.", "It was released on 5 April.", ["5 April"]),
        ("It costs $0.19.", "It costs $0.49.", ["0.49"]),
    ],
)
def test_a_number_that_the_evidence_lacks_is_missing(evidence, claim, missing):
    assert unsupported(evidence, claim) == missing


@pytest.mark.parametrize(
    "claim", ["It has 12 findings.", "There are 14 findings in all.", "Six times as many findings are fixed."]
)
def test_a_number_that_follows_from_two_is_not_missing(claim):
    evidence = "Of the findings 12 are fixed and 2 are not."
    assert unsupported(evidence, claim) == []
    assert derived_numbers(evidence, claim) == len(missing_numbers(evidence, claim))


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("Scout beats Gemma 3.", ["Gemma"]),
        ("Scout's context is long.", []),
        ("Today the context of Llama-4-Scout is long.", []),
        ("The context of Llama-5-Scout is long.", ["Llama-5-Scout"]),
        ("Meta says that its context is long.", ["Meta"]),
        ("It runs on one H100.", []),
        ("It runs on one A100.", ["A100"]),
        ("It runs on PyTorch.", ["PyTorch"]),
        ("It needs version 2.1.0.", ["2.1.0"]),
        ("It scores above GPT-4.5 and Claude.", ["Claude"]),
        ("It scores above Gemini 2.0 Pro.", []),
        ("It was built with v2.1.", []),
        ("It scores above gpt-4.5's mark.", []),
    ],
)
def test_a_name_that_the_evidence_lacks_is_missing(claim, missing):
    evidence = (
        "Llama 4 Scout reads a context of 10M tokens on one H100 with version 2.2.0. "
        "It surpasses GPT-4.5, Gemini 2.0 Pro; built with v2.1."
    )
    assert missing_names(evidence, claim) == missing
