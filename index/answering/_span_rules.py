"""Rules that find the words of a sentence that answer a question, by the kind of answer.

Each rule returns characters of the sentence only if they are clear: of several candidates, the one that the question's
own words stand nearest to.
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


def _agent(context: SpanContext) -> CharSpan | None:
    """Who did it: the name before the question's verb, or after the verb and "by"."""
    match = re.search(r"\bwho\b(.*)", context.question.normalized)
    if not match or AUXILIARY.match(match[1]):
        return None
    verb = content_stems(match[1])[:1]
    spans = []
    for name in context.names:
        after = re.match(r"(?:\s+[a-z]+){1,3}", context.text[name.end :])
        by = re.search(r"((?:[a-z]+ ){1,3})by (?:the |an? )?(?:[a-z]+ ){0,2}$", context.text[: name.start])
        near = [*(after.group().split() if after else ()), *(by[1].split() if by else ())]
        if any([stem(word)] == verb for word in near):
            spans.append((name.start, name.end))
    return context.nearest(spans)


def _noun_names(context: SpanContext) -> list[NameSpan]:
    """Names that are no adjectives before a noun: not "French" in "the French army"."""

    def is_adjective(name: NameSpan) -> bool:
        after = re.match(r"\s+([a-z]+)", context.text[name.end :])
        return bool(ADJECTIVE.search(context.text[name.start : name.end]) and after and after[1] not in STOP_WORDS)

    return [name for name in context.names if not is_adjective(name)]


def _located(context: SpanContext) -> CharSpan | None:
    """Where: the name after a word of the question and a preposition of place."""
    spans = []
    for name in _noun_names(context):
        before = re.search(
            r"(\w+)\s+(?:in|at|to|near|into|on|from|throughout)\s+(?:the\s+)?$", context.text[: name.start]
        )
        if before and stem(before[1].lower()) in context.question_stems:
            spans.append((name.start, name.end))
    return single(spans)


def _whole_name(context: SpanContext) -> CharSpan | None:
    """Who, where: the name that is all of the text, as in a table's cell or a field."""
    length = len(context.text.strip(" .\"'|*-"))
    return single([(name.start, name.end) for name in context.names[:1] if name.end - name.start >= length])


def _named(context: SpanContext) -> CharSpan | None:
    """Find the name after "called", for what something is called."""
    if not CALLED.search(context.question.normalized):
        return None
    return single([(name.start, name.end) for name in context.names if NAMING.search(context.text[: name.start])])


def _beside_noun(context: SpanContext) -> CharSpan | None:
    """Which X: the name beside X."""
    match = re.search(r"\b(?:which|what) ([a-z]+(?: [a-z]+)?)\b", context.question.normalized)
    wanted = content_stems(match[1]) if match else []
    spans = []
    for name in _noun_names(context):
        before = re.search(
            r"([a-z-]+),? (?:(?:such as|like|including|named|called|of|known as) )?(?:the )?$",
            context.text[: name.start],
        )
        after = re.match(r" ([a-z]+)", context.text[name.end :])
        beside = any(near and stem(near[1]) in wanted for near in (before, after))
        if beside and not MORE.match(context.text, name.end):
            spans.append((name.start, name.end))
    return single(spans)


def _name_list(context: SpanContext) -> CharSpan | None:
    """Which Xs: the only list of names in the sentence, if it is complete."""
    match = re.search(r"\b(?:which|what) ([a-z]+)(?: ([a-z]+))?", context.question.normalized)
    wanted = [word for word in match.groups() if word and word not in STOP_WORDS] if match else []
    if not any(re.search(r"[^su]s$", word) for word in wanted):
        return None
    names = _noun_names(context)
    is_complete = len(names) == 1 and len(names[0].parts) > 1 and not MORE.match(context.text, names[0].end)
    return (names[0].start, names[0].end) if is_complete else None


def _reason(context: SpanContext) -> CharSpan | None:
    """Why: what follows the only "because", to the end of its clause."""
    clauses = re.finditer(
        r"\b(?:because of|because|due to|as a result of|in order to|in response to)\s+([^,;.()]+)", context.text
    )
    return single([clause.span(1) for clause in clauses])


Rule = Callable[[SpanContext], CharSpan | None]
RULES: dict[str, tuple[Rule, ...]] = {
    "number": (find_count, find_attribute, find_amount),
    "time": (find_date,),
    "person": (_agent, _whole_name),
    "place": (_located, _whole_name),
    "reason": (_reason,),
    "thing": (find_attribute, find_count, _named, _beside_noun, _name_list),
}
"""The rules for each `QuestionAnalysis.leading_kind`, the surest first."""
