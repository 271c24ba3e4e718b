"""What the turns of a conversation speak of: what "it", "they" or "there" may stand for, best first."""

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
CHOSEN = re.compile(rf"\W*(?:which|what) (?!{AUXILIARY} )", re.IGNORECASE)
FAR = re.compile(r"\b(?:of|in|at|to|from|against)(?: the)? $")
"""Before a name that only says where or of what."""
EMPTY = re.compile(r"it|this|that|they|them|he|him|she|her|there|these|those", re.IGNORECASE)
MOST_READ = 1_000
"""Characters of a quotation that are read."""
LONGEST_THING = 10
"""Words of what a question speaks of; more are a question that was not understood."""


def has_topic(turn: Turn) -> bool:
    """Whether a turn speaks of something: one that was not answered does so in a whole question or by a name."""
    said = normalize_question(turn.question)
    return bool(content_stems(said)) and (bool(turn.evidence) or is_clause(said) or any(name_spans(said)))


def find_antecedents(kind: str, turns: Sequence[Turn]) -> list[str]:
    """What "it", "they" or "he" (the kind) may be, best first: things of the newest turn that speaks of any."""
    for turn in reversed(turns):
        own, told = question_entities(turn), _told(turn)
        answer_first = QuestionAnalysis.of(turn.question).kind == "person" or CHOSEN.match(turn.question) is not None
        order = [*told, *own] if kind != "it" and answer_first else [*own, *told]
        if order:
            return list(dict.fromkeys(sorted(order, key=lambda thing: not _agrees(kind, thing))))
    return []


def all_entities(turns: Sequence[Turn]) -> list[str]:
    """All that the turns speak of, the newest first."""
    return [thing for turn in reversed(turns) for thing in (*question_entities(turn), *_told(turn))]


def question_entities(turn: Turn) -> list[str]:
    """What a question speaks of: the owner or last part of its subject first, then its objects, then what it counts."""
    asked = ParsedQuestion.of(turn.question)
    found = list(head_phrases(asked.subject))
    be = asked.aux in BE
    for chunk in _chunks(asked.predicate, verb_first=not be):
        if not (be and chunk.islower() and chunk == asked.predicate):  # "free" in "is Scout free"
            found += head_phrases(chunk)
    if asked.noun:
        found.append(f"the {asked.noun}" if is_plural(asked.noun) else asked.noun)
    kept = (
        at for at in dict.fromkeys(found) if content_stems(at) and not YEAR.fullmatch(at) and not EMPTY.fullmatch(at)
    )
    return [
        at for at in kept if len(at.split()) <= LONGEST_THING and not re.match(rf"{QUESTION_WORD}\b", at, re.IGNORECASE)
    ]


def head_phrases(phrase: str) -> Iterator[str]:
    """The owner, or the part behind the last "of", and the phrase: "Scout", "the context window of Scout"."""
    phrase = phrase.strip(" ,;:\"“”'")
    if owner := re.match(r"(.+?)['’](?:s |(?<=s['’]) ?)(?=\w)", phrase):
        yield owner[1]
    spans = list(name_spans(phrase))
    inner = [at.start() for at in re.finditer(r" of ", phrase) if not any(a <= at.start() < b for a, b in spans)]
    if inner:
        yield phrase[inner[-1] + len(" of ") :]
    yield phrase


def name_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where names and rows of names stand, a first word among them; an owner apart from what it owns."""
    for at in find_names(f"of {text}"):
        start, end = at.start - len("of "), at.end - len("of ")
        for owner in re.finditer(r"['’]s\s+", text[max(start, 0) : end]):
            yield start, max(start, 0) + owner.start()
            start = max(start, 0) + owner.end()
        if start >= 0:
            yield start, end


def is_name(piece: str) -> bool:
    """Whether this is one name, or a row of them, and nothing else but an article."""
    bare = re.sub(r"^(?:the|an?) ", "", piece, flags=re.IGNORECASE)
    return (0, len(bare)) in name_spans(bare)


def match_name_case(piece: str, turn: Turn) -> str:
    """A piece in lower case as the turn writes it where that is a name there, else as it is."""
    if piece.islower():
        for text in (turn.question[:MOST_READ], *(said[:MOST_READ] for said in turn.evidence)):
            for at in find_names(text):
                if match := re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text[at.start : at.end], re.IGNORECASE):
                    return match.group()
    return piece


def _agrees(kind: str, thing: str) -> bool:
    if kind == "he":
        person = PERSON_NOUN.search(thing) is not None
        return not is_plural(thing) and (person or (is_name(thing) and not thing.lower().startswith("the ")))
    return is_plural(thing) == (kind == "they")


def _chunks(predicate: str, *, verb_first: bool) -> Iterator[str]:
    """Noun phrases among verbs, prepositions and other little words."""
    chunk: list[str] = []
    for at, word in enumerate(predicate.split()):
        low, name = word.lower().strip(",;"), word[0].isupper()
        verb = at == 0 and not name and (verb_first or re.fullmatch(PAST_VERB, low))
        little = low in STOP_WORDS and not name and low not in ("the", "a", "an", "of", "and")
        if verb or little or re.fullmatch(PREPOSITION, low):
            yield " ".join(chunk)
            chunk = []
        else:
            chunk.append(word)
    yield " ".join(chunk)


def _told(turn: Turn) -> list[str]:
    """Names in the first quotation that the question does not have, the one that answers it first; none where a time
    or a number was asked for."""
    question = QuestionAnalysis.of(turn.question)
    if not turn.evidence or question.kind in ("time", "number"):
        return []
    text, known = turn.evidence[0][:MOST_READ], set(question.stems)
    place = find_span(question, text)
    found = [text[slice(*place)]] if place and any(name_spans(text[slice(*place)])) else []
    new = [at for at in find_names(text) if not known & set(content_stems(text[at.start : at.end]))]
    new.sort(key=lambda at: FAR.search(text[: at.start]) is not None)
    found += [said for at in new if not MONTH.match(said := text[at.start : at.end])]
    return list(dict.fromkeys(found))
