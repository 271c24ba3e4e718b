"""Pronoun resolution: a question with what "it", "its", "there", "that year" or "the battle" stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.conversation._antecedents import all_entities, find_antecedents, is_name, name_spans
from index.conversation._grammar import AUXILIARY, PAST_VERB, PREPOSITION, YEAR, is_clause, is_plural
from index.domain.activity import Turn
from index.text.tokens import STOP_WORDS, content_stems, stem, tokenize

__all__ = ["PRONOUN", "needs_antecedent", "resolve_definites", "resolve_pronouns", "resolve_there"]

PRONOUN = re.compile(
    r"(?<![\w'’-])(?:(?P<owner>(?:its|their|his)(?![\w'’-])|her(?= [a-z]))|"
    r"(?P<thing>it|they|them|he|him|she|her)(?![\w'’-])|"
    r"(?P<pointing>this|that|these|those|the same) (?P<noun>[a-z]+)\b(?!-))",
    re.IGNORECASE,
)
POINTING = re.compile(
    rf"(?:^|\b(?:{AUXILIARY}|{PREPOSITION}|of|like) )(?P<thing>this|that|these|those)"
    rf"(?= (?:{AUXILIARY}|mean|happen|differ|work|"
    r"cost|compare|come|more|less|better|worse|[a-z]+er than|still|also|not|an?|the|enough)\b|$)",
    re.IGNORECASE,
)
EMPTY_IT = re.compile(
    r"\bit (?:take|takes|took)\b.* to\b|\b(?:is|was) it (?!able|going|due|used|ready|\w+ed\b)[a-z]+ (?:to|that)\b|"
    r"\b(?:is|was) it (?:true|possible|safe|legal|known|correct|important|necessary|likely|that|who)\b|"
    r"\bwhat time is it\b|\bit (?:is|was) (?:true|said|known|possible)\b|\bhow far is it\b|"
    r"\bdoes it (?:mean (?:when|if|that|to|for .* to)|cost to)\b",
    re.IGNORECASE,
)
"""Forms in which "it" stands for nothing."""
LATER = re.compile(
    r" (?:when|whether|before|after|until|while|because|if|that|where|although|and|or|but|who|which)\b", re.IGNORECASE
)
MANY = frozenset(["they", "them", "their", "these", "those"])
PEOPLE = frozenset(["he", "she", "him", "his", "her"])
BEFORE_THAT = re.compile(rf"\b(?:{AUXILIARY}|{PREPOSITION}|of|like) $", re.IGNORECASE)
MOST_TOPICS = 3
"""Topic words of a question that says little by itself."""
CLASS_WORDS = """
    model company organisation organization event person man woman city country region war battle conflict crisis
    dynasty empire kingdom state party group team institution product device system network version book film law act
    treaty agreement article project building river island people models companies events
"""
CLASSES = frozenset(CLASS_WORDS.split())
"""Nouns that may stand for a named entity after "the"."""
ANY_WORDS = """
    thing things one ones place places concept idea method practice policy process technology technique topic work
    number figure value term word name company series family version feature features group kind type
