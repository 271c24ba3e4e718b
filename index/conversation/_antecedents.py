"""Antecedents: the entities in the turns of a conversation that a pronoun may stand for, best first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.answering.spans import find_span
from index.conversation._grammar import (
    AUXILIARY,
    PAST_VERB,
    PREPOSITION,
    QUESTION_WORD,
    YEAR,
    ParsedQuestion,
    is_clause,
    is_plural,
    normalize_question,
)
from index.domain.activity import Turn
from index.text.grammar import BE, MONTHS, alternatives
from index.text.proper_nouns import find_names
from index.text.questions import QuestionAnalysis
from index.text.tokens import STOP_WORDS, content_stems

__all__ = [
    "PERSON_NOUN",
    "all_entities",
    "find_antecedents",
    "has_topic",
    "head_phrases",
    "is_name",
    "match_name_case",
    "name_spans",
    "question_entities",
]

PERSON_NOUN = re.compile(
    r"\b(?:author|writer|founder|leader|ceo|president|king|queen|emperor|inventor|owner|director|winner|commander|"
    r"minister|successor|wife|husband|father|mother|son|daughter|brother|creator|ruler|officer)s?$",
    re.IGNORECASE,
)
MONTH = re.compile(rf"{alternatives(*map(str.title, MONTHS))}\b")
CHOICE = re.compile(rf"\W*(?:which|what) (?!{AUXILIARY} )", re.IGNORECASE)
BEFORE_PLACE = re.compile(r"\b(?:of|in|at|to|from|against)(?: the)? $")
"""Before a name that only gives a place or an owner."""
PRONOUN = re.compile(r"it|this|that|they|them|he|him|she|her|there|these|those", re.IGNORECASE)
MOST_READ = 1_000
"""Characters of a quotation that are read."""
LONGEST_ENTITY = 10
"""Words of an entity; a longer one is a question that was not understood."""


def has_topic(turn: Turn) -> bool:
    """Return whether a turn has a topic: it was answered, or asks a whole question, or holds a name."""
    question = normalize_question(turn.question)
    is_understood = bool(turn.evidence) or is_clause(question) or any(name_spans(question))
    return bool(content_stems(question)) and is_understood


def find_antecedents(kind: str, turns: Sequence[Turn]) -> list[str]:
    """Return what "it", "they" or "he" (the kind) may stand for, best first: entities of the newest turn with any."""
    for turn in reversed(turns):
        asked, answered = question_entities(turn), _answer_entities(turn)
        answer_first = QuestionAnalysis.of(turn.question).kind == "person" or CHOICE.match(turn.question) is not None
        order = [*answered, *asked] if kind != "it" and answer_first else [*asked, *answered]
        if order:
            return list(dict.fromkeys(sorted(order, key=lambda entity: not _agrees(kind, entity))))
    return []


def all_entities(turns: Sequence[Turn]) -> list[str]:
    """Return all entities of the turns, the newest first."""
    return [entity for turn in reversed(turns) for entity in (*question_entities(turn), *_answer_entities(turn))]


def question_entities(turn: Turn) -> list[str]:
    """Return the entities of a question: the heads of its subject first, then its objects, then what it counts."""
    parsed = ParsedQuestion.of(turn.question)
    phrases = list(head_phrases(parsed.subject))
    has_be = parsed.aux in BE
    for chunk in _noun_phrases(parsed.predicate, verb_first=not has_be):
        if not (has_be and chunk.islower() and chunk == parsed.predicate):  # "free" in "is Scout free"
            phrases += head_phrases(chunk)
    if parsed.noun:
        phrases.append(f"the {parsed.noun}" if is_plural(parsed.noun) else parsed.noun)
    return [phrase for phrase in dict.fromkeys(phrases) if _is_entity(phrase)]


def _is_entity(phrase: str) -> bool:
    if not content_stems(phrase) or YEAR.fullmatch(phrase) or PRONOUN.fullmatch(phrase):
        return False
    return len(phrase.split()) <= LONGEST_ENTITY and not re.match(rf"{QUESTION_WORD}\b", phrase, re.IGNORECASE)


def head_phrases(phrase: str) -> Iterator[str]:
    """Yield the owner, or the part behind the last "of", then the phrase: "Scout", "the context window of Scout"."""
    phrase = phrase.strip(" ,;:\"“”'")
    if owner := re.match(r"(.+?)['’](?:s |(?<=s['’]) ?)(?=\w)", phrase):
        yield owner[1]
    spans = list(name_spans(phrase))
    inner = [
        link.start()
        for link in re.finditer(r" of ", phrase)
        if not any(start <= link.start() < end for start, end in spans)
    ]
    if inner:
        yield phrase[inner[-1] + len(" of ") :]
    yield phrase


def name_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the characters of names and lists of names, the first word included, an owner apart from what it owns."""
    for name in find_names(f"of {text}"):  # a name at the beginning would be taken for the first word of a sentence
        start, end = name.start - len("of "), name.end - len("of ")
        for owner in re.finditer(r"['’]s\s+", text[max(start, 0) : end]):
            yield start, max(start, 0) + owner.start()
            start = max(start, 0) + owner.end()
        if start >= 0:
            yield start, end


