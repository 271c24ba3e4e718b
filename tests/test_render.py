"""What is sent stays within Discord's limits and does nothing, whatever text it is made from."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from discord import ui
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import rebuilt, render, reports
from bot.escape import ELLIPSIS, around, embolden, escape, fit, fold, units
from index.inventory import Skipped
from index.types import ShortAnswer
from tests.discord_payloads import Json
from tests.discord_rules import all_components, check_message
from tests.fakes import (
    SCOUT,
    make_abstention,
    make_answer,
    make_citation,
    make_report,
    make_snapshot,
    make_source,
    make_status,
)

EVIL = (
    "@everyone @here <@123456789012345678> <@!12> <@&3> <#4> </ask:5> <t:1:R> <id:guide> <a:b:6> [x](https://y.z) "
    "discord.gg/abc https://discord.com/invite/abc # h\n- l\n> q\n-# s ||spoiler|| ~~gone~~ `code` ```js\n``` _i_ **b"
    "** :smile: \u202eevil\u202c \u2066x\u2069 \u200f\u061c\x00\x1b\\"
)
PIECES = [
    *EVIL.split(" "),
    "@",
    "<",
    "]",
    "(",
    ":",
    "/",
    "\\",
    "\n",
    "e\u0301",
    "👩\u200d🚀",
    "🇬🇧",
    "می\u200cخواهم",
    "字" * 50,
]
texts = st.one_of(
    st.text(max_size=300),
    st.text(st.characters(), max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=80).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=80).map(" ".join),
    st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=6), st.integers(1, 3000)),
)

patient = settings(deadline=None)  # machines are shared: a slow moment is no defect

FORBIDDEN = re.compile(
    r"@everyone|@here|<@|<#|</|<a?:\w|<id:|\]\(|://|discord(app)?\.(gg|com|me|io)/|\|\||~~|```|(?<!\\)[`_~|<\[\]]",
    re.IGNORECASE,
)
OWN_TIME = re.compile(r"<t:\d+:R>")
BIDIRECTIONAL = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
MAY_BE_INVISIBLE = {"\n", "\u200b", "\u200c", "\u200d"}


def blocks(view: ui.LayoutView, *files: str) -> list[str]:
    """The texts of a message with these files, after the checks that Discord makes itself."""
    attached = [{"filename": name} for name in files]
    message: Json = {"flags": 1 << 15, "components": view.to_components(), "attachments": attached}
    check_message(message)
    return [one["content"] for one in all_components(message["components"]) if one["type"] == 10]


def check_harmless(view: ui.LayoutView) -> None:
    """Within every limit, by either way of counting; nothing in it acts, hides or is empty."""
    shown = blocks(view)
    text = "\n".join(shown)
    assert shown
    assert all(block.strip() for block in shown)
    assert sum(units(block) for block in shown) <= 4000
    assert len(list(all_components(view.to_components()))) <= 40
    assert not BIDIRECTIONAL & set(text)
    assert {char for char in text if unicodedata.category(char) in ("Cc", "Cs")} <= MAY_BE_INVISIBLE
    assert "\u200b" not in re.sub("@\u200b(everyone|here)", "", text, flags=re.IGNORECASE)
    shown = text.replace(r"\\", "+")  # an escaped backslash escapes nothing after it, and joins nothing either
    assert FORBIDDEN.search(OWN_TIME.sub("", shown)) is None


def seen(escaped: str) -> str:
    """What a reader sees of escaped text."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", escaped).replace("@\u200b", "@")


citations = st.builds(
    lambda number, quote, title, section, source: make_citation(
        number, quote, title=title, section=section, source=source
    ),
    st.integers(1, 99),
    texts,
    texts,
    texts,
    texts,
)


@patient
@given(
    asked=texts,
    text=texts,
    cited=st.lists(citations, max_size=15),
    snapshot=texts,
    abstained=st.booleans(),
    likely=st.floats(0, 1),
)
@example(
    asked=EVIL * 9,
    text=EVIL * 99,
    cited=[make_citation(n, EVIL * 99, title=EVIL) for n in range(15)],
    snapshot=EVIL,
    abstained=False,
    likely=1.0,
)
def test_an_answer_is_harmless_whatever_it_is_made_from(
    asked: str, text: str, cited: list[Any], snapshot: str, abstained: bool, likely: float
) -> None:
    found = make_answer(text=text, snapshot=snapshot, abstained=abstained, confidence=likely)
    found = (
        make_answer(*cited, text=text, snapshot=snapshot, abstained=abstained, confidence=likely) if cited else found
    )
    check_harmless(render.answer(found, asked=asked))


