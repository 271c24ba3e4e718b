"""Whatever is shown keeps Discord's limits in every language, however long its words are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from discord import ui
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.guild_settings import MAX_CHANNELS, MAX_COOLDOWN, GuildSettings
from bot.text.escape import utf16_length
from bot.text.i18n import KINDS, language_codes, using_language
from bot.views import answer as render
from bot.views import audit as audit_view
from bot.views import gaps
from bot.views import privacy as privacy_view
from bot.views import reindex_report as rebuilt
from bot.views import snapshots as snapshots_view
from bot.views import source_files as source_view
from bot.views import status as reports
from bot.views.custom_id import ComponentId
from bot.views.guild_settings import guild_settings_message
from bot.views.message import TEXT_LIMIT
from bot.views.modals import question_modal, reason_modal
from bot.views.source_page import source_page_message
from bot.views.stats import stats_message
from bot.views.stats_chart import MAX_ALT_TEXT, describe_chart, draw_chart
from index.domain.activity import AuditEntry, Day, Gap, StoredCounts, Theme
from index.domain.answers import NO_QUESTION, OTHER_LANGUAGE, ShortAnswer, SourceChange, SourcePage
from index.domain.messages import Message
from index.domain.regressions import ChangedAnswer, QuestionOrigin, RegressionCheck
from index.domain.snapshots import Diff, PassageText, Preview, SkippedSource, SourceFileInfo
from tests.support.discord.rules import all_components
from tests.support.harmless import EVIL, blocks, check_harmless, citations, texts
from tests.support.makers import (
    OLDER,
    make_answer,
    make_citation,
    make_info,
    make_report,
    make_snapshot,
    make_source,
    make_status,
)

every_language = pytest.mark.parametrize("code", language_codes())
fillings = pytest.mark.parametrize("filling", [EVIL * 6, "字" * 1200, "_" * 1200], ids=len)

MANY = 10**9
NOON = datetime(2025, 4, 5, 12, 0, tzinfo=UTC)


def check(view: ui.LayoutView) -> None:
    """A message within the limits of Discord: 4,000 of text, 40 components, 80 on a button."""
    check_harmless(view)
    labels = [component["label"] for component in all_components(view.to_components()) if component["type"] == 2]
    assert all(0 < utf16_length(label) <= KINDS["button"] for label in labels)


def text_length(view: ui.LayoutView) -> int:
    """The length of all that is read on a message, the labels of its buttons included."""
    labels = [str(component.get("label", "")) for component in all_components(view.to_components())]
    return sum(map(utf16_length, [*blocks(view), *labels]))


@every_language
@fillings
@pytest.mark.parametrize("why", [None, "", NO_QUESTION, OTHER_LANGUAGE])
def test_the_longest_answer_is_one_message(code: str, filling: str, why: str | None) -> None:
    cited = [
        make_citation(number, f"{number} {filling}", title=filling, section=filling, source=filling, context=filling)
        for number in range(99, 114)
    ]
    answer = make_answer(
        *cited,
        text=filling,
        snapshot=filling,
        read_as=filling,
        abstained=why is not None,
        why=why or "",
        verdict="yes",
        short_answer=ShortAnswer(filling, filling, 0, len(filling), 1),
    )
    with using_language(code):
        for each in (answer, replace(answer, verdict="", conflict=True, text=f"The sources disagree: {filling}.")):
            check(render.answer_message(each, question=filling, answer_id="a" * 32, threads=True))
        check(render.passages_message(cited))
        check(render.nearest_message(cited, "a" * 32))


@given(
    code=st.sampled_from(language_codes()),
    asked=texts,
    text=texts,
    cited=st.lists(citations, max_size=9),
    why=st.sampled_from([None, "", NO_QUESTION, OTHER_LANGUAGE]),
    likely=st.floats(0, 1),
    answer_id=st.sampled_from(["", "a" * 32]),
)
def test_any_answer_is_one_message_in_any_language(
    code: str, asked: str, text: str, cited: list[Any], why: str | None, likely: float, answer_id: str
) -> None:
    answer = make_answer(*cited, text=text, read_as=asked, confidence=likely, abstained=why is not None, why=why or "")
    numbered = tuple(replace(citation, number=number) for number, citation in enumerate(cited, 1))
    answer = replace(answer, citations=numbered)
    with using_language(code):
        view = render.answer_message(answer, question=asked, answer_id=answer_id, threads=True)
        check(view)
        if answer.abstained:
            assert text_length(view) <= render.ABSTENTION_ROOM
        check(render.passages_message(numbered))
        check(render.nearest_message(numbered, "a" * 32))


@every_language
@fillings
def test_the_most_gaps_are_one_message(code: str, filling: str) -> None:
    def theme(number: int) -> Theme:
        whys = ("unanswered", "unhelpful", "reported", "unanswered", "unanswered")
        gaps = [Gap(filling, MANY, NOON, (f"{number:032}",), why, (filling,) * 4) for why in whys]
        return Theme(tuple(gaps), (make_citation(1, filling, title=filling, source=filling),) * 3)

    with using_language(code):
        for page in (1, 3):
            check(gaps.gaps_message([theme(number) for number in range(12)], page, note=filling))
        check(gaps.gaps_message((), note=filling))


def everything(filling: str) -> dict[str, Any]:
    """What a report may say beside its sources, all of it."""
    passages = (PassageText(filling, filling, filling),) * 5
    changed = (ChangedAnswer(filling, filling, filling, False),) * 50
    return {
        "diff": Diff(
            "a",
            "b",
            (filling,) * 30,
            (filling,) * 30,
            (filling,) * 30,
            ((filling, filling),) * 30,
            MANY,
            MANY,
            passages,
            passages,
        ),
        "regressions": tuple(
            RegressionCheck(origin, MANY, MANY, changed, (filling + "?",) * 50, filling) for origin in QuestionOrigin
        ),
        "embedded": MANY,
        "rebuild_reason": filling,
    }


@every_language
@fillings
def test_the_most_snapshots_and_the_longest_audit_are_one_message(code: str, filling: str) -> None:
    info = make_info(damage=filling, passages=MANY, sources=MANY, bytes=MANY * MANY)
    lines = [AuditEntry(MANY, NOON, MANY * MANY, str(MANY * MANY), filling, filling)] * audit_view.LINES_PER_PAGE
    with using_language(code):
        check(
            snapshots_view.snapshots_message([replace(info, id=f"{OLDER[:-2]}{number}") for number in range(10, 99)], 7)
        )
        check(snapshots_view.snapshots_message([replace(info, id=filling, live=True)]))
        check(snapshots_view.confirm_rollback_message(info))
        view = audit_view.audit_message(lines, 3, more=True, everywhere=True)
        assert sum(map(utf16_length, blocks(view))) <= TEXT_LIMIT


@every_language
@fillings
def test_the_most_files_each_old_changed_and_skipped_with_a_reason_are_one_message(code: str, filling: str) -> None:
    names = [f"{number:02}{filling}" for number in range(40)]
    reason = Message("could not be fetched: {why}", why=filling)
    infos = tuple(make_source(name, state="changed", problem=reason, since=NOON) for name in names)
    now = make_status(sources=infos, skipped=tuple(SkippedSource(name, reason) for name in names))
    with using_language(code):
        view = source_view.source_files_message(now, [SourceFileInfo(name, MANY, NOON) for name in names], 2)
        check(view)
        assert sum(map(utf16_length, blocks(view))) <= TEXT_LIMIT
        assert all(
            name[:2] in "".join(blocks(view))
            for name in names[source_view.FILES_PER_PAGE : 2 * source_view.FILES_PER_PAGE]
        )


@every_language
@fillings
@pytest.mark.parametrize("state", ["indexed", "changed", "another state"])
def test_the_most_sources_and_reports_are_one_message(code: str, filling: str, state: str) -> None:
    names, skipped = (filling,) * 30, (SkippedSource(filling, filling),) * 30
    snapshot = replace(make_snapshot(id=filling), hashes={str(number): "" for number in range(2000)}, passages=MANY)
    made = make_report(snapshot=snapshot, added=names, changed=names, removed=names, skipped=skipped, seconds=MANY)
    made = replace(made, passages_before=MANY, passages_after=MANY, answered=names)
    now = make_status(
        snapshot=snapshot,
        skipped=skipped,
        stale=filling,
        model=filling,
        ready=False,
        sources=(make_source(filling, title="T" + filling, state=state, size=MANY, passages=MANY),) * 2000,
    )
    with using_language(code):
        check(rebuilt.reindex_report_message(made))
        check(rebuilt.reindex_report_message(replace(made, **everything(filling))))
        check(rebuilt.preview_message(Preview(OLDER, replace(made, **everything(filling)))))
        check(rebuilt.diff_message("T", everything(filling)["diff"], []))
        check(reports.status_message(now))
        check(reports.status_message(replace(now, snapshot=None)))
        for page in (1, 134):
            check(reports.sources_message(now, page))
        for stage in (filling, *list(reports.STAGES)[:1]):
            check(reports.progress_message(stage, MANY, MANY))


@every_language
@fillings
@pytest.mark.parametrize("since", list(SourceChange))
def test_the_longest_page_of_a_source_is_one_message(code: str, filling: str, since: str) -> None:
    for text in (filling, "\n\n".join(["paragraph"] * 2000), "\n\n".join([filling[:1500]] * 9)):
        page = SourcePage(filling, filling, filling, text, (0, 9), 2, 3, filling, "https://example.com/", since, 0.5)
        with using_language(code):
            check(source_page_message(page, ComponentId("source", "a" * 32, 1)))


@every_language
def test_settings_privacy_and_figures_are_one_message(code: str) -> None:
    days = [Day(date(2025, 1, 1) + timedelta(day), MANY, MANY - 1, MANY, MANY, (1e9,)) for day in range(90)]
    channels = frozenset(range(10**19, 10**19 + MAX_CHANNELS))
    with using_language(code):
        for chosen in (
            GuildSettings(),
            GuildSettings(cooldown=0, private=True, threads=False),
            GuildSettings(channels=channels, cooldown=MAX_COOLDOWN),
        ):
            own_marks(guild_settings_message(chosen, default_cooldown=0.5, note="**!**"))
        own_marks(render.other_channels_message(channels))
        for number in (0, 1, MANY):
            stored = StoredCounts(number, number)
            for writes in (False, True):
                own_marks(privacy_view.privacy_message(stored, keep_days=number, writes=writes))
            own_marks(privacy_view.confirm_deletion_message(stored))
            own_marks(privacy_view.deleted_message(stored, stored))
        for some in (days[:1], days[:7], days):
            assert utf16_length(describe_chart(some)) <= MAX_ALT_TEXT
            own_marks(stats_message(some, description=describe_chart(some), everywhere=True))


def own_marks(view: ui.LayoutView) -> None:
    """As `check`, for messages that name channels or have a picture."""
    message = list(all_components(view.to_components()))
    assert sum(utf16_length(component["content"]) for component in message if component["type"] == 10) <= 4000
    assert len(message) <= 40
    assert all(
        0 < utf16_length(component["label"]) <= KINDS["button"] for component in message if component["type"] == 2
    )


@every_language
def test_forms_have_titles_labels_and_hints_that_discord_takes(code: str) -> None:
    with using_language(code):
        for form in (question_modal("a" * 32, 500), reason_modal("a" * 32)):
            sent = form.to_dict()
            assert 0 < utf16_length(sent["title"]) <= KINDS["title"]
            (label,) = sent["components"]
            assert 0 < utf16_length(label["label"]) <= KINDS["label"]
            assert utf16_length(label["component"].get("placeholder", "")) <= KINDS["placeholder"]


def test_a_picture_is_drawn_in_a_language_that_its_font_has_letters_for() -> None:
    days = [Day(date(2025, 9, 1), 3, 2, 1, 0, (8.0,))]
    drawn = {}
    for code in language_codes():
        with using_language(code):
            drawn[code] = draw_chart(days)
            assert ("回答" in describe_chart(days)) == (code == "ja")
    assert drawn["ja"] == drawn["en"]
    assert len(set(drawn.values())) == len(language_codes()) - 1
