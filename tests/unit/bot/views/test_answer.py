"""An answer as a message: what it says first, what it says once, and how sure it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.views import answer as render
from bot.views import reindex_report as rebuilt
from bot.views import status as reports
from index.domain.answers import LIKELY, SURE, ShortAnswer
from tests.support.harmless import blocks
from tests.support.makers import (
    SCOUT,
    make_abstention,
    make_answer,
    make_citation,
    make_report,
    make_shortened,
    make_snapshot,
    make_status,
)


def test_an_answer_that_only_repeats_its_quotations_is_not_shown_twice() -> None:
    assert "\n".join(blocks(render.answer_message(make_answer()))).count(SCOUT) == 1


def test_an_answer_in_other_words_is_shown_above_its_quotations() -> None:
    texts = blocks(render.answer_message(make_answer(text="Ten million tokens [1].")))
    assert texts[0] == r"Ten million tokens \[1\]."
    assert SCOUT in texts[1]


def test_a_short_answer_comes_first_and_is_in_bold_within_its_quotation() -> None:
    texts = blocks(render.answer_message(make_shortened(), question="What?"))
    assert texts[1] == "**10 million tokens**"
    assert "> **1.** It stands out for its efficiency and offers an industry-leading context window of " in texts[2]
    assert "window of **10 million tokens**.\n" in texts[2]
    assert len(texts) == 4


def test_an_unsure_answer_has_no_words_in_bold() -> None:
    texts = blocks(render.answer_message(replace(make_shortened(), confidence=LIKELY - 0.01)))
    assert texts[0] == "10 million tokens"
    assert "window of 10 million tokens.\n" in texts[1]
    assert texts[-1] == "-# I am unsure of this."


def test_a_verdict_comes_first() -> None:
    for verdict, text in (("yes", "**Yes.**"), ("no", "**No.**")):
        assert blocks(render.answer_message(make_answer(verdict=verdict)))[0] == text


def test_an_answer_in_brief_does_not_repeat_the_first_quotation() -> None:
    cited = (make_citation(1, "Scout has 16 experts."), make_citation(2, "It is new."))
    short = ShortAnswer("16 experts", "llama-4-release.md", 10, 20, 1)
    texts = blocks(render.answer_message(make_answer(*cited, text="Scout has 16 experts. [1]", short_answer=short)))
    assert "\n".join(texts).count("Scout has") == 1


def test_an_abstention_shows_no_answer_in_brief() -> None:
    answer = replace(make_shortened(), abstained=True)
    assert "**10" not in "\n".join(blocks(render.answer_message(answer)))


def test_a_quotation_in_the_text_of_an_answer_gives_way_to_its_number() -> None:
    text = f"Scout: {SCOUT} [1] The sources don't say it of Behemoth."
    texts = blocks(render.answer_message(make_answer(text=text)))
    assert texts[0] == r"Scout: \[1\] The sources don't say it of Behemoth."
    assert "\n".join(texts).count(SCOUT) == 1


def test_a_summary_has_its_title_above_the_quotations() -> None:
    cited = (make_citation(1, "It is new."), make_citation(2, "It is free."))
    answer = make_answer(*cited, text="The release (2025-04-05): It is new. [1] It is free. [2]")
    texts = blocks(render.answer_message(answer))
    assert texts[0] == "The release (2025-04-05)"
    assert "\n".join(texts).count("It is new.") == 1


def test_a_quotation_that_is_cut_is_found_in_the_text_of_an_answer() -> None:
    cut = make_citation(shown="… offers a context window of 10 million tokens …")
    texts = blocks(render.answer_message(make_answer(cut, text="offers a context window of 10 million tokens. [1]")))
    assert len(texts) == 2
    assert "\n".join(texts).count("10 million tokens") == 1


def test_words_that_two_citations_hold_are_quoted_once() -> None:
    cited = (make_citation(1), make_citation(2, "10 million tokens.", source="b.md"), make_citation(3, "It is new."))
    texts = "\n".join(blocks(render.answer_message(make_answer(*cited))))
    assert texts.count("10 million tokens") == 1
    assert "> **3.** It is new." in texts
    assert "**2.**" not in texts


def test_a_brief_answer_that_is_the_whole_quotation_stands_there_in_bold() -> None:
    texts = blocks(render.answer_message(make_shortened("April 29", "April 29")))
    assert len(texts) == 2
    assert texts[0].startswith("> **1.** **April 29**\n")


def test_a_text_that_is_only_the_brief_answer_is_not_shown_twice() -> None:
    texts = blocks(render.answer_message(replace(make_shortened(), text="10 million tokens. [1]")))
    assert texts[0] == "**10 million tokens**"
    assert texts[1].startswith("> **1.**")


def test_sources_that_disagree_are_said_to_and_quoted_in_their_order() -> None:
    cited = (make_citation(1, "It has 24 experts."), make_citation(2, "It has 16 experts.", source="old.md"))
    texts = "\n".join(blocks(render.answer_message(make_answer(*cited, conflict=True))))
    assert texts.startswith("The sources disagree.\n")
    assert texts.index("24 experts") < texts.index("16 experts")
    text = "The sources disagree: “24 experts” [1], “16 experts” [2]."
    texts = blocks(render.answer_message(make_answer(*cited, conflict=True, text=text)))[0]
    assert texts == r"The sources disagree: “24 experts” \[1\], “16 experts” \[2\]."


def test_an_answer_has_a_colour_by_how_sure_it_is_and_an_abstention_another() -> None:
    sure = (make_answer(confidence=confidence) for confidence in (SURE, LIKELY, LIKELY - 0.01))
    colours = [
        render.answer_message(answer).to_components()[0]["accent_color"] for answer in (*sure, make_abstention())
    ]
    assert len(set(colours)) == 4


@pytest.mark.parametrize(
    ("confidence", "said"),
    [(SURE, "I am sure of this."), (LIKELY, "This is likely right."), (LIKELY - 0.01, "I am unsure of this.")],
)
def test_confidence_is_a_word_without_number_and_snapshot(confidence: float, said: str) -> None:
    texts = blocks(render.answer_message(make_answer(confidence=confidence)))
    assert texts[-1] == f"-# {said}"
    assert "%" not in "".join(texts)
    assert "20250405" not in "".join(texts)


def test_an_answer_of_one_quotation_is_short() -> None:
    short = ShortAnswer("10 million tokens", "llama-4-release.md", 80, 97, 1)
    view = render.answer_message(make_answer(short_answer=short), question="What is the context window of Scout?")
    assert sum(map(len, blocks(view))) <= 450


def test_a_time_is_shown_in_the_readers_zone_and_a_naive_one_is_utc() -> None:
    for moment in (datetime(2025, 4, 5, 12, 0, tzinfo=UTC), datetime(2025, 4, 5, 12, 0)):
        assert (
            "<t:1743854400:R>" in blocks(reports.status_message(make_status(snapshot=make_snapshot(created=moment))))[0]
        )


def test_names_are_cut_with_how_many_more() -> None:
    names = tuple(f"source-{number:04}.md" for number in range(500))
    line = next(
        line
        for line in blocks(rebuilt.reindex_report_message(make_report(added=names)))[0].split("\n")
        if line.startswith("Added")
    )
    count = line.count(".md")
    assert 10 < count < 40
    assert line.endswith(f" and {500 - count} more")
