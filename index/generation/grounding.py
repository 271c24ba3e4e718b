"""Grounding: a sentence of a language model with the quotations that carry it, or the reason why it is dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import groupby

from index.answering.quotations import LONGEST_LIST, cite_passage, quote
from index.domain.answers import Citation
from index.domain.ports import ClaimChecker
from index.domain.reading import AnswerSpan, Window
from index.generation._addresses import foreign_addresses
from index.generation._languages import is_foreign, proper_names, says_the_same
from index.generation._quote_matching import find_nearest, find_words
from index.generation.evidence import Evidence
from index.generation.output import DraftSentence
from index.retrieval.search_index import SearchIndex
from index.text.tokens import POINTING_WORDS, content_stems, tokenize

__all__ = ["DropReason", "Dropped", "GroundedSentence", "Grounder"]

LEAST_WORDS = 3
"""Words of a claim; "Scout does." says nothing by itself."""

MOST_NEAR = 3
"""Places near to words that are in no window which are tried, and sentences for evidence without words."""

MOST_QUOTED = 3
"""Quotations that carry one sentence."""


class DropReason(StrEnum):
    """Why a sentence of a language model is not shown."""

    FRAGMENT = "fragment"
    """It is too short to say anything by itself."""
    LANGUAGE = "language"
    """It is not in English, and no English version says the same."""
    DANGLING = "dangling"
    """It begins by pointing to a sentence that is not shown or speaks of something else."""
    NOT_QUOTED = "not quoted"
    """None of its evidence is in the sources."""
    UNSUPPORTED = "unsupported"
    """A number, a name, a link or a mention of it is not in its evidence."""
    NOT_ENTAILED = "not entailed"
    """Its evidence does not say it."""
    REPEATED = "repeated"
    """A sentence before says the same."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that is not shown."""

    draft: DraftSentence
    reason: DropReason


@dataclass(frozen=True, slots=True)
class GroundedSentence:
    """A sentence that its citations carry; `claim` is what was checked, in English; numbers of citations are all 0.

    `windows` are those that the citations are from, `entailed` the probability that they carry the claim.
    """

    text: str
    claim: str
    citations: tuple[Citation, ...]
    windows: tuple[Window, ...]
    entailed: float = 1.0

    @property
    def evidence(self) -> str:
        return evidence_text(self.citations)


@dataclass(frozen=True, slots=True)
class _Place:
    """A quotation in its window."""

    citation: Citation
    window: Window


@dataclass(slots=True)
class _Attempt:
    """What is tried for one sentence, and the last reason why it did not pass."""

    text: str
    claim: str
    before: GroundedSentence | None
    reason: DropReason = DropReason.NOT_QUOTED
    tried: set[str] = field(default_factory=set)


class Grounder:
    """Checks sentences of a language model against the windows that it was given. Thread-safe if its checker is.

    `least` is the probability of entailment from which on evidence carries a claim; `unsupported` returns the numbers
    and names of a claim that its evidence lacks.
    """

    def __init__(
        self, checker: ClaimChecker, *, least: float, unsupported: Callable[[str, str], Sequence[str]]
    ) -> None:
        self._checker = checker
        self._least = least
        self._unsupported = unsupported

    def check(
        self,
        draft: DraftSentence,
        evidence: Sequence[Evidence],
        search_index: SearchIndex,
        before: GroundedSentence | None = None,
    ) -> GroundedSentence | Dropped:
        """Return a sentence with the quotations that carry it, or why it is dropped.

        `before` is the sentence shown right before it, without which "It ..." says nothing.
        """
        claim = draft.english or draft.text
        if draft.english or is_foreign(draft.text):
            context = "\n".join(each.window.text for each in evidence)
            if not draft.english or is_foreign(claim) or not says_the_same(draft.text, claim, context):
                return Dropped(draft, DropReason.LANGUAGE)
        if len(claim.split()) < LEAST_WORDS or not content_stems(claim):
            return Dropped(draft, DropReason.FRAGMENT)
        points_back = next(iter(tokenize(claim)), "") in POINTING_WORDS
        if points_back and before is None:
            return Dropped(draft, DropReason.DANGLING)
        attempt = _Attempt(draft.text, claim, before if points_back else None)
        for places in self._places(draft, claim, evidence, search_index):
            if (probability := self._carries(places, attempt)) is not None:
                citations, windows = tuple(p.citation for p in places), tuple(p.window for p in places)
                whole = "" if draft.english else _whole_sentence(claim, places, search_index)
                return GroundedSentence(whole or draft.text, whole or claim, citations, windows, probability)
        return Dropped(draft, attempt.reason)

    def _places(
        self, draft: DraftSentence, claim: str, evidence: Sequence[Evidence], search_index: SearchIndex
    ) -> Iterator[list[_Place]]:
        """Yield quotations that may carry a sentence: each alone, all together, near to them, then near to it."""
        by_number = {each.number: each.window for each in evidence}
        exact: list[_Place] = []
        missing: list[tuple[int, str]] = []
        for number, words in draft.evidence:
            window = by_number.get(number)
            found = list(_verbatim(words, window, search_index)) if window and words else []
            if not found:
                missing.append((number, words))
                continue
            exact.append(found[0])
            yield from ([place] for place in found)
        exact = _distinct(exact)[:MOST_QUOTED]
        if len(exact) > 1:
            yield exact
        for number, words in missing:
            for place in _near(words or claim, number, words == "", by_number, search_index):
                yield [place]
                if exact:
                    yield _distinct([*exact, place])[-MOST_QUOTED:]
        if draft.evidence:
            yield from ([place] for place in _near(claim, 0, False, by_number, search_index))

    def _carries(self, places: Sequence[_Place], attempt: _Attempt) -> float | None:
        """Return the probability that quotations carry a claim; None if it is too low or they lack something of it."""
        text = evidence_text([place.citation for place in places])
        if text in attempt.tried:
            return None
        attempt.tried.add(text)
        claim, before = attempt.claim, attempt.before
        quoted = "\n".join(f"{place.citation.quote}\n{place.citation.shown}" for place in places)
        if self._unsupported(text, claim) or foreign_addresses(f"{attempt.text}\n{claim}", quoted):
            attempt.reason = DropReason.UNSUPPORTED
            return None
        if before is not None:
            if not _speaks_of_the_same(before.claim, places):
                attempt.reason = DropReason.DANGLING
                return None
            text, claim = f"{before.evidence}\n{text}", f"{before.claim} {claim}"
        probability = self._checker.entailed(text, claim)
        if probability < self._least:
            attempt.reason = DropReason.NOT_ENTAILED
            return None
        return probability


