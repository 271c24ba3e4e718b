"""Quotations in a message: what stands where, what is bold, what is cut."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.text.escape import utf16_length
from bot.views import answer as render
from tests.support.harmless import blocks
from tests.support.makers import SCOUT, make_answer, make_citation, make_shortened


def test_a_quotation_that_fits_is_shown_whole() -> None:
    assert f"> **1.** {SCOUT}" in blocks(render.answer_message(make_answer()))[0]


def test_a_quotation_is_shown_as_it_is_read() -> None:
    answer = make_answer(make_citation(quote="**Scout** offers modelsâ€”much", shown="Scout offers models—much"))
    assert "> **1.** Scout offers models—much" in blocks(render.answer_message(answer))[0]


def test_of_words_that_stand_twice_those_of_the_short_answer_are_bold() -> None:
    texts = blocks(render.answer_message(make_shortened("16 experts", "Not 16 experts, or 16 experts at most.")))
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
    texts = blocks(render.answer_message(make_shortened(**changes)))
    assert texts[0] == "**10 million tokens**"
    assert "**10" not in texts[1]


def test_bold_is_found_in_what_is_shown_without_marks() -> None:
    texts = blocks(
        render.answer_message(make_shortened("16 experts", "**Scout** has  16 experts.", shown="Scout has 16 experts."))
    )
    assert "> **1.** Scout has **16 experts**." in texts[1]


def test_a_value_of_a_row_is_bold_behind_the_name_of_its_column() -> None:
    shown = "Model: Scout | 5-shot: 69.4 | Layers: 5"
    texts = blocks(render.answer_message(make_shortened("5", "Scout | 69.4 | 5", shown=shown)))
    assert "5-shot: 69.4 \\| Layers: **5**" in texts[1]
    same = "Model: Scout | 5-shot: 5 | Layers: 5"
    assert "**5**" not in blocks(render.answer_message(make_shortened("5", "Scout | 69.4 | 5", shown=same)))[1]


def test_a_quotation_that_is_too_long_is_cut_around_what_answers() -> None:
    long = f"{'before that ' * 400}it has 16 experts {'and more ' * 900}"
    texts = blocks(render.answer_message(make_shortened("16 experts", long)))
    assert re.search(r"> \*\*1\.\*\* … (before|that) .* it has \*\*16 experts\*\* and .* (and|more) …\n", texts[1])


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


def test_what_a_quotation_speaks_about_stands_in_brackets_above_it() -> None:
    texts = blocks(render.answer_message(make_answer(make_citation(context="LLaMA 4 *Scout*"))))[0]
    assert texts.startswith(f"-# \\[LLaMA 4 \\*Scout\\*\\]\n> **1.** {SCOUT}\n")


def test_a_list_is_quoted_as_a_list_with_its_words_in_bold() -> None:
    shown = "Scout runs on:\n- one H100 GPU\n1. a host"
    texts = blocks(render.answer_message(make_shortened("one H100 GPU", shown)))[1]
    assert texts.startswith("> **1.** Scout runs on:\n> • **one H100 GPU**\n> 1\\. a host\n-# ")


def test_code_is_quoted_line_by_line() -> None:
    texts = blocks(render.answer_message(make_answer(make_citation(quote="scout load\n\nscout run"))))[0]
    assert texts.startswith("> **1.** scout load\n> scout run\n-# ")


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


class Links:
    """Links of a given length to the pages of citations."""

    def __init__(self, length: int = 150) -> None:
        self.length = length

    def url(self, snapshot, citation):
        return f"https://footnote.example/s/{snapshot}/{citation.number}?".ljust(self.length, "x")

    def home(self):
        return "https://footnote.example/"


def test_a_quotation_ends_with_a_link_to_its_page():
    texts = "\n".join(blocks(render.answer_message(make_answer(), links=Links())))
    assert re.search(r"^-# .* · \[Page\]\(https://footnote\.example/s/[^)]+/1\?x+\)$", texts, re.MULTILINE)


def test_a_link_that_takes_too_much_room_is_left_out():
    assert "[Page]" not in "\n".join(blocks(render.answer_message(make_answer(), links=Links(400))))


def test_quotations_with_long_links_fit_a_message():
    cited = [make_citation(number, quote=f"{number} " + "word " * 400) for number in range(1, 7)]
    texts = blocks(render.answer_message(make_answer(*cited), answer_id="a" * 32, links=Links(330)))
    assert "\n".join(texts).count("[Page]") == 6
    assert sum(map(utf16_length, texts)) <= 4_000
