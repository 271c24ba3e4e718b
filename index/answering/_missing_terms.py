"""Missing terms: names and things of a question that the sources verifiably lack, in the question's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.answering._decomposition import COMPARISON_STEMS
from index.retrieval.search_index import SearchIndex
from index.text.grammar import AUXILIARIES
from index.text.passages import stems_in_context
from index.text.quantities import SMALL, TENS
from index.text.questions import QuestionAnalysis, QuestionWord
from index.text.tokens import content_stems, stem, tokenize

__all__ = ["MissingTerms", "find_missing_terms"]

MOST_PHRASES = 3
"""Phrases in a message."""

LONGEST = 60
"""Characters of a phrase; a longer one is not named."""

MOST_WORDS = 2
"""Most words of a thing; longer phrases are seldom a single thing."""

OPENS_THING = frozenset(
    tokenize(
        "a an the this that these those its their his her our my your of for in on at by with from about between under "
        "over during into than many much and or per another any every each own"
    )
)
"""Stop words after which a noun follows and no verb: "the context window", "or chromium"."""

ARTICLES = frozenset(["a", "an", "the"])
KIND = frozenset(["which", "what", "whose"])
AFTER_KIND = frozenset([*AUXILIARIES, "might", "in", "of", "for", "on"])
"""Words that follow a noun as in "which licence" and no verb as in "what happened"."""

OF = re.compile(r"\s+of\s+(the\s+)?", re.IGNORECASE)
OWNS = re.compile(r"['’]s?\s+")
JOINED = re.compile(r"[ \t]*[-.]?[ \t]*")
"""Between words of one phrase."""


@dataclass(frozen=True, slots=True)
class MissingTerms:
    """What the sources lack: the message that says so, and the phrases of the question that it names."""

    text: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Adjacent words of the question: a name or a thing, as it was written."""

    text: str
    start: int
    end: int
    name: bool
    quoted: bool
    tokens: tuple[str, ...]

    @property
    def shown(self) -> str:
        return f"“{self.text}”" if self.quoted else self.text

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(stem(word) for word in self.tokens)


def find_missing_terms(question: QuestionAnalysis, search_index: SearchIndex) -> MissingTerms | None:
    """Return the names and things of a question that no passage holds, or none holds together.

    None if the sources hold all of them, or if it is not clear what they are.
    """
    phrases = [phrase for phrase in _name_and_thing_phrases(question) if len(phrase.text) <= LONGEST]
    absent = [phrase for phrase in phrases if _is_absent(phrase, search_index)]
    held = [phrase for phrase in phrases if phrase.name and phrase not in absent and _is_held(phrase, search_index)]
    mentions = f"The sources mention {_enumerate([phrase.text for phrase in held[:MOST_PHRASES]], 'and')}, but not "
    missing = _distinct([phrase for phrase in absent if phrase.name] or absent)[:MOST_PHRASES]
    if missing:
        listed = _enumerate([phrase.shown for phrase in missing], "or")
        text = f"{mentions}{listed}." if held else f"The sources don't mention {listed}."
        return MissingTerms(text, tuple(phrase.text for phrase in missing))
    for thing in (phrase for phrase in phrases if not phrase.name):
        if without := [name for name in held if not _is_near(name, thing, search_index)]:
            is_owned = len(held) == 1 and _asks_for_owned(question.text, thing, held[0]) and question.kind != "person"
            mentions = (
                f"The sources mention {_enumerate([phrase.text for phrase in without[:MOST_PHRASES]], 'and')}, but not "
            )
            return MissingTerms(
                mentions + (f"its {thing.text}." if is_owned else f"near {thing.shown}."), (thing.text,)
            )
    return None


def _name_and_thing_phrases(analysis: QuestionAnalysis) -> Iterator[_Phrase]:
    """Yield names, and things that are clearly nouns, in order."""
    question, words, tokens = analysis.text, analysis.words, analysis.tokens
    if question.isupper() and len(question.lower()) == len(question):  # its capitals mark no names
        words = tuple(replace(word, name=False) for word in words)
    for first, last, name in _merge_qualified(question, tokens, words, list(_runs(question, words))):
        if not name and not words[first].name and not (first := _first_of_thing(question, tokens, words, first, last)):
            continue
        while not name and first < last and (tokens[first] in SMALL or tokens[first] in TENS):
            first += 1  # "three models" may be counted in digits, or not at all
        if not name and {stem(word) for word in tokens[first : last + 1]} <= COMPARISON_STEMS:
            continue
        if not name and last - first >= MOST_WORDS:
            continue
        start, end = words[first].start, words[last].end
        quoted = not name or (first > 0 and tokens[first - 1] in ARTICLES)  # "the CEO" is a thing, not a name
        yield _Phrase(" ".join(question[start:end].split()), start, end, name, quoted, tuple(tokens[first : last + 1]))


