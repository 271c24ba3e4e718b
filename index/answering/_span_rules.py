"""Where in a sentence the words stand that a question asks for, by the kind of thing it asks for.

Each rule gives a place only where that is plain: of several, the one that the question's own words stand by.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from index.answering._number_rules import find_amount, find_attribute, find_count, find_date
from index.answering._span_context import CharSpan, SpanContext, single
from index.text.grammar import AUXILIARIES, alternatives
from index.text.proper_nouns import NameSpan
from index.text.tokens import STOP_WORDS, content_stems, stem

__all__ = ["RULES"]

MORE = re.compile(r",?\s+(?:and|or|as well as)\b")
AUXILIARY = re.compile(rf"\s*{alternatives(*AUXILIARIES, without=['must'])}\b")
ADJECTIVE = re.compile(r"(ish|an|ese|ch|ic|man|eek|ist|ant)$")
CALLED = re.compile(r"\b(called|named|name (of|for)|known as|title of|titled|nickname\w*)\b")
NAMING = re.compile(r"\b(called|named|known as|titled|nicknamed|dubbed)\s+(the\s+)?[\"“'‘]?$")


def _agent(scene: SpanContext) -> CharSpan | None:
    """Who did it: the name before the question's verb, or after it and "by"."""
    match = re.search(r"\bwho\b(.*)", scene.asks)
    if not match or AUXILIARY.match(match[1]):
        return None
    verb = content_stems(match[1])[:1]
    found = []
    for at in scene.names:
        after = re.match(r"(?:\s+[a-z]+){1,3}", scene.text[at.end :])
        by = re.search(r"((?:[a-z]+ ){1,3})by (?:the |an? )?(?:[a-z]+ ){0,2}$", scene.text[: at.start])
        near = [*(after.group().split() if after else ()), *(by[1].split() if by else ())]
        if any([stem(word)] == verb for word in near):
            found.append((at.start, at.end))
    return scene.plainest(found)


def _nouns(scene: SpanContext) -> list[NameSpan]:
    def qualifies(at: NameSpan) -> bool:
        after = re.match(r"\s+([a-z]+)", scene.text[at.end :])
        return bool(ADJECTIVE.search(scene.text[at.start : at.end]) and after and after[1] not in STOP_WORDS)

    return [at for at in scene.names if not qualifies(at)]


def _bound(scene: SpanContext) -> CharSpan | None:
    """Where: the name after a word of the question and "in"."""
    found = []
    for at in _nouns(scene):
        before = re.search(r"(\w+)\s+(?:in|at|to|near|into|on|from|throughout)\s+(?:the\s+)?$", scene.text[: at.start])
        if before and stem(before[1].lower()) in scene.stems:
            found.append((at.start, at.end))
    return single(found)


def _bare(scene: SpanContext) -> CharSpan | None:
    """Who, where: the name that is all of the text, as in a table's cell or a field."""
    found = scene.names[:1]
    return single([(at.start, at.end) for at in found if at.end - at.start >= len(scene.text.strip(" .\"'|*-"))])


def _called(scene: SpanContext) -> CharSpan | None:
    """What is it called: the name after "called"."""
    if not CALLED.search(scene.asks):
        return None
    return single([(at.start, at.end) for at in scene.names if NAMING.search(scene.text[: at.start])])


def _beside(scene: SpanContext) -> CharSpan | None:
    """Which X: the name beside X."""
    match = re.search(r"\b(?:which|what) ([a-z]+(?: [a-z]+)?)\b", scene.asks)
    wanted = content_stems(match[1]) if match else []
    found = []
    for at in _nouns(scene):
        before = re.search(
            r"([a-z-]+),? (?:(?:such as|like|including|named|called|of|known as) )?(?:the )?$", scene.text[: at.start]
        )
        after = re.match(r" ([a-z]+)", scene.text[at.end :])
        beside = any(near and stem(near[1]) in wanted for near in (before, after))
        if beside and not MORE.match(scene.text, at.end):
            found.append((at.start, at.end))
    return single(found)


def _row(scene: SpanContext) -> CharSpan | None:
    """Which Xs: the only name or row of names, where it is a row and whole."""
    match = re.search(r"\b(?:which|what) ([a-z]+)(?: ([a-z]+))?", scene.asks)
    wanted = [word for word in match.groups() if word and word not in STOP_WORDS] if match else []
    if not any(re.search(r"[^su]s$", word) for word in wanted):
        return None
    rows = _nouns(scene)
    whole = len(rows) == 1 and len(rows[0].parts) > 1 and not MORE.match(scene.text, rows[0].end)
    return (rows[0].start, rows[0].end) if whole else None


def _reason(scene: SpanContext) -> CharSpan | None:
    """Why: what follows the only "because", to the end of its clause."""
    found = re.finditer(
        r"\b(?:because of|because|due to|as a result of|in order to|in response to)\s+([^,;.()]+)", scene.text
    )
    return single([at.span(1) for at in found])


Rule = Callable[[SpanContext], CharSpan | None]
RULES: dict[str, tuple[Rule, ...]] = {
    "number": (find_count, find_attribute, find_amount),
    "time": (find_date,),
    "person": (_agent, _bare),
    "place": (_bound, _bare),
    "reason": (_reason,),
    "thing": (find_attribute, find_count, _called, _beside, _row),
}
"""What is tried for each kind of question, the surest first."""
