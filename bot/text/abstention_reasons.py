"""Why there is no answer, and what the index says between quotations, in the language that is spoken.

The index speaks English. In another language a reason is made anew from what the answer tells in nouns; of a text that
holds quotations, what the index says itself is said anew. Pure; plain text, not escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.text.answer_wording import ABSTENTION
from bot.text.escape import fold
from bot.text.i18n import current_language, gettext

if TYPE_CHECKING:
    from index import Answer

__all__ = ["abstention_reason", "answer_text"]

MISSING, NO_QUESTION, OTHER_LANGUAGE = "missing", "no question", "language"
"""Why there is no answer, as `index.domain.answers` names it; annotations alone come from there."""

MOST_TITLES = 2
LONGEST_TITLE = 80
"""Characters of a title, which the index keeps to as well."""

ENGLISH_ONLY = "I read English only"
"""How the index begins when the model reads nothing but English."""

DISAGREE = re.compile(r"The sources disagree: (?P<values>.+)\.", re.DOTALL)
NOT_OF = re.compile(r"The sources don't say it of (?P<part>[^“”]+?)\.(?=\s|$)")
NOT_SAID = re.compile(r"The sources don't say: ")


def abstention_reason(found: Answer) -> str:
    """Why an answer abstains."""
    text = found.text if fold(found.text) else gettext(ABSTENTION)
    if current_language().code == "en":
        return text
    if found.why == MISSING and found.missing:
        words = [gettext("“{words}”", words=fold(one)) for one in found.missing]
        return gettext("The sources say nothing about {missing:or} that answers this.", missing=words)
    if found.why == NO_QUESTION:
        return _aside(citation.title for citation in found.citations)
    if found.why == OTHER_LANGUAGE:
        return gettext("I read English only: please ask in English.") if text.startswith(ENGLISH_ONLY) else text
    return text if found.why else gettext(ABSTENTION)


def answer_text(found: Answer) -> str:
    """The text of an answer: quotations stay as they are."""
    if current_language().code == "en":
        return found.text
    if found.conflict and (match := DISAGREE.fullmatch(found.text)):
        return gettext("The sources disagree: {values}.", values=match["values"])
    text = NOT_OF.sub(lambda at: gettext("The sources don't say it of {part}.", part=at["part"]), found.text)
    return NOT_SAID.sub(lambda _: gettext("The sources don't say: {part}", part=""), text)


def _aside(titles: Iterable[str]) -> str:
    """That nothing was asked of the sources, and what could be."""
    named = list(dict.fromkeys(fold(title)[:LONGEST_TITLE].strip() for title in titles))
    if asked := [title for title in named if title][:MOST_TITLES]:
        return gettext("That is not a question about the sources I have: ask me about {titles:or}.", titles=asked)
    return gettext("That is not a question about the sources I have.")