@patient
@given(
    quote=st.one_of(texts, st.just(EVIL), st.just(EVIL * 99)),
    places=st.tuples(st.integers(0, 900), st.integers(0, 60)),
    verdict=st.sampled_from(["", "yes", "no"]),
    text=texts,
)
@example(quote=EVIL, places=(0, 900), verdict="", text=EVIL)
@example(quote="@everyone", places=(1, 8), verdict="", text="")
@example(quote="<@123456789012345678>", places=(1, 3), verdict="", text="")
@example(quote="[x](https://y.z)", places=(2, 9), verdict="", text="")
def test_an_answer_in_brief_is_harmless_whatever_its_words_and_place(
    quote: str, places: tuple[int, int], verdict: str, text: str
) -> None:
    start, end = places[0], places[0] + places[1]
    short = ShortAnswer(quote[start:end], "llama-4-release.md", start, end, 1)
    check_harmless(
        render.answer(make_answer(make_citation(quote=quote), text=text, short_answer=short, verdict=verdict))
    )


@patient
@given(text=texts, start=st.integers(0, 400), length=st.integers(0, 60))
def test_text_with_words_in_bold_reads_as_it_would_without(text: str, start: int, length: int) -> None:
    bold = embolden(text, (start, start + length))
    assert seen(bold).replace("**", "", 2) == fold(text) or "*" in text
    assert embolden(text, None) == escape(fold(text))


@patient
@given(text=texts)
def test_a_notice_is_harmless_whatever_it_says(text: str) -> None:
    check_harmless(render.notice(text))


@patient
@given(what=texts, done=st.integers(0, 10**9), total=st.integers(0, 10**9))
def test_progress_is_harmless_whatever_it_says(what: str, done: int, total: int) -> None:
    check_harmless(reports.progress(what, done, total))


@patient
@given(name=texts, reason=texts, times=st.integers(0, 400))
@example(name=EVIL * 9, reason=EVIL * 9, times=400)
@example(name="x" * 999, reason="y" * 999, times=400)
def test_report_status_and_sources_are_harmless_however_many_files_there_are(
    name: str, reason: str, times: int
) -> None:
    names, skipped = (name,) * times, (Skipped(name, reason),) * times
    snapshot = make_snapshot(id=name, model=name)
    listed = (make_source(name, title=reason, state=reason, size=10**9, passages=10**6),) * times
    check_harmless(
        rebuilt.report(
            make_report(snapshot=snapshot, added=names, changed=names, removed=names, skipped=skipped, answered=names)
        )
    )
    check_harmless(reports.status(make_status(snapshot=snapshot, skipped=skipped, stale=reason, model=name)))
    check_harmless(reports.sources(make_status(sources=listed), page=times))


@patient
@given(text=texts)
def test_text_that_fits_is_shown_whole(text: str) -> None:
    assert seen(fit(text, 10**6)) == fold(text)


@patient
@given(text=texts, room=st.integers(1, 200))
def test_text_that_is_cut_ends_with_an_ellipsis_after_a_beginning_of_it(text: str, room: int) -> None:
    cut = fit(text, room)
    assert units(cut) <= room
    if cut != escape(fold(text)):
        assert cut.endswith(ELLIPSIS)
        assert fold(text).startswith(seen(cut.removesuffix(ELLIPSIS)).rstrip())


