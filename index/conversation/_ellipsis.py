"""Ellipsis: the question that a fragment stands for after another one: "and Maverick?", "why?", "the price?"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.conversation._antecedents import (
    PERSON_NOUN,
    find_antecedents,
    head_phrases,
    is_name,
    match_name_case,
    name_spans,
    question_entities,
)
from index.conversation._grammar import (
    AUXILIARY,
    COUNT_WORDS,
    DETERMINER,
    PAST_VERB,
    PREPOSITION,
    YEAR,
    ParsedQuestion,
    is_plural,
    normalize_question,
)
from index.conversation._pronouns import PRONOUN, resolve_pronouns
from index.domain.activity import Turn
from index.text.tokens import STOP_WORDS, content_stems, tokenize

__all__ = ["expand_fragment", "expand_question_words", "is_fragment", "repeat_for_other"]

ASKS = {
    "year": "in what year",
    "date": "when",
    "time": "when",
    "day": "on what day",
    "month": "in what month",
    "place": "where",
    "location": "where",
    "venue": "where",
    "reason": "why",
    "cause": "why",
    "number": "how many",
}
"""The question words of a noun alone: "and the year?"."""
CHAT_WORDS = """
    thanks thank hello hi hey ok okay yes no nope yep nice great cool lol bye good please sorry help wow sure right
    really test haha stop again nothing anything something you me i
