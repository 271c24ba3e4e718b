"""What of a question the sources lack, in a sentence: of the question's words only, and only what was checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.answering._decomposition import COMPARISON_STEMS
from index.retrieval.search_index import SearchIndex
from index.text.passages import stems_in_context
from index.text.quantities import SMALL, TENS
from index.text.questions import QuestionAnalysis, QuestionWord
from index.text.tokens import content_stems, stem, tokenize

__all__ = ["MissingTerms", "lack"]

MOST = 3
"""Phrases in a sentence."""

LONGEST = 60
"""Characters of a phrase; a longer one is not said."""

FEW = 2
"""Words of a thing; more are seldom one thing alone."""

OPENS_THING = frozenset(
    tokenize(
        "a an the this that these those its their his her our my your of for in on at by with from about between under "
        "over during into than many much and or per another any every each own"
    )
)
"""Little words after which a thing is named, not an action told: "the context window", "or chromium"."""

ARTICLES = frozenset(["a", "an", "the"])
KIND = frozenset(["which", "what", "whose"])
AFTER_KIND = frozenset(
    tokenize("is was are were did do does has have had can could will would should may might must in of for on")
)
"""After "which licence" these follow; after "what happened" others do."""

OF_IT = re.compile(r"\s+of\s+(the\s+)?", re.IGNORECASE)
OWNS = re.compile(r"['’]s?\s+")
JOINED = re.compile(r"[ \t]*[-.]?[ \t]*")
"""Between words of one phrase; anything else parts them."""


@dataclass(frozen=True, slots=True)
class MissingTerms:
    """What the sources lack: the sentence that says so, and the phrases of the question that it names."""

    text: str
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Words of the question that stand together: a name or a thing, as the asker wrote it."""

    text: str
    start: int
    end: int
    name: bool
    quoted: bool
    plain: tuple[str, ...]

    @property
    def said(self) -> str:
        return f"“{self.text}”" if self.quoted else self.text

    @property
    def stems(self) -> frozenset[str]:
        return frozenset(stem(word) for word in self.plain)


def lack(question: QuestionAnalysis, shelf: SearchIndex) -> MissingTerms | None:
    """What of the question's names and things no passage has, or none has together; None where all are there, or
    where it is not plain what they are."""
    found = [at for at in _phrases(question) if len(at.text) <= LONGEST]
    absent = [at for at in found if _absent(at, shelf)]
    known = [at for at in found if at.name and at not in absent and _said(at, shelf)]
    mentions = f"The sources mention {_listed([at.text for at in known[:MOST]], 'and')}, but not "
    missing = _distinct([at for at in absent if at.name] or absent)[:MOST]
    if missing:
        said = _listed([at.said for at in missing], "or")
        text = f"{mentions}{said}." if known else f"The sources don't mention {said}."
        return MissingTerms(text, tuple(at.text for at in missing))
    for thing in (at for at in found if not at.name):
        if without := [name for name in known if not _near(name, thing, shelf)]:
            its = len(known) == 1 and _its(question.text, thing, known[0]) and question.kind != "person"
            mentions = f"The sources mention {_listed([at.text for at in without[:MOST]], 'and')}, but not "
            return MissingTerms(mentions + (f"its {thing.text}." if its else f"near {thing.said}."), (thing.text,))
    return None


def _phrases(analysis: QuestionAnalysis) -> Iterator[_Phrase]:
    """Names, and things that are plainly named as such, in order."""
    question, words, plain = analysis.text, analysis.words, analysis.tokens
    if question.isupper() and len(question.lower()) == len(question):  # its capitals tell no names
        words = tuple(replace(word, name=False) for word in words)
    for first, last, name in _joined(question, plain, words, list(_runs(question, words))):
        if not name and not words[first].name and not (first := _thing(question, plain, words, first, last)):
            continue
        while not name and first < last and (plain[first] in SMALL or plain[first] in TENS):
            first += 1  # "three models" may be counted in digits, or not at all
        if not name and {stem(word) for word in plain[first : last + 1]} <= COMPARISON_STEMS:
            continue
        if not name and last - first >= FEW:
            continue
        start, end = words[first].start, words[last].end
        quoted = not name or (first > 0 and plain[first - 1] in ARTICLES)  # "the CEO" is a thing, not a name
        yield _Phrase(" ".join(question[start:end].split()), start, end, name, quoted, tuple(plain[first : last + 1]))


