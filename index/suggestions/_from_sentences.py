"""Questions that a sentence or a table row answers. English by rules: few questions rather than silly ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from index.suggestions._clauses import Clause, find_leading_name, find_name_at, starts_with_date
from index.suggestions._quantities import find_dates, find_numbers
from index.suggestions._verbs import BASE_OF_PAST

__all__ = ["questions_from_row", "questions_from_sentence"]

TRANSITIVE_VERBS = """
    conquered invaded captured defeated signed founded established created built wrote published released
    launched introduced invented discovered designed developed led joined left married acquired bought opened
    won proposed painted composed directed occupied annexed abolished adopted ratified revoked besieged visited
    attacked
"""
"""Past-tense verbs with a named object."""

INTRANSITIVE_VERBS = "began ended died fell opened started"
"""Past-tense verbs without an object."""

PASSIVE_VERBS = """
    founded established created built completed opened closed born published released launched introduced invented
    discovered signed held fought elected appointed crowned killed executed assassinated destroyed captured conquered
    invaded formed adopted ratified abolished dissolved designed written composed printed sold acquired renamed
    translated announced defeated revoked imposed lifted
"""
ANNOUNCING_VERBS = "announced released introduced unveiled launched"
AGENT_VERBS = (
    "founded established created built designed invented discovered painted composed directed conquered defeated"
)
PLACE_VERBS = "born founded established built signed held killed executed crowned formed printed"
MEASURES = """
    window score population area length height speed size price cost capacity weight budget rate range depth width
    distance elevation temperature limit resolution latency power revenue bandwidth diameter density altitude
"""
PERSONS = """
    king queen general duke emperor empress president minister scientist physicist chemist philosopher leader author
    writer poet painter composer actor actress singer politician historian engineer inventor mathematician bishop pope
    prince princess knight soldier people member members woman man explorer student son daughter wife husband brother
    sister governor commander theologian founder son-in-law
"""
THINGS = """
    agency album algorithm application battle benchmark book building city company conference country database dataset
    device engine event festival film framework game island language library method model network organisation
    organization platform product program programme project protocol river series service software song standard suite
    system team tool town treaty university version village war website
