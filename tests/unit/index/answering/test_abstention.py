"""What an abstention says."""

from __future__ import annotations

import pytest

from index.answering.abstention import explain_abstention
from index.domain.answers import ABSTENTION, OTHER_LANGUAGE


@pytest.mark.parametrize(
    "question", ["Who is the king?", "", "?", "🦙", "Wer hat den Artikel geschrieben?", "¿Quién escribió el artículo?"]
)
def test_a_question_in_a_language_that_is_read_gets_one_short_line_without_a_reason(question):
    assert explain_abstention(question) == (ABSTENTION, "")


def test_a_question_in_another_language_is_answered_in_it_too():
    text, why = explain_abstention("この記事は誰が書きましたか？")
    assert why == OTHER_LANGUAGE
    assert "I read English only" in text
    assert "英語で質問してください" in text


def test_a_language_without_a_request_of_its_own_gets_the_english_one():
    assert explain_abstention("Кто написал эту статью о новых моделях?") == (
        "I read English only: please ask in English.",
        OTHER_LANGUAGE,
    )