def _runs(question: str, words: Sequence[QuestionWord]) -> Iterator[tuple[int, int]]:
    """First and last place of topic words that stand together, all of them names or none of them.

    A number belongs to the name before it, else it is a thing of its own.
    """
    first: int | None = None
    for at, word in enumerate(words):
        joins = (
            first is not None
            and word.topical
            and JOINED.fullmatch(question[words[at - 1].end : word.start]) is not None
            and (word.name == words[first].name or word.number)
        )
        if first is not None and not joins:
            yield first, at - 1
            first = None
        if first is None and word.topical:
            first = at
    if first is not None:
        yield first, len(words) - 1


def _joined(
    question: str, plain: Sequence[str], words: Sequence[QuestionWord], runs: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, bool]]:
    """The runs and whether each is a name. A name is one with the word it qualifies, and then none, where the two are
    plainly a thing: "Scout's ELO score", "the ELO score of Scout"."""
    place = 0
    while place < len(runs):
        first, last = runs[place]
        place, name = place + 1, words[first].name
        if place < len(runs) and name and first:
            start, end = runs[place]
            opened = plain[first - 1] in ARTICLES or OWNS.fullmatch(question[words[first - 1].end : words[first].start])
            beside = start == last + 1 and JOINED.fullmatch(question[words[last].end : words[start].start])
            closed = end + 1 == len(words) or plain[end + 1] == "of"
            if opened and beside and closed and not words[start].name:
                last, place, name = end, place + 1, False
        yield first, last, name


def _thing(question: str, plain: Sequence[str], words: Sequence[QuestionWord], first: int, last: int) -> int:
    """Place of the first word of what is plainly a thing; 0 where these may be actions or properties."""
    before = plain[first - 1] if first else ""
    after = plain[last + 1] if last + 1 < len(plain) else ""
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


def _absent(phrase: _Phrase, shelf: SearchIndex) -> bool:
    """Whether a word of it is nowhere in the sources, nor one that is spelt nearly alike."""
    titles = {word for document in shelf.documents.values() for word in content_stems(document.title)}
    return any(word not in titles and not shelf.keyword.holds(word) for word in phrase.stems)


def _said(phrase: _Phrase, shelf: SearchIndex) -> bool:
    """Whether a passage, or a title, has these words one after the other."""
    held = [tokenize(document.title) for document in shelf.documents.values()]
    rows = shelf.keyword.rows(sorted(phrase.stems))
    wanted = [stem(word) for word in phrase.plain]
    texts = (tokenize(f"{at.section} {at.reading}") for at in (shelf.passages[row] for row in rows))
    return any(_follows(wanted, text) for text in held) or any(_follows(wanted, text) for text in texts)


def _follows(wanted: Sequence[str], text: Sequence[str]) -> bool:
    stems = [stem(word) for word in text]
    return any(stems[at : at + len(wanted)] == list(wanted) for at in range(len(stems) - len(wanted) + 1))


def _near(name: _Phrase, thing: _Phrase, shelf: SearchIndex) -> bool:
    """Whether a sentence, with the one before it, has the name and the thing."""
    wanted = thing.stems | name.stems
    return any(wanted <= stems_in_context(shelf.passages[row]) for row in shelf.keyword.rows(sorted(wanted)))


def _its(question: str, thing: _Phrase, name: _Phrase) -> bool:
    """Whether the question asks for the thing as the name's own: "the X of NAME", "NAME's X"."""
    if thing.end < name.start:
        return OF_IT.fullmatch(question[thing.end : name.start]) is not None
    return OWNS.fullmatch(question[name.end : thing.start]) is not None


def _distinct(phrases: Sequence[_Phrase]) -> list[_Phrase]:
    return list({at.stems: at for at in reversed(phrases)}.values())[::-1]


def _listed(names: Sequence[str], word: str) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" if names else ""
