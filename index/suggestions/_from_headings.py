"""Questions that a heading suggests its section answers. English by rules: few questions rather than silly ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.domain.documents import SEPARATOR
from index.suggestions._clauses import find_name_at
from index.suggestions._from_sentences import MEASURES, THING
from index.suggestions._grammar import AUXILIARIES, QUESTION_WORDS, alternatives
from index.suggestions._verbs import BASE_OF_GERUND

__all__ = ["questions_from_heading"]

NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*[.):]|\d+(?:\.\d+)+|[A-Za-z][.)]|Q\d*[:.])\s+")
TAGLINE = re.compile(r":\s|\s[–—-]\s|\s\(")
"""Separates a heading from its tagline: "Scout: a glimpse into the future"."""

QUESTION = re.compile(
    rf"(?:{alternatives(*QUESTION_WORDS, without=['whom', 'whose'])}\b.*?\b{alternatives(*AUXILIARIES)}|"
    rf"{alternatives(*AUXILIARIES, without=['would', 'had'])})\b.+\?",
    re.IGNORECASE,
)
HOW_TO = re.compile(r"(how|where|when) to ([a-z]+(?: [^\s?]+)+)\??", re.IGNORECASE)
HOW_TO_OPENERS = {"how": "How do I", "where": "Where can I", "when": "When should I"}

DETERMINER = re.compile(r"(?:the|a|an|your)\s", re.IGNORECASE)
BEFORE_PREPOSITION = re.compile(r"(?= (?:with|on|in|from|for|to|by|via|as) )")
ASPECTS = """
    advantage aim architecture author benefit capability cause component consequence definition disadvantage drawback
    effect feature founder function goal impact importance inventor licence license limitation meaning member origin
    prerequisite principle purpose reason requirement result role structure
"""
"""Nouns for aspects of a thing that people ask for."""


def questions_from_heading(path: str, title: str, text: str) -> Iterator[str]:
    """Yield the questions that a section should answer by the headings that lead to it, "Models > Scout".

    Only words that the document's text writes as a name count as one: headings capitalise nearly all words.
    """
    above, _, last = path.rpartition(SEPARATOR)
    heading = NUMBERED.sub("", last.strip(), count=1)
    if QUESTION.fullmatch(heading):
        yield f"{heading[0].upper()}{heading[1:]}"
        return
    head = TAGLINE.split(heading)[0].strip(' .!"“”')
    if match := HOW_TO.fullmatch(head):
        verb, _, rest = match[2].partition(" ")
        yield f"{HOW_TO_OPENERS[match[1].lower()]} {verb.lower()} {_lowercase(rest, text)}?"
    gerund, _, object_ = head.partition(" ")
    if gerund.lower() in BASE_OF_GERUND and DETERMINER.match(object_):
        yield f"How do I {BASE_OF_GERUND[gerund.lower()]} {_lowercase(object_, text)}?"
    elif gerund.lower() in BASE_OF_GERUND and (name := _as_name(BEFORE_PREPOSITION.split(object_)[0], text)):
        yield f"How do I {BASE_OF_GERUND[gerund.lower()]} {name}{object_[len(BEFORE_PREPOSITION.split(object_)[0]) :]}?"
    name = _as_name(head, text)
    if name and THING.match(name):
        past = re.search(rf"{re.escape(head)} (?:was|were)\b", text) and not re.search(rf"{re.escape(head)} is\b", text)
        yield f"What {'was' if past else 'is'} {name}?"
    aspect, _, owner = head.partition(" of ")
    owner = owner or next(
        (
            candidate
            for candidate in (*reversed(above.split(SEPARATOR)), title)
            if _as_name(_strip_heading(candidate), text)
        ),
        "",
    )
    if (name := _as_name(_strip_heading(owner), text)) and (question := _aspect(aspect)):
        yield f"What {question} of {name}?"


def _lowercase(words: str, text: str) -> str:
    """Return the words with articles, and words that the text has in lower case, in lower case."""
    small_words = re.findall(r"(?<!\w)[a-z][\w'’-]*", text)
    lower = {"the", "a", "an", "your", *small_words}
    return " ".join(word.lower() if word.lower() in lower else word for word in words.split())


def _strip_heading(heading: str) -> str:
    """Return a heading without its number, its tagline and its article."""
    head = TAGLINE.split(NUMBERED.sub("", heading.strip(), count=1))[0].strip(' .!"“”')
    return re.sub(r"^(?:The|the) ", "", head)


def _as_name(words: str, text: str) -> str:
    """Return the words with the article that the text gives them if they are one name in it; else empty."""
    name = find_name_at(f"of {words}", 3) if words else None
    lower = rf"(?<!\w){re.escape(words[:1].lower() + words[1:])}(?!\w)"
    if name is None or name.end != len(words) + 3 or len(name.parts) > 1 or (len(words) > 5 and words.isupper()):
        titled = re.fullmatch(r"\d{4} [a-z ]{3,40}", words)  # "1973 oil crisis", with which a name may begin
        if not titled:
            return ""
    elif not words[0].isdigit() and re.search(lower, text):
        return ""
    uses = re.findall(rf"(\b[Tt]he\s+)?(?<!\w){re.escape(words)}(?=['’.,;:!?)]|\s+[a-z])", text)
    if not uses:
        return ""
    return f"the {words}" if sum(map(bool, uses)) >= len(uses) / 2 else words


def _aspect(words: str) -> str:
    """Return the verb and the aspect as within a question, "are the main features"; empty if it is none."""
    *adjectives, noun = re.sub(r"^(?:The|the) ", "", words).split() or [""]
    singular = re.sub("ies$", "y", noun.lower()) if noun.lower().endswith("ies") else noun.lower().removesuffix("s")
    nouns = {*ASPECTS.split(), *MEASURES.split()}
    if (
        len(adjectives) > 2
        or not {singular, noun.lower()} & nouns
        or not all(re.fullmatch(r"[\w-]+", word) for word in adjectives)
    ):
        return ""
    is_plural = noun.lower() not in nouns
    words_asked = [word if re.search(r"\w[A-Z]|\d", word) else word.lower() for word in [*adjectives, noun]]
    return f"{'are' if is_plural else 'is'} the {' '.join(words_asked)}"