"""
ANYTHING = frozenset(ANY_WORDS.split())
"""Nouns that may stand for any entity after "this"."""


def resolve_pronouns(text: str, turns: Sequence[Turn]) -> Iterator[str]:
    """Yield the text with its first pronoun without an antecedent of its own replaced, at most two ways."""
    if EMPTY_IT.search(text):
        return
    for match in sorted([*POINTING.finditer(text), *PRONOUN.finditer(text)], key=_start):
        groups = match.groupdict()
        if groups.get("pointing"):
            replaced = list(_replace_pointing(text, match, turns))
        else:
            replaced = list(_replace_pronoun(text, match, turns, owner=bool(groups.get("owner"))))
        if replaced:
            yield from replaced
            return


def resolve_there(text: str, turns: Sequence[Turn]) -> Iterator[str]:
    """Yield the text with the place that "there" at its end stands for: "Who will speak there?"."""
    match = re.fullmatch(r"(.+?)(?<! is)(?<! are)(?<! was)(?<! were) there", text, re.IGNORECASE)
    if match and not any(name_spans(text)):
        for entity in find_antecedents("it", turns)[:1]:
            preposition = re.search(rf"\b(at|in|on) (?:the )?{re.escape(entity)}", " ".join(turns[-1].evidence)[:1_000])
            yield f"{match[1]} {preposition[1] if preposition else 'in'} {entity}"


def resolve_definites(text: str, turns: Sequence[Turn]) -> Iterator[str]:
    """Yield the text with "the model" or the like replaced by its antecedent, if the text names nothing itself."""
    if any(name_spans(text)) or not is_clause(text):
        return
    for match in re.finditer(r"\bthe ([a-z]+)(?= [a-z]+\b|$)(?! of\b)", text, re.IGNORECASE):
        noun = match[1].lower()
        named = [
            entity
            for entity in all_entities(turns[-1:])
            if stem(noun) in content_stems(entity) and len(content_stems(entity)) > 1
        ]
        is_mentioned = noun in CLASSES and any(noun in tokenize(quotation) for quotation in turns[-1].evidence[:1])
        kind = "they" if is_plural(noun) else "it"
        entities = named or (find_antecedents(kind, turns[-1:]) if is_mentioned else [])
        for entity in entities[:1]:
            yield text[: match.start()] + entity + text[match.end() :]
            return


def _start(match: re.Match[str]) -> int:
    return match.start("thing") if match["thing"] else match.start()


def _replace_pronoun(text: str, match: re.Match[str], turns: Sequence[Turn], *, owner: bool) -> Iterator[str]:
    """Yield the text with a pronoun replaced; nothing if its antecedent stands before it."""
    start, end = match.span() if owner else match.span("thing")
    if _has_own_antecedent(text[:start], owner=owner):
        return
    word = text[start:end].lower()
    kind = "they" if word in MANY else "he" if word in PEOPLE else "it"
    entities = find_antecedents(kind, turns)
    if word in ("this", "that"):  # rather the whole of what was asked for than the thing that has it
        entities.sort(key=lambda entity: " of " not in entity and "'s " not in entity)
    for entity in entities[:2]:
        replacement = f"{entity}{chr(39) if entity.endswith('s') else chr(39) + 's'}" if owner else entity
        others = [other for other in entities if other != entity and not is_name(other)] if kind == "he" else []
        it = re.search(r"\bit\b(?!['’])", text[end:]) if others else None
        rest = text[end:][: it.start()] + others[0] + text[end:][it.end() :] if it else text[end:]
        yield text[:start] + replacement + rest


def _has_own_antecedent(before: str, *, owner: bool) -> bool:
    has_name = any(name_spans(before))
    if owner:
        return (
            has_name
            or re.search(r"\b(?:do|does|did|has|have|had|can|will|would) (?:the|an?) ", before.lower()) is not None
        )
    return has_name and ("," in before or LATER.search(before) is not None)


def _replace_pointing(text: str, match: re.Match[str], turns: Sequence[Turn]) -> Iterator[str]:
    """Yield the text with "this model", "that year" or "the same company" replaced."""
    noun, before, after = match["noun"].lower(), text[: match.start()], text[match.end() :]
    if (
        noun in STOP_WORDS
        or re.fullmatch(PAST_VERB, noun)
        or any(name_spans(before))
        or not _is_pointing(match, before, after)
    ):
        return
    if noun == "year":
        texts = [text for turn in reversed(turns) for text in (turn.question, *turn.evidence)]
        years = [match.group() for text in texts for match in YEAR.finditer(text)]
        preposition = "" if re.search(rf"\b{PREPOSITION} $", before, re.IGNORECASE) else "in "
        yield from (before + preposition + year + after for year in years[:1])
        return
    named = [entity for entity in all_entities(turns) if stem(noun) in content_stems(entity)]
    others = find_antecedents("they" if is_plural(noun) else "it", turns) if noun in CLASSES | ANYTHING else []
    for entity in [*named, *others][:2]:
        yield before + entity + after


def _is_pointing(match: re.Match[str], before: str, after: str) -> bool:
    """Return whether "that model" points back: not "wrote that imperialism is", "for those responsible"."""
    noun, determiner = match["noun"], match["pointing"].lower()
    if determiner in ("these", "those"):
        return is_plural(noun)
    if determiner != "that" or not before or BEFORE_THAT.search(before):
        return noun[0].islower()
    return noun in CLASSES | {"year"} and re.match(rf"$| {PREPOSITION}\b", after, re.IGNORECASE) is not None


def needs_antecedent(text: str) -> bool:
    """Return whether a question with a pronoun says too little without the antecedent.

    The pronoun is what is asked about, as in "does it run on an H100?", or there is little else.
    """
    match = min([*POINTING.finditer(text), *PRONOUN.finditer(text)], key=_start, default=None)
    if match is None:
        return True
    noun = match.groupdict().get("noun")
    if noun:
        return noun.lower() in CLASSES | {"year"}
    before = text[: _start(match)]
    if any(name_spans(before)) or "," in before or LATER.search(before):
        return False
    asked_about = re.search(rf"(?:^|\b{AUXILIARY}(?:n['’]t)? )$", before, re.IGNORECASE) is not None
    few = len(content_stems(before)) <= 1 and len(content_stems(text)) <= MOST_TOPICS and not any(name_spans(text))
    return few or (asked_about and len(content_stems(before)) <= MOST_TOPICS)