def _runs(question: str, words: Sequence[QuestionWord]) -> Iterator[tuple[int, int]]:
    """Yield the first and last place of adjacent topic words, either all names or all other words.

    A number belongs to the name before it, else it is a thing of its own.
    """
    first: int | None = None
    for place, word in enumerate(words):
        joins = (
            first is not None
            and word.topical
            and JOINED.fullmatch(question[words[place - 1].end : word.start]) is not None
            and (word.name == words[first].name or word.number)
        )
        if first is not None and not joins:
            yield first, place - 1
            first = None
        if first is None and word.topical:
            first = place
    if first is not None:
        yield first, len(words) - 1


def _merge_qualified(
    question: str, tokens: Sequence[str], words: Sequence[QuestionWord], runs: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, bool]]:
    """Yield the runs and whether each is a name.

    A name that clearly qualifies a noun becomes a thing with it: "Scout's ELO score", "the ELO score of Scout".
    """
    place = 0
    while place < len(runs):
        first, last = runs[place]
        place, name = place + 1, words[first].name
        if place < len(runs) and name and first:
            start, end = runs[place]
            is_opened = tokens[first - 1] in ARTICLES or OWNS.fullmatch(
                question[words[first - 1].end : words[first].start]
            )
            is_adjacent = start == last + 1 and JOINED.fullmatch(question[words[last].end : words[start].start])
            is_closed = end + 1 == len(words) or tokens[end + 1] == "of"
            if is_opened and is_adjacent and is_closed and not words[start].name:
                last, place, name = end, place + 1, False
        yield first, last, name


def _first_of_thing(question: str, tokens: Sequence[str], words: Sequence[QuestionWord], first: int, last: int) -> int:
    """Return the place of the first word of what is clearly a thing; 0 if these may be actions or properties."""
    before = tokens[first - 1] if first else ""
    after = tokens[last + 1] if last + 1 < len(tokens) else ""
    if last + 1 < len(words) and words[last + 1].topical:
        return 0  # a name follows: "Helsinki's [population spoke] French"
    if before in OPENS_THING:
        return first
    if before in KIND and after in AFTER_KIND:
        return first
    if first and words[first - 1].name:
        if OWNS.fullmatch(question[words[first - 1].end : words[first].start]):
            return first
        return first + 1 if last > first else 0  # "does Scout [support] audio input"
    return first if first and words[first].number else 0


def _is_absent(phrase: _Phrase, search_index: SearchIndex) -> bool:
    """Return whether the sources hold neither a word of it nor a similar one."""
    titles = {word for document in search_index.documents.values() for word in content_stems(document.title)}
    return any(word not in titles and not search_index.keyword.holds(word) for word in phrase.stems)


def _is_held(phrase: _Phrase, search_index: SearchIndex) -> bool:
    """Return whether a passage or a title holds these words one after the other."""
    titles = [tokenize(document.title) for document in search_index.documents.values()]
    rows = search_index.keyword.rows(sorted(phrase.stems))
    wanted = [stem(word) for word in phrase.tokens]
    texts = (
        tokenize(f"{passage.section} {passage.reading}") for passage in (search_index.passages[row] for row in rows)
    )
    return any(_follows(wanted, text) for text in titles) or any(_follows(wanted, text) for text in texts)


def _follows(wanted: Sequence[str], tokens: Sequence[str]) -> bool:
    stems = [stem(token) for token in tokens]
    return any(stems[place : place + len(wanted)] == list(wanted) for place in range(len(stems) - len(wanted) + 1))


def _is_near(name: _Phrase, thing: _Phrase, search_index: SearchIndex) -> bool:
    """Return whether a sentence, with the one before it, holds the name and the thing."""
    wanted = thing.stems | name.stems
    return any(
        wanted <= stems_in_context(search_index.passages[row]) for row in search_index.keyword.rows(sorted(wanted))
    )


def _asks_for_owned(question: str, thing: _Phrase, name: _Phrase) -> bool:
    """Return whether the question asks for the thing as the name's own: "the X of NAME", "NAME's X"."""
    if thing.end < name.start:
        return OF.fullmatch(question[thing.end : name.start]) is not None
    return OWNS.fullmatch(question[name.end : thing.start]) is not None


def _distinct(phrases: Sequence[_Phrase]) -> list[_Phrase]:
    return list({phrase.stems: phrase for phrase in reversed(phrases)}.values())[::-1]


def _enumerate(names: Sequence[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" if names else ""
