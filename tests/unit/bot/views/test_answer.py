"""An answer as a message: what stands where, what is bold, what is cut, what is counted."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.text.escape import utf16_length
from bot.views import answer as render
from bot.views import reindex_report as rebuilt
from bot.views import status as reports
from index.domain.answers import ShortAnswer
from tests.support.fakes import (
    SCOUT,
    make_abstention,
    make_answer,
    make_citation,
    make_report,
    make_snapshot,
    make_status,
)
from tests.support.harmless import blocks


def test_a_quotation_that_fits_is_shown_whole() -> None:
    assert f"> **1.** {SCOUT}" in blocks(render.answer_message(make_answer()))[0]


def test_a_quotation_is_shown_as_it_is_read() -> None:
    answer = make_answer(make_citation(quote="**Scout** offers modelsâ€”much", shown="Scout offers models—much"))
    assert "> **1.** Scout offers models—much" in blocks(render.answer_message(answer))[0]


def test_an_answer_that_only_repeats_its_quotations_is_not_shown_twice() -> None:
    assert "\n".join(blocks(render.answer_message(make_answer()))).count(SCOUT) == 1


def test_an_answer_in_other_words_is_shown_above_its_quotations() -> None:
    texts = blocks(render.answer_message(make_answer(text="Ten million tokens [1].")))
    assert texts[0] == r"Ten million tokens \[1\]."
    assert SCOUT in texts[1]


def shortened(words: str = "10 million tokens", quote: str = SCOUT, **changes: Any) -> Any:
    """An answer whose short answer is the last of these words in the quotation."""
    start = quote.rindex(words)
    short = ShortAnswer(words, "llama-4-release.md", start, start + len(words), 1)
    return make_answer(make_citation(quote=quote, **changes), short_answer=short)


def test_a_short_answer_comes_first_and_is_in_bold_within_its_quotation() -> None:
    texts = blocks(render.answer_message(shortened(), question="What?"))
    assert texts[1] == "**10 million tokens**"
    assert "> **1.** It stands out for its efficiency and offers an industry-leading context window of " in texts[2]
    assert "window of **10 million tokens**.\n" in texts[2]
    assert len(texts) == 4


def test_a_verdict_comes_first() -> None:
    for verdict, text in (("yes", "**Yes.**"), ("no", "**No.**")):
        assert blocks(render.answer_message(make_answer(verdict=verdict)))[0] == text


def test_of_words_that_stand_twice_those_of_the_short_answer_are_bold() -> None:
    texts = blocks(render.answer_message(shortened("16 experts", "Not 16 experts, or 16 experts at most.")))
    assert "Not 16 experts, or **16 experts** at most." in texts[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"shown": "It has ten million tokens."},
        {"shown": "10 million tokens, 10 million tokens."},
        {"number": 2},
    ],
)
def test_where_the_place_is_not_certain_nothing_is_bold(changes: dict[str, Any]) -> None:
    texts = blocks(render.answer_message(shortened(**changes)))
    assert texts[0] == "**10 million tokens**"
    assert "**10" not in texts[1]


def test_bold_is_found_in_what_is_shown_without_marks() -> None:
    texts = blocks(
        render.answer_message(shortened("16 experts", "**Scout** has  16 experts.", shown="Scout has 16 experts."))
    )
    assert "> **1.** Scout has **16 experts**." in texts[1]


def test_a_quotation_that_is_too_long_is_cut_around_what_answers() -> None:
    long = f"{'before that ' * 400}it has 16 experts {'and more ' * 900}"
    texts = blocks(render.answer_message(shortened("16 experts", long)))
    assert re.search(r"> \*\*1\.\*\* … (before|that) .* it has \*\*16 experts\*\* and .* (and|more) …\n", texts[1])


def test_an_answer_in_brief_does_not_repeat_the_first_quotation() -> None:
    cited = (make_citation(1, "Scout has 16 experts."), make_citation(2, "It is new."))
    short = ShortAnswer("16 experts", "llama-4-release.md", 10, 20, 1)
    texts = blocks(render.answer_message(make_answer(*cited, text="Scout has 16 experts. [1]", short_answer=short)))
    assert "\n".join(texts).count("Scout has") == 1


def test_an_abstention_shows_no_answer_in_brief() -> None:
    answer = replace(shortened(), abstained=True)
    assert "**10" not in "\n".join(blocks(render.answer_message(answer)))


def test_long_quotations_share_the_room_that_short_ones_leave() -> None:
    answer = make_answer(
        make_citation(1, "short"), make_citation(2, "long word " * 600), make_citation(3, "also " * 900)
    )
    _, first, second, third, _ = blocks(render.answer_message(answer, question="What?"))
    assert first.startswith("> **1.** short\n")
    assert abs(utf16_length(second) - utf16_length(third)) < 20
    assert 3600 < sum(utf16_length(block) for block in (first, second, third)) <= 4000
    assert " …\n" in second


def test_a_long_section_does_not_push_the_source_out() -> None:
    texts = blocks(render.answer_message(make_answer(make_citation(section="Models > " + "deep " * 90))))[0]
    assert texts.endswith(" … · llama-4-release.md")
    assert r"-# Models \> deep" in texts


def test_where_there_is_no_section_the_title_says_where_a_quotation_stands() -> None:
    texts = blocks(render.answer_message(make_answer(make_citation(section=""))))[0]
    assert texts.endswith("\n-# The Llama 4 release · llama-4-release.md")


def test_beside_its_button_a_quotation_has_the_words_above_and_where_it_stands() -> None:
    box = render.answer_message(make_answer(), answer_id="abc").to_components()[0]["components"]
    assert [component["type"] for component in box] == [10, 9, 10, 1]
    assert box[1]["components"][0]["content"] == r"-# Models \> Scout · llama-4-release.md"
    assert box[1]["accessory"]["label"] == "Show in source"


def test_quotations_beyond_the_most_are_counted() -> None:
    answer = make_answer(*(make_citation(number, f"No. {number}.") for number in range(1, 16)))
    texts = "\n".join(blocks(render.answer_message(answer)))
    assert "No. 6." in texts
    assert "No. 7." not in texts
    assert "and 9 more quotations" in texts


def test_an_abstention_without_passages_offers_none() -> None:
    texts = blocks(render.answer_message(make_abstention()))
    assert texts[0] == "**The sources don't say.**"
    assert texts[1] == "-# Chance that the sources answer this: 12 %. Snapshot 20250405-1a2b3c."


def test_an_abstention_says_its_reason_with_nothing_in_it_that_acts() -> None:
    answer = make_abstention(make_citation(), text="The sources don't mention @everyone_.")
    texts = blocks(render.answer_message(answer))
    assert texts[0] == (
        "**The sources don't mention @\u200beveryone\\_.** The nearest passages, which may not be about it:"
    )


def test_an_answer_has_a_colour_by_how_sure_it_is_and_an_abstention_another() -> None:
    sure = (make_answer(confidence=share) for share in (0.8, 0.6, 0.59))
    colours = [
        render.answer_message(answer).to_components()[0]["accent_color"] for answer in (*sure, make_abstention())
    ]
    assert len(set(colours)) == 4


@pytest.mark.parametrize(
    ("likely", "said"),
    [
        (1.0, "high, 99 %"),
        (0.8, "high, 80 %"),
        (0.79, "fair, 79 %"),
        (0.6, "fair, 60 %"),
        (0.59, "low, 59 %"),
        (0.0, "low, 1 %"),
    ],
)
def test_confidence_is_said_in_words_and_per_cent(likely: float, said: str) -> None:
    assert f"Confidence: {said}." in blocks(render.answer_message(make_answer(confidence=likely)))[-1]


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
