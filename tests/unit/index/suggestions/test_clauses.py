"""A sentence taken apart: what it is about, and what it says of that."""

from __future__ import annotations

import pytest

from index.domain.documents import Document
from index.suggestions._clauses import Clause, find_leading_name, parse_clause, starts_with_date
from tests.support.index_fakes import search_index

TEXT = "Scout has experts. The Duchy of Normandy grew; the Duchy of Normandy fell. Bread is bread."


def document(text: str = TEXT) -> Document:
    (documents,) = search_index(a_md=f"# Scout\n\n{text}\n").documents.values()
    return documents


def test_a_clause_has_its_subject_and_what_is_said_of_it():
    clause = parse_clause("Scout has 16 experts.", document(), None)
    assert (clause.subject, clause.predicate, clause.names_subject, clause.is_list) == (
        "Scout",
        "has 16 experts.",
        True,
        False,
    )


def test_a_name_that_the_text_gives_an_article_has_one():
    assert parse_clause("The Duchy of Normandy grew.", document(), None).subject == "the Duchy of Normandy"


def test_an_apposition_and_the_day_before_it_stand_apart():
    clause = parse_clause("On 5 April 2025, Scout, a model of Meta, was released.", document(), None)
    assert (clause.date, clause.subject, clause.apposition) == ("5 April 2025", "Scout", "a model of Meta")
    assert clause.predicate == "was released."


def test_it_means_the_subject_of_the_sentence_before():
    before = parse_clause("Scout has 16 experts.", document(), None)
    clause = parse_clause("It was released in 2025.", document(), before)
    assert (clause.subject, clause.names_subject, clause.predicate) == ("Scout", False, "was released in 2025.")


def test_it_means_nothing_after_several_names():
    before = parse_clause("Maverick and Scout have experts.", document(), None)
    assert before.is_list
    assert parse_clause("It was released in 2025.", document(), before).subject == ""


def test_a_word_that_the_text_writes_small_is_no_name():
    assert parse_clause("Bread is made of flour.", document("I like bread. Bread is good."), None).subject in (
        "",
        "bread",
    )


@pytest.mark.parametrize(("rest", "present"), [("has experts.", True), ("are here.", True), ("was here.", False)])
def test_a_clause_is_present_by_its_verb(rest, present):
    assert Clause("", predicate=rest).is_present is present


@pytest.mark.parametrize(
    ("text", "name"),
    [("the Magna Carta in 1215", "the Magna Carta"), ("the French army", ""), ("bread", ""), ("Paris", "Paris")],
)
def test_a_leading_name_describes_no_noun_behind_it(text, name):
    assert find_leading_name(text) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [("in 1998", True), ("on 5 May", True), ("in Paris in 1998", True), ("in Paris", False), ("1998", False)],
)
def test_a_date_begins_with_in_or_on(text, expected):
    assert starts_with_date(text) is expected