@patient
@given(words=st.lists(st.text("abc_*", min_size=1, max_size=9), min_size=30, max_size=60), room=st.integers(40, 90))
def test_words_are_not_cut_through(words: list[str], room: int) -> None:
    shown = seen(fit(" ".join(words), room)).removesuffix(" " + ELLIPSIS).split()
    assert shown == words[: len(shown)]
    assert shown


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two …"),
        ("one two three", 9, "one two …"),
        ("one two three", 8, "one …"),
        ("字" * 10, 5, "字字字字…"),
        ("incomprehensibilities are", 9, "incompre…"),
        ("_" * 10, 6, r"\_\_…"),
        ("e\u0301" * 10, 6, "e\u0301e\u0301…"),
        ("👩\u200d🚀" * 3, 12, "👩\u200d🚀👩\u200d🚀…"),
        ("😀" * 10, 6, "😀😀…"),
        ("word", 1, "…"),
    ],
)
def test_a_cut_respects_words_escapes_and_visible_characters(text: str, room: int, shown: str) -> None:
    assert fit(text, room) == shown


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("an industry-leading window of 10 million tokens, 12.5 % more", None),
        ("# Title", r"\# Title"),
        ("- item", r"\- item"),
        ("-# small", r"\-# small"),
        ("1. item", r"1\. item"),
        ("2.5 million", None),
        ("https://example.com/a_b", r"https\:\/\/example.com\/a\_b"),
        ("discord.gg/abc", r"discord.gg\/abc"),
        ("@everyone", "@\u200beveryone"),
        ("someone@example.com", None),
        ("<@123>", r"\<\@123\>"),
        ("[text](target)", r"\[text\]\(target)"),
        ("f(x)", None),
    ],
)
def test_only_what_would_act_is_escaped(text: str, escaped: str | None) -> None:
    assert escape(text) == (escaped or text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("a\u202eb\u2066c\u200fd", "abcd"),
        (" a\r\n\tb\u2028c ", "a b c"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("pass\u200dword", "password"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("\ud800lone", "lone"),
    ],
)
def test_what_hides_or_reorders_text_is_dropped_and_spelling_is_kept(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_quotation_that_fits_is_shown_whole() -> None:
    assert f"> **1.** {SCOUT}" in blocks(render.answer(make_answer()))[0]


def test_a_quotation_is_shown_as_it_is_read() -> None:
    found = make_answer(make_citation(quote="**Scout** offers modelsâ€”much", shown="Scout offers models—much"))
    assert "> **1.** Scout offers models—much" in blocks(render.answer(found))[0]


def test_an_answer_that_only_repeats_its_quotations_is_not_shown_twice() -> None:
    assert "\n".join(blocks(render.answer(make_answer()))).count(SCOUT) == 1


def test_an_answer_in_other_words_is_shown_above_its_quotations() -> None:
    shown = blocks(render.answer(make_answer(text="Ten million tokens [1].")))
    assert shown[0] == r"Ten million tokens \[1\]."
    assert SCOUT in shown[1]


def shortened(words: str = "10 million tokens", quote: str = SCOUT, **changes: Any) -> Any:
    """An answer whose short answer is the last of these words in the quotation."""
    start = quote.rindex(words)
    short = ShortAnswer(words, "llama-4-release.md", start, start + len(words), 1)
    return make_answer(make_citation(quote=quote, **changes), short_answer=short)


def test_a_short_answer_comes_first_and_is_in_bold_within_its_quotation() -> None:
    shown = blocks(render.answer(shortened(), asked="What?"))
    assert shown[1] == "**10 million tokens**"
    assert "> **1.** It stands out for its efficiency and offers an industry-leading context window of " in shown[2]
    assert "window of **10 million tokens**.\n" in shown[2]
    assert len(shown) == 4


def test_a_verdict_comes_first() -> None:
    for verdict, said in (("yes", "**Yes.**"), ("no", "**No.**")):
        assert blocks(render.answer(make_answer(verdict=verdict)))[0] == said


def test_of_words_that_stand_twice_those_of_the_short_answer_are_bold() -> None:
    shown = blocks(render.answer(shortened("16 experts", "Not 16 experts, or 16 experts at most.")))
    assert "Not 16 experts, or **16 experts** at most." in shown[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"shown": "It has ten million tokens."},
        {"shown": "10 million tokens, 10 million tokens."},
        {"number": 2},
    ],
)
def test_where_the_place_is_not_certain_nothing_is_bold(changes: dict[str, Any]) -> None:
    shown = blocks(render.answer(shortened(**changes)))
    assert shown[0] == "**10 million tokens**"
    assert "**10" not in shown[1]


def test_bold_is_found_in_what_is_shown_without_marks() -> None:
    shown = blocks(render.answer(shortened("16 experts", "**Scout** has  16 experts.", shown="Scout has 16 experts.")))
    assert "> **1.** Scout has **16 experts**." in shown[1]


def test_a_quotation_that_is_too_long_is_cut_around_what_answers() -> None:
    long = f"{'before that ' * 400}it has 16 experts {'and more ' * 900}"
    shown = blocks(render.answer(shortened("16 experts", long)))
    assert re.search(r"> \*\*1\.\*\* … (before|that) .* it has \*\*16 experts\*\* and .* (and|more) …\n", shown[1])


def test_a_quotation_is_cut_between_words_and_no_more_than_it_must_be() -> None:
    text = "one two three four five six seven"
    assert around(text, (14, 18), 33 + 4) == "one two three **four** five six seven"
    assert around(text, (14, 18), 36) == "one two three **four** five six …"
    assert around(text, (14, 18), 32) == "… two three **four** five six …"
    assert around(text, (14, 18), 12) == "… **four** …"
    assert around(text, (14, 18), 11) == "one two …"
    assert around(text, None, 20) == "one two three four …"


