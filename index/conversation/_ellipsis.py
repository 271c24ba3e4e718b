"""The question that a piece of one stands for after another: "and Maverick?", "why?", "how many?", "the price?"."""

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
"""What "and the year?" asks with."""
CHAT_WORDS = """
    thanks thank hello hi hey ok okay yes no nope yep nice great cool lol bye good please sorry help wow sure right
    really test haha stop again nothing anything something you me i
"""
CHAT = frozenset(CHAT_WORDS.split())
"""With these nothing is asked."""
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
    """Whether this is but a name, a time or place, or a word or two."""
    if len(list(name_spans(piece))) == 1:
        return is_name(re.sub(r"['’]s?$", "", piece)) or LEAD.match(piece) is not None
    words = piece.lower().split()
    return len(words) <= 3 and not set(words) & CHAT and not any(name_spans(piece))


def expand_question_words(piece: str, last: Turn, turns: Sequence[Turn], *, opened: bool) -> Iterator[str]:
    """The last question with these question words: "since when?", "why is that?", "how many?", "how big?"; `opened`
    says that "and" or the like stands before them."""
    asked = ParsedQuestion.of(last.question)
    if match := ALONE.fullmatch(piece):
        yield asked.asking(match["wh"].lower())
    elif match := HEADED.fullmatch(piece):
        wh, noun = match["wh"].lower(), match["noun"].strip()
        if noun.lower() in ("", "one", "ones", "exactly", "else", "of them", "of these", "of those"):
            yield asked.counting(wh)
        elif (opened or "how" in wh or " " not in noun) and not re.search(rf"\b{PAST_VERB}$", noun):
            yield from _headed(f"{wh} {noun}", asked, turns)
    elif match := THERE.fullmatch(piece):
        yield from (f"{match[1]} {_bare(thing)} {match[2]} there" for thing in find_antecedents("they", turns)[:1])
    elif match := ONES.fullmatch(piece):
        own = [asked.noun] if asked.noun else [_bare(at) for at in find_antecedents("they", turns) if is_plural(at)]
        yield from (f"{match['wh'] or match['many']} {noun} {match['rest']}" for noun in own[:1])
    elif match := QUALITY.fullmatch(piece):
        yield from (f"How {match['quality']} {_be(thing)} {thing}" for thing in find_antecedents("it", turns)[:1])


def repeat_for_other(piece: str, last: Turn) -> Iterator[str]:
    """The last question of something else: "does Maverick too?", "is that true of Maverick?"."""
    asked, match = ParsedQuestion.of(last.question), SAME.fullmatch(piece)
    if not match or not is_name(match_name_case(match["piece"], last)):
        return
    if match["same"]:
        yield from _substituted(match["piece"], last)
    elif asked.aux and not asked.wh:
        yield f"{asked.aux} {match['piece']} {asked.predicate}"


def expand_fragment(piece: str, last: Turn, turns: Sequence[Turn]) -> Iterator[str]:
    """The question that a name or a thing alone may stand for, best first: the last question about it, or a question
    for it as a part of what the last was about."""
    piece = AROUND.sub("", piece)
    asked, bare = ParsedQuestion.of(last.question), _bare(piece)
    if PRONOUN.match(piece):
        yield from (f"What {_be(said)} {said}" for said in resolve_pronouns(piece, turns))
    elif bare.lower() in ASKS:
        wh = ASKS[bare.lower()]
        yield asked.counting(wh) if wh == "how many" else asked.asking(wh)
    elif match_name_case(piece, last) != piece or any(name_spans(piece)) or YEAR.search(piece) or LEAD.match(piece):
        if re.search(r" of |['’]s? ", piece) and not is_name(piece):
            yield f"What {_be(piece)} {piece}"
        yield from _substituted(piece, last)
    else:
        yield from _thing(piece, asked, last, turns)


