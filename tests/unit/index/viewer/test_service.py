"""The viewer shows the source around a quotation as it was, says what became of it, and what else is near."""

from __future__ import annotations

import pytest

from index.domain.activity import Scope
from index.domain.answers import Answer, SourceChange
from index.domain.errors import JournalUnavailable
from tests.support.journals import GUILD
from tests.support.services_alone import MAVERICK, QUOTE, TEXT, WINDOW, reply


def test_the_source_is_shown_around_a_quotation(services):
    page = services.viewer.page(reply(services, WINDOW).id, 1)
    assert page.text[slice(*page.highlight)] == QUOTE
    assert "There are models." in page.text
    assert (page.snapshot, page.change) == ("one", "")


def test_the_source_of_an_answer_has_its_confidence_and_that_of_a_near_passage_none(services, sources):
    assert services.viewer.page(reply(services, WINDOW).id, 1).confidence == 0.9
    sources.silence = lambda question: Answer(question, "", (sources.cite(QUOTE),), 0.1, True, "one", "fake")
    assert services.viewer.page(reply(services, "Who founded it?").id, 1).confidence is None


@pytest.mark.parametrize("number", [0, 2, -1])
def test_of_an_answer_or_quotation_that_is_not_known_no_source_is_shown(services, number):
    known = reply(services, WINDOW).id
    assert services.viewer.page("forged", 1) is None
    assert services.viewer.page(known, number) is None


@pytest.mark.parametrize(
    ("text", "since"),
    [
        (TEXT, ""),
        (f"New at the top.\n\n{TEXT}", "changed"),
        (TEXT.replace("ten million", "ten\nmillion"), "changed"),
        (TEXT.replace("ten", "nine"), "reworded"),
        (None, "removed"),
    ],
)
def test_after_the_source_changed_it_is_shown_as_it_was_with_what_became_of_it(services, sources, text, since):
    answer_id = reply(services, WINDOW).id
    sources.rebuild("two", text)
    page = services.viewer.page(answer_id, 1)
    assert page.text[slice(*page.highlight)] == QUOTE
    assert "The end." in page.text
    assert "New at the top." not in page.text
    assert (page.snapshot, page.change) == ("one", since)


@pytest.mark.parametrize(
    ("text", "since", "shown"),
    [
        (TEXT, "", "There are models."),
        (f"New at the top.\n\n{TEXT}", "changed", "New at the top."),
        (TEXT.replace("ten million", "ten\nmillion"), "changed", "The end."),
    ],
)
def test_a_quotation_of_a_pruned_snapshot_is_shown_where_its_words_are_now(services, sources, text, since, shown):
    """It is looked for in the live snapshot's source."""
    answer_id = reply(services, WINDOW).id
    sources.rebuild("two", text)
    del sources.kept["one"]
    page = services.viewer.page(answer_id, 1)
    assert page.text[slice(*page.highlight)] == QUOTE
    assert shown in page.text
    assert (page.snapshot, page.change) == ("two", since)


@pytest.mark.parametrize(("text", "since"), [(TEXT.replace("ten", "nine"), "reworded"), (None, "removed")])
def test_words_that_stand_nowhere_any_longer_are_shown_alone(services, sources, text, since):
    answer_id = reply(services, WINDOW).id
    sources.rebuild("two", text)
    del sources.kept["one"]
    page = services.viewer.page(answer_id, 1)
    assert (page.text, page.highlight, page.page, page.pages) == (QUOTE, (0, len(QUOTE)), 1, 1)
    assert (page.snapshot, page.change, page.source) == ("one", since, "a.md")


def test_of_several_places_where_the_words_stand_now_it_is_the_nearest_to_their_own(services, sources):
    text = f"{'Much is said before it. ' * 20}\n\n# Near\n\n{QUOTE}\n"
    sources.rebuild("two", text)
    answer_id = reply(services, WINDOW).id
    sources.rebuild("three", f"# Far\n\n{QUOTE}\n\n{text}")
    del sources.kept["two"]
    assert services.viewer.page(answer_id, 1).section == "Near"


def test_a_reindex_that_takes_the_live_snapshot_away_meanwhile_is_no_removal(services, sources):
    answer_id = reply(services, WINDOW).id
    lives = iter(["gone", "one", "one"])
    sources.live_id = lambda: next(lives)
    assert services.viewer.page(answer_id, 1).change == ""


def test_where_nothing_is_live_the_source_is_not_told_to_be_removed(services, sources):
    answer_id = reply(services, WINDOW).id
    sources.live = ""
    assert services.viewer.page(answer_id, 1).change == ""


@pytest.mark.parametrize(
    ("text", "on_disk", "since"),
    [
        (TEXT, "edited", "edited"),
        (TEXT, "deleted", "deleted"),
        (f"New at the top.\n\n{TEXT}", "edited", "edited"),
        (TEXT.replace("ten", "nine"), "edited", "reworded"),
        (TEXT.replace("ten", "nine"), "deleted", "deleted"),
        (None, "deleted", "removed"),
    ],
)
def test_a_file_that_changed_or_went_since_the_reindex_is_told(services, sources, text, on_disk, since):
    """What the index knows of its words counts more than that there is a newer file."""
    answer_id = reply(services, WINDOW).id
    sources.rebuild("two", text)
    sources.on_disk = SourceChange(on_disk)
    page = services.viewer.page(answer_id, 1)
    assert page.text[slice(*page.highlight)] == QUOTE
    assert (page.snapshot, page.change) == ("one", since)


def test_without_a_journal_there_is_no_source_to_show(broken):
    """The error says what to do."""
    for act in (
        lambda: broken.viewer.page("x", 1),
        lambda: broken.viewer.more("x"),
        lambda: broken.gaps.themes(Scope(GUILD)),
    ):
        with pytest.raises(JournalUnavailable, match="move it away"):
            act()


def test_more_are_the_nearest_passages_that_the_answer_does_not_quote(services, sources):
    answer_id = reply(services, WINDOW).id
    sources.near = ["There are models.", QUOTE, "million tokens.", *(f"Passage {n}." for n in range(9))]
    answer = services.viewer.more(answer_id)
    assert [citation.quote for citation in answer.citations] == [
        "There are models.",
        *(f"Passage {n}." for n in range(5)),
    ]
    assert [citation.number for citation in answer.citations] == [1, 2, 3, 4, 5, 6]
    assert (answer.question, answer.abstained) == (WINDOW, True)
    assert services.viewer.more("forged") is None


def test_more_of_a_follow_up_are_near_to_what_it_was_read_as(services, sources):
    reply(services, WINDOW)
    follow = reply(services, "and Maverick?").id
    assert (services.viewer.more(follow).question, services.viewer.more(follow).read_as) == ("and Maverick?", MAVERICK)
    assert sources.asked[-1] == MAVERICK