@given(text=st.text(max_size=80), start=st.integers(0, 80), length=st.integers(0, 20), room=st.integers(12, 90))
def test_whatever_is_cut_around_fits_its_room(text: str, start: int, length: int, room: int) -> None:
    line = fold(text)
    bold = (min(start, len(line)), min(start + length, len(line)))
    assert units(around(text, bold, room)) <= room


def test_an_answer_in_brief_does_not_repeat_the_first_quotation() -> None:
    cited = (make_citation(1, "Scout has 16 experts."), make_citation(2, "It is new."))
    short = ShortAnswer("16 experts", "llama-4-release.md", 10, 20, 1)
    shown = blocks(render.answer(make_answer(*cited, text="Scout has 16 experts. [1]", short_answer=short)))
    assert "\n".join(shown).count("Scout has") == 1


def test_an_abstention_shows_no_answer_in_brief() -> None:
    found = replace(shortened(), abstained=True)
    assert "**10" not in "\n".join(blocks(render.answer(found)))


def test_long_quotations_share_the_room_that_short_ones_leave() -> None:
    found = make_answer(
        make_citation(1, "short"), make_citation(2, "long word " * 600), make_citation(3, "also " * 900)
    )
    _, first, second, third, _ = blocks(render.answer(found, asked="What?"))
    assert first.startswith("> **1.** short\n")
    assert abs(units(second) - units(third)) < 20
    assert 3600 < sum(units(block) for block in (first, second, third)) <= 4000
    assert " …\n" in second


def test_a_long_section_does_not_push_the_source_out() -> None:
    shown = blocks(render.answer(make_answer(make_citation(section="Models > " + "deep " * 90))))[0]
    assert shown.endswith(" … · llama-4-release.md")
    assert r"-# Models \> deep" in shown


def test_where_there_is_no_section_the_title_says_where_a_quotation_stands() -> None:
    shown = blocks(render.answer(make_answer(make_citation(section=""))))[0]
    assert shown.endswith("\n-# The Llama 4 release · llama-4-release.md")


def test_beside_its_button_a_quotation_has_the_words_above_and_where_it_stands() -> None:
    box = render.answer(make_answer(), answer_id="abc").to_components()[0]["components"]
    assert [one["type"] for one in box] == [10, 9, 10, 1]
    assert box[1]["components"][0]["content"] == r"-# Models \> Scout · llama-4-release.md"
    assert box[1]["accessory"]["label"] == "Show in source"


def test_quotations_beyond_the_most_are_counted() -> None:
    found = make_answer(*(make_citation(number, f"No. {number}.") for number in range(1, 16)))
    shown = "\n".join(blocks(render.answer(found)))
    assert "No. 6." in shown
    assert "No. 7." not in shown
    assert "and 9 more quotations" in shown


def test_an_abstention_without_passages_offers_none() -> None:
    shown = blocks(render.answer(make_abstention()))
    assert shown[0] == "**The sources don't say.**"
    assert shown[1] == "-# Chance that the sources answer this: 12 %. Snapshot 20250405-1a2b3c."


def test_an_abstention_says_its_reason_with_nothing_in_it_that_acts() -> None:
    found = make_abstention(make_citation(), text="The sources don't mention @everyone_.")
    shown = blocks(render.answer(found))
    assert shown[0] == (
        "**The sources don't mention @\u200beveryone\\_.** The nearest passages, which may not be about it:"
    )


def test_an_answer_has_a_colour_by_how_sure_it_is_and_an_abstention_another() -> None:
    sure = (make_answer(confidence=share) for share in (0.8, 0.6, 0.59))
    colours = [render.answer(one).to_components()[0]["accent_color"] for one in (*sure, make_abstention())]
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
    assert f"Confidence: {said}." in blocks(render.answer(make_answer(confidence=likely)))[-1]


def test_a_time_is_shown_in_the_readers_zone_and_a_naive_one_is_utc() -> None:
    for moment in (datetime(2025, 4, 5, 12, 0, tzinfo=UTC), datetime(2025, 4, 5, 12, 0)):
        assert "<t:1743854400:R>" in blocks(reports.status(make_status(snapshot=make_snapshot(created=moment))))[0]


def test_names_are_cut_with_how_many_more() -> None:
    names = tuple(f"source-{number:04}.md" for number in range(500))
    line = next(
        line for line in blocks(rebuilt.report(make_report(added=names)))[0].split("\n") if line.startswith("Added")
    )
    shown = line.count(".md")
    assert 10 < shown < 40
    assert line.endswith(f" and {500 - shown} more")
