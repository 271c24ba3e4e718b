"""Which questions a heading promises to answer. English, by rules: rather few questions than silly ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.suggestions._clauses import find_name_at
from index.suggestions._from_sentences import MEASURES, THING
from index.text.grammar import AUXILIARIES, QUESTION_WORDS, alternatives
from index.text.verbs import BASE_OF_GERUND

__all__ = ["questions_from_heading"]

BETWEEN = " > "
"""Between the headings that lead to a section."""

NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*[.):]|\d+(?:\.\d+)+|[A-Za-z][.)]|Q\d*[:.])\s+")
TAGLINE = re.compile(r":\s|\s[–—-]\s|\s\(")
"""What follows only adorns: "Scout: a glimpse into the future"."""

ASKS = re.compile(
    rf"(?:{alternatives(*QUESTION_WORDS, without=['whom', 'whose'])}\b.*?\b{alternatives(*AUXILIARIES)}|"
    rf"{alternatives(*AUXILIARIES, without=['would', 'had'])})\b.+\?",
    re.IGNORECASE,
)
TO_DO = re.compile(r"(how|where|when) to ([a-z]+(?: [^\s?]+)+)\??", re.IGNORECASE)
MAY = {"how": "How do I", "where": "Where can I", "when": "When should I"}

WHICH = re.compile(r"(?:the|a|an|your)\s", re.IGNORECASE)
WHERE = re.compile(r"(?= (?:with|on|in|from|for|to|by|via|as) )")
ASPECTS = """
    advantage aim architecture author benefit capability cause component consequence definition disadvantage drawback
    effect feature founder function goal impact importance inventor licence license limitation meaning member origin
    prerequisite principle purpose reason requirement result role structure
"""
"""What something has, and one may ask for."""


def questions_from_heading(path: str, title: str, text: str) -> Iterator[str]:
    """The questions that a section should answer, by the headings that lead to it, "Models > Scout".

    What the document with this title and text nowhere writes as a name is none: headings write nearly all words large.
    """
    above, _, last = path.rpartition(BETWEEN)
    heading = NUMBERED.sub("", last.strip(), count=1)
    if ASKS.fullmatch(heading):
        yield f"{heading[0].upper()}{heading[1:]}"
        return
    head = TAGLINE.split(heading)[0].strip(' .!"“”')
    if match := TO_DO.fullmatch(head):
        verb, _, rest = match[2].partition(" ")
        yield f"{MAY[match[1].lower()]} {verb.lower()} {_small(rest, text)}?"
    doing, _, what = head.partition(" ")
    if doing.lower() in BASE_OF_GERUND and WHICH.match(what):
        yield f"How do I {BASE_OF_GERUND[doing.lower()]} {_small(what, text)}?"
    elif doing.lower() in BASE_OF_GERUND and (known := _name(WHERE.split(what)[0], text)):
        yield f"How do I {BASE_OF_GERUND[doing.lower()]} {known}{what[len(WHERE.split(what)[0]) :]}?"
    name = _name(head, text)
    if name and THING.match(name):
        past = re.search(rf"{re.escape(head)} (?:was|were)\b", text) and not re.search(rf"{re.escape(head)} is\b", text)
        yield f"What {'was' if past else 'is'} {name}?"
    aspect, _, owner = head.partition(" of ")
    owner = owner or next((at for at in (*reversed(above.split(BETWEEN)), title) if _name(_bare(at), text)), "")
    if (known := _name(_bare(owner), text)) and (asked := _aspect(aspect)):
        yield f"What {asked} of {known}?"


def _small(words: str, text: str) -> str:
    """The words, articles in small letters, and those that the text has so too."""
    small = re.findall(r"(?<!\w)[a-z][\w'’-]*", text)
    known = {"the", "a", "an", "your", *small}
    return " ".join(at.lower() if at.lower() in known else at for at in words.split())


def _bare(heading: str) -> str:
    """A heading without its number, its tagline and an article before it."""
    head = TAGLINE.split(NUMBERED.sub("", heading.strip(), count=1))[0].strip(' .!"“”')
    return re.sub(r"^(?:The|the) ", "", head)


def _name(words: str, text: str) -> str:
    """The words, with the article that the text gives them, if they are one name and stand in it as one; else empty."""
    found = find_name_at(f"of {words}", 3) if words else None
    lower = rf"(?<!\w){re.escape(words[:1].lower() + words[1:])}(?!\w)"
    if found is None or found.end != len(words) + 3 or len(found.parts) > 1 or (len(words) > 5 and words.isupper()):
        titled = re.fullmatch(r"\d{4} [a-z ]{3,40}", words)  # "1973 oil crisis", with which a name may begin
        if not titled:
            return ""
    elif not words[0].isdigit() and re.search(lower, text):
        return ""
    within = re.findall(rf"(\b[Tt]he\s+)?(?<!\w){re.escape(words)}(?=['’.,;:!?)]|\s+[a-z])", text)
    if not within:
        return ""
    return f"the {words}" if sum(map(bool, within)) >= len(within) / 2 else words


def _aspect(words: str) -> str:
    """The verb, and what is asked for, as it stands within a question: "are the main features"; else empty."""
    *more, noun = re.sub(r"^(?:The|the) ", "", words).split() or [""]
    one = re.sub("ies$", "y", noun.lower()) if noun.lower().endswith("ies") else noun.lower().removesuffix("s")
    known = {*ASPECTS.split(), *MEASURES.split()}
    if len(more) > 2 or not {one, noun.lower()} & known or not all(re.fullmatch(r"[\w-]+", at) for at in more):
        return ""
    many = noun.lower() not in known
    said = [at if re.search(r"\w[A-Z]|\d", at) else at.lower() for at in [*more, noun]]
    return f"{'are' if many else 'is'} the {' '.join(said)}"