def _thing(piece: str, asked: ParsedQuestion, last: Turn, turns: Sequence[Turn]) -> Iterator[str]:
    """A thing without a name: another like the last question's own ("circuit switching" after "packet switching"), or
    a part of that ("the context window" after "Scout")."""
    bare, plural = _bare(piece), is_plural(piece)
    shared = set(content_stems(bare)) & set(content_stems(next(head_phrases(asked.subject or asked.predicate))))
    peer = bool(shared) or (bool(asked.noun) and " " not in piece and not plural)
    if peer:
        yield from _substituted(piece, last)
    elif asked.noun and plural and bare == piece:
        yield asked.asking(f"{asked.wh.lower().removesuffix(asked.noun.lower()).strip()} {bare}")
    if " of " in bare and not bare.lower().startswith("number of"):
        yield f"What {_be(bare)} the {bare}"
    asks = "Who" if PERSON_NOUN.search(bare) else "What"
    yield from (f"{asks} {_be(bare)} the {bare} of {thing}" for thing in find_antecedents("it", turns)[:1])
    if not peer and bare == piece:
        yield from _substituted(piece, last)


def _headed(wh: str, asked: ParsedQuestion, turns: Sequence[Turn]) -> Iterator[str]:
    """The question of "how many parameters" about what the last question counted or was about."""
    if asked.noun:
        yield asked.asking(wh)
    else:
        yield from (
            f"{wh} {'do' if is_plural(thing) else 'does'} {thing} have" for thing in find_antecedents("it", turns)[:1]
        )


def _substituted(piece: str, last: Turn) -> Iterator[str]:
    """The last question with what is most like the piece replaced by it, at most two ways."""
    text = normalize_question(last.question)
    lead = LEAD.match(piece)
    whole = lead[2] if lead else piece
    thing = re.sub(r"['’]s?$", "", whole)
    year = re.sub(r"^(?:the )?(?:year )?| one$", "", thing)
    if YEAR.fullmatch(year):
        yield YEAR.sub(year, text) if YEAR.search(text) else f"{text} {lead[1] if lead else 'in'} {thing}"
        return
    owns, thing = thing != whole, match_name_case(thing, last)
    places = sorted(_places(text, thing, last), key=lambda at: _likeness(text, at, thing, owns=owns), reverse=True)
    if lead:
        after = [at for at in places if text[: at[0]].lower().endswith(f" {lead[1].lower()} ")]
        if not after:
            yield f"{text} {lead[1].lower()} {thing}"
        places = after or places
    yield from (text[:start] + thing + text[end:] for start, end in places[:2])


def _places(text: str, thing: str, last: Turn) -> Iterator[tuple[int, int]]:
    """Where in the last question another thing can stand: its names, or its things where one side has no name."""
    found, own = list(name_spans(text)), question_entities(last)
    if not found or not any(name_spans(thing)):
        found = [(at, at + len(one)) for one in own if (at := text.find(one)) >= 0]
    for start, end in found:
        word = thing.split()[-1] if thing.split() else "?"
        tail = re.match(rf" {re.escape(word)}\b", text[end:], re.IGNORECASE)  # "the Yuan [dynasty]", "the Ming dynasty"
        article = re.search(r"\b(?:the|an?) $", text[:start], re.IGNORECASE)
        complete = (
            is_plural(text[start:end])
            or text[end : end + 2].strip()[:1] in ("", "'", "’")
            or (any(one.endswith(text[start:end]) for one in own))
        )
        has_article = re.match(r"(?:the|an?) ", thing, re.IGNORECASE) is not None
        if article and (has_article or (is_name(thing) and (tail or complete))):
            start = article.start()
        yield start, end + (tail.end() if tail else 0)


def _likeness(text: str, place: tuple[int, int], thing: str, *, owns: bool) -> tuple[int, ...]:
    here = text[slice(*place)]
    same = (
        owns == (text[place[1] : place[1] + 2] in ("'s", "’s")),
        here.lower().startswith("the ") == thing.lower().startswith("the "),
        is_plural(here) == is_plural(thing),
        here.isupper() == thing.isupper(),
    )
    return (len(set(tokenize(here)) & set(tokenize(thing)) - STOP_WORDS), *same, place[0])


def _bare(thing: str) -> str:
    return re.sub(rf"^{DETERMINER} ", "", thing, flags=re.IGNORECASE)


def _be(thing: str) -> str:
    return "are" if is_plural(thing) else "is"