"""
PERSON = re.compile(r"\w+ist$")
PERSON_OR_THING = re.compile(r"\w+(?:er|or|ian)$")
"""A noun that may be a person or a thing: "ruler", "computer"."""

THING = re.compile(r"the |.*(?:\d|[A-Za-z][A-Z])")
"""A name that no person has: with an article, a figure, or capitals within."""

NAME = re.compile(r"[A-Z][\w.'’-]*(?: [A-Z0-9][\w.'’-]*){0,4}")
SHORT_NAME = re.compile(r".*\d\S*\s([A-Z][a-z]{3,})")
"""A name whose last word is also a name alone: Scout in LLaMA 4 Scout."""

LAWS_AND_WARS = re.compile(r"\b(?:Act|Bill|Charter|Constitution|Decree|Edict|Law|Order|Treaty|War)\b")
STATE_VERBS = "has had offers features provides supports comes reaches is was"
ADVERB = r"(?:(?:also|then|later|first|eventually|finally|soon|once|officially|originally|now)\s+)?"
PEOPLE = "users|people|developers|customers|visitors|readers|players|students|anyone|you"


def questions_from_sentence(clause: Clause) -> Iterator[str]:
    """Yield the questions that a clause answers."""
    for rule in RULES:
        yield from rule(clause)


def questions_from_row(header: Sequence[str], cells: Sequence[str]) -> Iterator[str]:
    """Yield how many of a column the name in the first cell has, or what its measure is."""
    if len(header) != len(cells) or not NAME.fullmatch(cells[0]):
        return
    for column, cell in zip(header[1:], cells[1:], strict=True):
        words = [word if re.search(r"\w[A-Z]", word) else word.lower() for word in column.split()]
        value = next(iter(find_numbers(cell)), None)
        if not words or not value or value.start or not re.fullmatch(r"[\w -]{3,40}", column):
            continue
        if words[-1] in MEASURES.split():
            yield f"What is the {' '.join(words)} of {cells[0]}?"
        elif re.search("[^us]s$", words[-1]) and value.end == len(cell):
            yield f"How many {' '.join(words)} does {cells[0]} have?"


def _passive(clause: Clause) -> Iterator[str]:
    """Ask when it was founded, who founded it, where it was signed."""
    match = re.match(rf"(was|were)\s+{ADVERB}(\w+)\b\s*", clause.predicate)
    if not match or match[2] not in PASSIVE_VERBS.split():
        return
    passive = f"{match[1]} {clause.subject} {match[2]}"
    after = clause.predicate[match.end() :]
    if clause.date or starts_with_date(after):
        yield f"When {passive}?"
    agent = find_leading_name(after[3:]) if after.startswith("by ") and match[2] in AGENT_VERBS.split() else ""
    if agent and not LAWS_AND_WARS.search(agent):
        yield f"Who {match[2]} {clause.subject}?"
    if match[2] in PLACE_VERBS.split() and after.startswith(("in ", "at ")) and find_leading_name(after[3:]):
        yield f"Where {passive}?"


def _active(clause: Clause) -> Iterator[str]:
    """Ask when someone did something to something named and who did; when it began."""
    match = re.match(rf"{ADVERB}(\w+)\s*", clause.predicate)
    if not match:
        return
    after = clause.predicate[match.end() :]
    if match[1] in INTRANSITIVE_VERBS.split() and (
        starts_with_date(after) or (clause.date and re.match(r"[.,;]", after))
    ):
        yield f"When did {clause.subject} {BASE_OF_PAST[match[1]]}?"
    thing = find_leading_name(after) if match[1] in TRANSITIVE_VERBS.split() else ""
    following = after[len(thing) :].lstrip()
    if thing and (clause.date or starts_with_date(following)):
        yield f"When did {clause.subject} {BASE_OF_PAST[match[1]]} {thing}?"
        if clause.names_subject and not clause.is_list:
            yield f"Who {match[1]} {thing}?"


def _counts(clause: Clause) -> Iterator[str]:
    """Ask how many of something it has."""
    text = clause.apposition if re.search(r"\bwith\b", clause.apposition) else clause.predicate
    match = re.match(r"(has|have|had|is equipped with|are equipped with|.*?\bwith)\s+", text)
    if not match or (text is clause.predicate and "with" in match[1] and "equipped" not in match[1]):
        return
    auxiliary = "did" if not clause.is_present else "do" if clause.is_list else "does"
    expected = match.end()
    for number in find_numbers(text):
        counted = text[number.end : number.unit_end].strip(" -")
        if number.start != expected or number.kind != "number" or not re.search(r"[a-z]{4}$|men$", counted):
            continue
        yield f"How many {counted} {auxiliary} {clause.subject} have?"
        link = re.match(r"(?:,\s+|,?\s+and\s+)", text[number.unit_end :])
        expected = number.unit_end + (link.end() if link else 0)


def _measures(clause: Clause) -> Iterator[str]:
    """Ask what its context window is, if one number says it."""
    first = re.match(rf"{ADVERB}([a-z]+)", clause.predicate)
    if clause.is_list or not first or (clause.names_subject and first[1] not in STATE_VERBS.split()):
        return
    for number in find_numbers(clause.text):
        match = re.search(r"\b(?:an?|the|its)\s+((?:[\w-]+\s+){0,3}?)([a-z]+)\s+of\s+$", clause.text[: number.start])
        if match and match[2] in MEASURES.split():
            qualifier = [word for word in match[1].split() if "-" not in word][-1:]
            short = SHORT_NAME.fullmatch(clause.subject)
            for name in (clause.subject, short[1]) if short else (clause.subject,):
                yield f"What is the {' '.join([*qualifier, match[2]])} of {name}?"


def _identity(clause: Clause) -> Iterator[str]:
    """Ask what it is or who someone is."""
    match = re.match(r"(is|are|was|were)\s+((?:an?|the|one of|members)\s.*)", clause.predicate)
    text = match[2] if match else clause.apposition
    verb = match[1] if match else "is" if clause.is_present else "was"
    kind, *further = re.split(r"[,;:.]|\s\b(with|that|which|who|whose|of|in|for|to|from)\b", text)
    head = kind.split()[-1:] or [""]
    if not clause.names_subject or not text or clause.is_list != (verb in ("are", "were")):
        return
    thing = THING.match(clause.subject)
    if not thing and (head[0] in PERSONS.split() or PERSON.match(head[0]) or further[:1] == ["who"]):
        yield f"Who {verb} {clause.subject}?"
    elif head[0] in THINGS.split() or (
        thing and not PERSON_OR_THING.match(head[0]) and not re.search("[^us]s$", clause.subject)
    ):
        yield f"What {verb} {clause.subject}?"


def _announcement(clause: Clause) -> Iterator[str]:
    """Ask what someone announced."""
    match = re.match(r"(has|have)?\s*(\w+)\s+(?:the|its|an?)\s", clause.predicate)
    if clause.names_subject and match and match[2] in ANNOUNCING_VERBS.split():
        yield (
            f"What {match[1]} {clause.subject} {match[2]}?"
            if match[1]
            else f"What did {clause.subject} {BASE_OF_PAST[match[2]]}?"
        )


def _comparison(clause: Clause) -> Iterator[str]:
    """Ask what it outperforms, if that is named."""
    match = re.search(
        r"(?:, |\bit )(outperform|surpass|exceed)ing (?:the )?(?:[a-z]+ ){0,3}?(?:such as |like |including )?(?=[A-Z])",
        clause.text,
    )
    if match and clause.subject and not clause.is_list and find_name_at(clause.text, match.end()):
        yield f"What does {clause.subject} {match[1]}?"


def _place_or_means(clause: Clause) -> Iterator[str]:
    """Ask where it is available or located; where or how people can do something with something named."""
    match = re.match(
        r"(is|are|was|were)\s+((?:available|located|situated|based)(?: for [a-z]+)?)\s+(?:in|on|at|from)\s+",
        clause.predicate,
    )
    if match and find_leading_name(clause.predicate[match.end() :]):
        yield f"Where {match[1]} {clause.subject} {match[2]}?"
    match = re.search(rf"\b({PEOPLE}) can ([a-z]+) ", clause.text, re.IGNORECASE)
    thing = find_leading_name(clause.text[match.end() :]) if match else ""
    if match and thing:
        link = re.match(r"\s+(through|via|on|in|at|from)\s", clause.text[match.end() + len(thing) :])
        how = {"through": "How", "via": "How"}.get(link[1], "Where") if link else ""
        if how:
            yield f"{how} can {match[1].lower()} {match[2]} {thing}?"


def _event(clause: Clause) -> Iterator[str]:
    """Ask when an event is that people are invited to, or that takes place."""
    match = re.match(r"(?:(?:Join|Meet|See|Register)\b[^,.]*?\s(?:at|for)|Attend|Visit)\s+", clause.text)
    event = find_leading_name(clause.text[match.end() :]) if match else ""
    if match and event and starts_with_date(clause.text[match.end() + len(event) :].lstrip()):
        yield f"When is {event}?"
    match = re.match(r"(?:takes place|will take place|will be held|is scheduled)\b", clause.predicate)
    if match and any(True for _ in find_dates(clause.predicate)):
        yield f"When is {clause.subject}?"


Rule = Callable[[Clause], Iterator[str]]
RULES: tuple[Rule, ...] = (
    _counts,
    _measures,
    _passive,
    _active,
    _identity,
    _announcement,
    _comparison,
    _place_or_means,
    _event,
)
