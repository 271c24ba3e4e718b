"""What is sent stays within Discord's limits and does nothing, whatever text it is made from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from bot.text.escape import embolden, escape, fold
from bot.views import answer as render
from bot.views import reindex_report as rebuilt
from bot.views import status as reports
from bot.views.message import notice_message
from index.domain.answers import ShortAnswer, WrittenSentence
from index.domain.generation import GenerationFault
from index.domain.snapshots import SkippedSource
from tests.support.harmless import EVIL, check_harmless, citations, seen, texts
from tests.support.makers import make_answer, make_citation, make_report, make_snapshot, make_source, make_status


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
    answer = make_answer(text=text, snapshot=snapshot, abstained=abstained, confidence=likely)
    answer = (
        make_answer(*cited, text=text, snapshot=snapshot, abstained=abstained, confidence=likely) if cited else answer
    )
    check_harmless(render.answer_message(answer, question=asked))


@given(
    asked=texts,
    written=st.lists(st.tuples(texts, st.lists(st.integers(1, 9), max_size=3)), max_size=9),
    cited=st.lists(citations, max_size=6),
    model=texts,
    fault=st.one_of(st.sampled_from(GenerationFault), texts),
)
@example(
    asked=EVIL * 9,
    written=[(EVIL * 99, [1, 2, 3])] * 9,
    cited=[make_citation(n, EVIL * 99, title=EVIL) for n in range(1, 7)],
    model=EVIL * 9,
    fault=EVIL,
)
def test_what_a_language_model_wrote_is_harmless_whatever_it_is(
    asked: str, written: list[tuple[str, list[int]]], cited: list[Any], model: str, fault: str
) -> None:
    """Complete with all its buttons, and while it is written."""
    sentences = tuple(WrittenSentence(text, tuple(numbers)) for text, numbers in written)
    numbered = [replace(citation, number=number) for number, citation in enumerate(cited, 1)]
    answer = make_answer(*numbered, text=EVIL, sentences=sentences, generator=model, fault=fault)
    check_harmless(render.answer_message(answer, question=asked, answer_id="a" * 16, threads=True))
    check_harmless(render.unfinished_message(answer, question=asked, writing="a" * 16))


@given(shown=texts, context=texts, mark=st.sampled_from(["-", "*", "1.", "2)", "\ue000", "#"]))
@example(shown=EVIL, context=EVIL, mark="-")
def test_a_list_and_its_context_are_harmless_whatever_they_hold(shown: str, context: str, mark: str) -> None:
    quote = f"{shown}\n{mark} {shown}\n{mark} {shown}"
    check_harmless(render.answer_message(make_answer(make_citation(quote=quote, context=context))))


@given(
    quote=st.one_of(texts, st.just(EVIL), st.just(EVIL * 99)),
    places=st.tuples(st.integers(0, 900), st.integers(0, 60)),
    verdict=st.sampled_from(["", "yes", "no"]),
    text=texts,
)
@example(quote=EVIL, places=(0, 900), verdict="", text=EVIL)
@example(quote="@everyone", places=(1, 8), verdict="", text="")
@example(quote="<id:guide>", places=(0, 4), verdict="", text="")
@example(quote="<@123456789012345678>", places=(1, 3), verdict="", text="")
@example(quote="[x](https://y.z)", places=(2, 9), verdict="", text="")
def test_an_answer_in_brief_is_harmless_whatever_its_words_and_place(
    quote: str, places: tuple[int, int], verdict: str, text: str
) -> None:
    start, end = places[0], places[0] + places[1]
    short = ShortAnswer(quote[start:end], "llama-4-release.md", start, end, 1)
    check_harmless(
        render.answer_message(make_answer(make_citation(quote=quote), text=text, short_answer=short, verdict=verdict))
    )


@given(text=texts, start=st.integers(0, 400), length=st.integers(0, 60))
def test_text_with_words_in_bold_reads_as_it_would_without(text: str, start: int, length: int) -> None:
    bold = embolden(text, (start, start + length))
    assert seen(bold).replace("**", "", 2) == fold(text) or "*" in text
    assert embolden(text, None) == escape(fold(text))


@given(text=texts)
def test_a_notice_is_harmless_whatever_it_says(text: str) -> None:
    check_harmless(notice_message(text))


@given(what=texts, done=st.integers(0, 10**9), total=st.integers(0, 10**9))
def test_progress_is_harmless_whatever_it_says(what: str, done: int, total: int) -> None:
    check_harmless(reports.progress_message(what, done, total))


@given(name=texts, reason=texts, times=st.integers(0, 400))
@example(name=EVIL * 9, reason=EVIL * 9, times=400)
@example(name="x" * 999, reason="y" * 999, times=400)
def test_report_status_and_sources_are_harmless_however_many_files_there_are(
    name: str, reason: str, times: int
) -> None:
    names, skipped = (name,) * times, (SkippedSource(name, reason),) * times
    snapshot = make_snapshot(id=name, model=name)
    listed = (make_source(name, title=reason, state=reason, size=10**9, passages=10**6),) * times
    check_harmless(
        rebuilt.reindex_report_message(
            make_report(snapshot=snapshot, added=names, changed=names, removed=names, skipped=skipped, answered=names)
        )
    )
    check_harmless(reports.status_message(make_status(snapshot=snapshot, skipped=skipped, stale=reason, model=name)))
    check_harmless(reports.sources_message(make_status(sources=listed), page=times))
