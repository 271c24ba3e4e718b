"""What is counted, under which labels."""

from __future__ import annotations

import pytest

from bot.services.errors import Refused
from bot.services.metrics import Metrics, Place, error_kind
from bot.views.message import notice_message
from index.domain.errors import NoIndex, ReindexCancelled
from index.domain.generation import GenerationFault
from tests.support.makers import make_abstention, make_answer
from tests.support.writing_library import make_written


def lines(metrics: Metrics) -> list[str]:
    return metrics.text().decode().splitlines()


def test_refusal_is_no_error() -> None:
    metrics = Metrics()
    with pytest.raises(Refused), metrics.question(Place.DM):
        raise Refused(notice_message("Wait a moment."))
    assert 'footnote_questions_total{outcome="refused",place="dm"} 1.0' in lines(metrics)
    assert 'footnote_questions_total{outcome="error",place="dm"} 0.0' in lines(metrics)


def test_abstention_is_told_from_an_answer() -> None:
    metrics = Metrics()
    metrics.count_answer(Place.THREAD, make_abstention(question="Who?"))
    assert 'footnote_questions_total{outcome="abstained",place="thread"} 1.0' in lines(metrics)
    assert 'footnote_language_model_answers_total{outcome="written"} 0.0' in lines(metrics)


def test_language_model_is_counted_by_what_it_did() -> None:
    metrics = Metrics()
    metrics.count_answer(Place.SLASH, make_written("It is so."))
    metrics.count_answer(Place.SLASH, make_answer(fault=GenerationFault.TIMEOUT))
    for outcome in ("written", "timeout"):
        assert f'footnote_language_model_answers_total{{outcome="{outcome}"}} 1.0' in lines(metrics)


@pytest.mark.parametrize(
    ("error", "outcome"), [(None, "done"), (ReindexCancelled("Cancelled."), "cancelled"), (OSError(), "failed")]
)
def test_reindex_is_counted_by_its_end(error: Exception | None, outcome: str) -> None:
    metrics = Metrics()
    try:
        with metrics.reindex():
            if error:
                raise error
    except (ReindexCancelled, OSError):
        pass
    assert f'footnote_reindexes_total{{outcome="{outcome}"}} 1.0' in lines(metrics)


def test_kind_of_an_error_is_never_its_text() -> None:
    assert error_kind(NoIndex("There is no index of somebody.")) == "NoIndex"
    assert error_kind(ValueError("a question")) == "defect"