def evidence_text(citations: Sequence[Citation]) -> str:
    """Return quotations as the checker reads them: those of a section below its headings, with what they speak of."""
    lines: list[str] = []
    for heading, group in groupby(citations, key=_heading):
        lines.append(heading)
        for citation in group:
            lines += filter(None, [citation.context, citation.shown])
    return "\n".join(lines)


def _heading(citation: Citation) -> str:
    if citation.section.startswith(citation.title):
        return citation.section
    return " > ".join(filter(None, [citation.title, citation.section]))


def _verbatim(words: str, window: Window, search_index: SearchIndex) -> Iterator[_Place]:
    """Yield the quotations of whole sentences for words that stand in a window."""
    for begin, end in find_words(words, window.text):
        yield from _quote(window, begin, end, search_index)


def _near(
    words: str, number: int, is_claim: bool, windows: dict[int, Window], search_index: SearchIndex
) -> Iterator[_Place]:
    """Yield the quotations nearest to words that stand in no window where they should; to a claim, by its words."""
    if is_claim:
        if window := windows.get(number):
            yield from _likeliest(words, window, search_index)
        return
    for other in windows.values():
        if found := list(_verbatim(words, other, search_index)):
            yield found[0]
            return
    found_near = []
    for place, window in windows.items():
        if near := find_nearest(words, window.text):
            score, begin, end = near
            found_near.append((score + (place == number), -place, begin, end))
    for _, place, begin, end in sorted(found_near, reverse=True)[:MOST_NEAR]:
        yield from _quote(windows[-place], begin, end, search_index)


def _likeliest(claim: str, window: Window, search_index: SearchIndex) -> Iterator[_Place]:
    """Yield the sentences of a window with most words of a claim."""
    stems = set(content_stems(claim))
    shared = partial(_shared_stems, stems, search_index)
    for row in sorted(window.rows, key=lambda row: (-shared(row), row))[:MOST_NEAR]:
        if shared(row):
            reading = search_index.passages[row].reading
            place = window.text.find(reading)
            if place >= 0:
                yield from _quote(window, place, place + len(reading), search_index)


def _shared_stems(stems: set[str], search_index: SearchIndex, row: int) -> int:
    return len(stems & set(content_stems(search_index.passages[row].reading)))


def _quote(window: Window, begin: int, end: int, search_index: SearchIndex) -> Iterator[_Place]:
    """Yield the quotation of whole sentences for characters of a window; of a long one each sentence by itself."""
    document, passages = search_index.documents[window.document_id], search_index.passages
    quotation = quote(window, AnswerSpan(begin, end, 0.0), passages, document)
    if quotation is None:
        return
    if quotation.end - quotation.start <= LONGEST_LIST or len(quotation.rows) == 1:
        yield _Place(quotation.cite(document, passages[quotation.rows[0]].section, 0, 0.0), window)
        return
    for row in quotation.rows:
        yield _Place(cite_passage(passages[row], document, 0), window)


def _distinct(places: Sequence[_Place]) -> list[_Place]:
    """Return places without those that are quoted before."""
    kept: dict[tuple[str, int, int], _Place] = {}
    for place in places:
        kept.setdefault((place.citation.source, place.citation.start, place.citation.end), place)
    return list(kept.values())


def _whole_sentence(claim: str, places: Sequence[_Place], search_index: SearchIndex) -> str:
    """Return the quoted sentence that a claim is copied from but for its beginning or end; empty if there is none.

    What a copy leaves out may be what limits it: "Some hold that ...", "In the visual arts, ...".
    """
    # Imported here: only who writes needs it.
    import sentencex

    words = tokenize(claim)
    for place in places:
        for row in place.window.rows:
            passage = search_index.passages[row]
            if place.citation.start <= passage.start and passage.end <= place.citation.end and passage.kind == "prose":
                for sentence in sentencex.segment("en", passage.reading):
                    told = tokenize(sentence)
                    if len(told) > len(words) and told[0] not in POINTING_WORDS and _contains(told, words):
                        return str(sentence).strip()
    return ""


def _contains(told: Sequence[str], words: Sequence[str]) -> bool:
    """Return whether words stand in a text one after the other."""
    return any(told[begin : begin + len(words)] == words for begin in range(len(told) - len(words) + 1))


def _speaks_of_the_same(before: str, places: Sequence[_Place]) -> bool:
    """Return whether quotations have a name of the sentence before, which is more than the title of their source."""
    titles = " ".join(place.citation.title for place in places)
    names = {name for name in proper_names(before) if name not in titles}
    text = " ".join(f"{p.citation.section} {p.citation.context} {p.citation.shown}" for p in places)
    return not names or any(name in text for name in names)