def is_name(piece: str) -> bool:
    """Return whether this is one name or list of names and nothing else but an article."""
    name = re.sub(r"^(?:the|an?) ", "", piece, flags=re.IGNORECASE)
    return (0, len(name)) in name_spans(name)


def match_name_case(piece: str, turn: Turn) -> str:
    """Return a piece in lower case as the turn writes it, if it is a name there; else as it is."""
    if piece.islower():
        for text in (turn.question[:MOST_READ], *(quotation[:MOST_READ] for quotation in turn.evidence)):
            for name in find_names(text):
                pattern = rf"(?<!\w){re.escape(piece)}(?!\w)"
                if match := re.search(pattern, text[name.start : name.end], re.IGNORECASE):
                    return match.group()
    return piece


def _agrees(kind: str, entity: str) -> bool:
    if kind == "he":
        is_person = PERSON_NOUN.search(entity) is not None
        return not is_plural(entity) and (is_person or (is_name(entity) and not entity.lower().startswith("the ")))
    return is_plural(entity) == (kind == "they")


def _noun_phrases(predicate: str, *, verb_first: bool) -> Iterator[str]:
    """Yield the noun phrases between verbs, prepositions and other stop words."""
    chunk: list[str] = []
    for place, word in enumerate(predicate.split()):
        low, is_upper = word.lower().strip(",;"), word[0].isupper()
        is_verb = place == 0 and not is_upper and (verb_first or re.fullmatch(PAST_VERB, low))
        is_stop_word = low in STOP_WORDS and not is_upper and low not in ("the", "a", "an", "of", "and")
        if is_verb or is_stop_word or re.fullmatch(PREPOSITION, low):
            yield " ".join(chunk)
            chunk = []
        else:
            chunk.append(word)
    yield " ".join(chunk)


def _answer_entities(turn: Turn) -> list[str]:
    """Return the names in the first quotation that the question does not hold, the one that answers it first.

    None if the question asks for a time or a number.
    """
    question = QuestionAnalysis.of(turn.question)
    if not turn.evidence or question.kind in ("time", "number"):
        return []
    text, asked = turn.evidence[0][:MOST_READ], set(question.stems)
    span = find_span(question, text)
    answers = [text[slice(*span)]] if span and any(name_spans(text[slice(*span)])) else []
    new = [name for name in find_names(text) if not asked & set(content_stems(text[name.start : name.end]))]
    new.sort(key=lambda name: BEFORE_PLACE.search(text[: name.start]) is not None)
    names = [text[name.start : name.end] for name in new]
    return list(dict.fromkeys([*answers, *(name for name in names if not MONTH.match(name))]))