"""
CHAT = frozenset(CHAT_WORDS.split())
"""Words that ask nothing."""
ALONE = re.compile(
    rf"(?P<wh>(?:{PREPOSITION} )?(?:when|where|why|how(?: long| often| come)?|who|whom)"
    rf"(?: exactly| else| precisely| so)?|"
    rf"(?:what|which) (?:year|date|day|month|country|city|place)|{PREPOSITION} (?:what|which) [a-z]+)"
    rf"(?: {AUXILIARY} (?:(?:that|this|so)"
    r"(?: so| possible| the case| true| done| happen(?:ed)?| take place| occur(?:red)?)?|"
    r"(?:it|they|he|she) do (?:that|this|it|so)))?",
    re.IGNORECASE,
)
HEADED = re.compile(rf"(?P<wh>{COUNT_WORDS})(?P<noun>(?: (?!{AUXILIARY}\b)[\w'’-]+){{0,3}})", re.IGNORECASE)
THERE = re.compile(rf"(how (?:many|much)) ({AUXILIARY}) there", re.IGNORECASE)
ONES = re.compile(
    rf"(?:(?P<wh>{COUNT_WORDS})(?: ones?| of (?:them|these|those))|(?P<many>how many)) "
    r"(?P<rest>(?:is|are|was|were|do|does|did|have|has) .+)",
    re.IGNORECASE,
)
QUALITY = re.compile(rf"how (?!{AUXILIARY}\b|many\b|much\b)(?P<quality>[a-z]+)", re.IGNORECASE)
SAME = re.compile(
    rf"{AUXILIARY} (?P<same>(?:that|this|it|the same)(?: also)? (?:true|so|hold|apply|go|the case|the same)(?: true)? "
    r"(?:of|for|to|with|in) )?(?P<piece>.+?)(?: too| as well| also| either)?",
    re.IGNORECASE,
)
AROUND = re.compile(r"^(?:any|some|the one of|that of|the one for) | (?:too|as well|also)$", re.IGNORECASE)
LEAD = re.compile(rf"({PREPOSITION}) (.+)", re.IGNORECASE)


def is_fragment(piece: str) -> bool:
    """Return whether this is only a name, a time or place, or a few words."""
    if len(list(name_spans(piece))) == 1:
        return is_name(re.sub(r"['’]s?$", "", piece)) or LEAD.match(piece) is not None
    words = piece.lower().split()
    return len(words) <= 3 and not set(words) & CHAT and not any(name_spans(piece))


def expand_question_words(piece: str, last: Turn, turns: Sequence[Turn], *, continues: bool) -> Iterator[str]:
    """Yield the last question with these question words: "since when?", "why is that?", "how many?", "how big?".

    `continues` says that "and" or the like precedes them.
    """
    parsed = ParsedQuestion.of(last.question)
    if match := ALONE.fullmatch(piece):
        yield parsed.asking(match["wh"].lower())
    elif match := HEADED.fullmatch(piece):
        wh, noun = match["wh"].lower(), match["noun"].strip()
        if noun.lower() in ("", "one", "ones", "exactly", "else", "of them", "of these", "of those"):
            yield parsed.counting(wh)
        elif (continues or "how" in wh or " " not in noun) and not re.search(rf"\b{PAST_VERB}$", noun):
            yield from _count(f"{wh} {noun}", parsed, turns)
    elif match := THERE.fullmatch(piece):
        yield from (
            f"{match[1]} {_strip_determiner(entity)} {match[2]} there" for entity in find_antecedents("they", turns)[:1]
        )
    elif match := ONES.fullmatch(piece):
        entities = find_antecedents("they", turns)
        nouns = (
            [parsed.noun] if parsed.noun else [_strip_determiner(entity) for entity in entities if is_plural(entity)]
        )
        yield from (f"{match['wh'] or match['many']} {noun} {match['rest']}" for noun in nouns[:1])
    elif match := QUALITY.fullmatch(piece):
        yield from (
            f"How {match['quality']} {_verb_be(entity)} {entity}" for entity in find_antecedents("it", turns)[:1]
        )


def repeat_for_other(piece: str, last: Turn) -> Iterator[str]:
    """Yield the last question about something else: "does Maverick too?", "is that true of Maverick?"."""
    parsed, match = ParsedQuestion.of(last.question), SAME.fullmatch(piece)
    if not match or not is_name(match_name_case(match["piece"], last)):
        return
    if match["same"]:
        yield from _substitute(match["piece"], last)
    elif parsed.aux and not parsed.wh:
        yield f"{parsed.aux} {match['piece']} {parsed.predicate}"


def expand_fragment(piece: str, last: Turn, turns: Sequence[Turn]) -> Iterator[str]:
    """Yield the questions that a name or a noun alone may stand for, best first.

    They are the last question about it, and a question for it as a part of what the last one was about.
    """
    piece = AROUND.sub("", piece)
    parsed, noun = ParsedQuestion.of(last.question), _strip_determiner(piece)
    if PRONOUN.match(piece):
        yield from (f"What {_verb_be(form)} {form}" for form in resolve_pronouns(piece, turns))
    elif noun.lower() in ASKS:
        wh = ASKS[noun.lower()]
        yield parsed.counting(wh) if wh == "how many" else parsed.asking(wh)
    elif match_name_case(piece, last) != piece or any(name_spans(piece)) or YEAR.search(piece) or LEAD.match(piece):
        if re.search(r" of |['’]s? ", piece) and not is_name(piece):
            yield f"What {_verb_be(piece)} {piece}"
        yield from _substitute(piece, last)
    else:
        yield from _expand_noun(piece, parsed, last, turns)


def _expand_noun(piece: str, parsed: ParsedQuestion, last: Turn, turns: Sequence[Turn]) -> Iterator[str]:
    """Yield the questions for a noun that is no name.

    It is like the one in the last question ("circuit switching" after "packet switching"), or a part of that ("the
    context window" after "Scout").
    """
    noun, is_plural_noun = _strip_determiner(piece), is_plural(piece)
    shared = set(content_stems(noun)) & set(content_stems(next(head_phrases(parsed.subject or parsed.predicate))))
    is_alike = bool(shared) or (bool(parsed.noun) and " " not in piece and not is_plural_noun)
    if is_alike:
        yield from _substitute(piece, last)
    elif parsed.noun and is_plural_noun and noun == piece:
        yield parsed.asking(f"{parsed.wh.lower().removesuffix(parsed.noun.lower()).strip()} {noun}")
    if " of " in noun and not noun.lower().startswith("number of"):
        yield f"What {_verb_be(noun)} the {noun}"
    asks = "Who" if PERSON_NOUN.search(noun) else "What"
    yield from (f"{asks} {_verb_be(noun)} the {noun} of {entity}" for entity in find_antecedents("it", turns)[:1])
    if not is_alike and noun == piece:
        yield from _substitute(piece, last)


def _count(wh: str, parsed: ParsedQuestion, turns: Sequence[Turn]) -> Iterator[str]:
    """Yield the question of "how many parameters" about what the last question counted or was about."""
    if parsed.noun:
        yield parsed.asking(wh)
    else:
        yield from (
            f"{wh} {'do' if is_plural(entity) else 'does'} {entity} have"
            for entity in find_antecedents("it", turns)[:1]
        )


def _substitute(piece: str, last: Turn) -> Iterator[str]:
    """Yield the last question with what is most like the piece replaced by it, at most two ways."""
    text = normalize_question(last.question)
    lead = LEAD.match(piece)
    phrase = lead[2] if lead else piece
    entity = re.sub(r"['’]s?$", "", phrase)
    year = re.sub(r"^(?:the )?(?:year )?| one$", "", entity)
    if YEAR.fullmatch(year):
        yield YEAR.sub(year, text) if YEAR.search(text) else f"{text} {lead[1] if lead else 'in'} {entity}"
        return
    owns, entity = entity != phrase, match_name_case(entity, last)
    spans = sorted(
        _replaceable_spans(text, entity, last),
        key=lambda span: _similarity(text, span, entity, owns=owns),
        reverse=True,
    )
    if lead:
        after = [span for span in spans if text[: span[0]].lower().endswith(f" {lead[1].lower()} ")]
        if not after:
            yield f"{text} {lead[1].lower()} {entity}"
        spans = after or spans
    yield from (text[:start] + entity + text[end:] for start, end in spans[:2])


def _replaceable_spans(text: str, entity: str, last: Turn) -> Iterator[tuple[int, int]]:
    """Yield where in the last question another entity can stand: its names, or its entities if a side has no name."""
    spans, entities = list(name_spans(text)), question_entities(last)
    if not spans or not any(name_spans(entity)):
        spans = [(place, place + len(phrase)) for phrase in entities if (place := text.find(phrase)) >= 0]
    for start, end in spans:
        last_word = entity.split()[-1] if entity.split() else "?"
        # "the Yuan [dynasty]" for "the Ming dynasty"
        same_head = re.match(rf" {re.escape(last_word)}\b", text[end:], re.IGNORECASE)
        article = re.search(r"\b(?:the|an?) $", text[:start], re.IGNORECASE)
        is_complete = (
            is_plural(text[start:end])
            or text[end : end + 2].strip()[:1] in ("", "'", "’")
            or (any(phrase.endswith(text[start:end]) for phrase in entities))
        )
        has_article = re.match(r"(?:the|an?) ", entity, re.IGNORECASE) is not None
        if article and (has_article or (is_name(entity) and (same_head or is_complete))):
            start = article.start()
        yield start, end + (same_head.end() if same_head else 0)


def _similarity(text: str, span: tuple[int, int], entity: str, *, owns: bool) -> tuple[int, ...]:
    phrase = text[slice(*span)]
    same = (
        owns == (text[span[1] : span[1] + 2] in ("'s", "’s")),
        phrase.lower().startswith("the ") == entity.lower().startswith("the "),
        is_plural(phrase) == is_plural(entity),
        phrase.isupper() == entity.isupper(),
    )
    return (len(set(tokenize(phrase)) & set(tokenize(entity)) - STOP_WORDS), *same, span[0])


def _strip_determiner(phrase: str) -> str:
    return re.sub(rf"^{DETERMINER} ", "", phrase, flags=re.IGNORECASE)


def _verb_be(phrase: str) -> str:
    return "are" if is_plural(phrase) else "is"
