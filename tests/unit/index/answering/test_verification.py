"""Quotations are compared with the stored text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.answering.verification import verify_citations, verify_short_answer
from index.domain.answers import Citation, ShortAnswer
from index.domain.documents import Document

TEXT = "Scout has sixteen experts."
DOCUMENTS = {"a.md": Document("id", "a.md", "A", None, TEXT, ())}
CITATION = Citation(1, "a.md", "A", "", 0, 26, TEXT, 0.5, None, TEXT)
SHORT = ShortAnswer("sixteen", "a.md", 10, 17, 1)


def test_a_quotation_that_is_in_its_source_to_the_letter_stays(caplog):
    assert verify_citations([CITATION], DOCUMENTS) == (CITATION,)
    assert not caplog.records


@pytest.mark.parametrize(
    "harm",
    [
        {"quote": "Scout has seventeen experts."},
        {"start": 1},
        {"start": -26},
        {"end": 27},
        {"start": 26, "quote": ""},
        {"source": "b.md"},
    ],
)
def test_a_quotation_that_is_not_in_its_source_goes_and_is_logged(harm, caplog):
    assert verify_citations([replace(CITATION, **harm)], DOCUMENTS) == ()
    assert "defect: a quotation of" in caplog.text
    assert "experts" not in caplog.text


def test_quotations_that_stay_are_numbered_anew():
    forged = replace(CITATION, quote="x")
    assert [each.number for each in verify_citations([forged, CITATION, CITATION], DOCUMENTS)] == [1, 2]


def test_a_short_answer_within_its_quotation_stays():
    assert verify_short_answer(SHORT, [CITATION], DOCUMENTS) == SHORT
    assert verify_short_answer(None, [CITATION], DOCUMENTS) is None


@pytest.mark.parametrize(
    "harm", [{"text": "ten"}, {"citation": 2}, {"source": "b.md"}, {"start": 17}, {"start": 10, "end": 30}]
)
def test_a_short_answer_that_is_not_within_its_quotation_goes_and_is_logged(harm, caplog):
    assert verify_short_answer(replace(SHORT, **harm), [CITATION], DOCUMENTS) is None
    assert "defect: a short answer of" in caplog.text


def test_no_document_is_read_that_is_not_quoted():
    """The texts of a snapshot are on disk: an answer reads a few of them, however many there are."""

    class Texts(dict[str, Document]):
        def values(self):
            raise AssertionError("all texts were read")

    documents = Texts(DOCUMENTS)
    assert verify_citations([CITATION], documents) == (CITATION,)
    assert verify_short_answer(SHORT, [CITATION], documents) == SHORT
