"""Which questions a sentence or a table's row answers. English, by rules: rather few questions than silly ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from index.suggestions._clauses import Clause, find_leading_name, find_name_at, starts_with_date
from index.text.quantities import find_dates, find_numbers
from index.text.verbs import BASE_OF_PAST

__all__ = ["questions_from_row", "questions_from_sentence"]

TRANSITIVE = """
    conquered invaded captured defeated signed founded established created built wrote published released
    launched introduced invented discovered designed developed led joined left married acquired bought opened
    won proposed painted composed directed occupied annexed abolished adopted ratified revoked besieged visited
    attacked
"""
"""What someone did to something named."""

INTRANSITIVE = "began ended died fell opened started"
"""What happened to someone or something by itself."""

DONE = """
    founded established created built completed opened closed born published released launched introduced invented
    discovered signed held fought elected appointed crowned killed executed assassinated destroyed captured conquered
    invaded formed adopted ratified abolished dissolved designed written composed printed sold acquired renamed
    translated announced defeated revoked imposed lifted
"""
PRESENTED = "announced released introduced unveiled launched"
AGENT = "founded established created built designed invented discovered painted composed directed conquered defeated"
SOMEWHERE = "born founded established built signed held killed executed crowned formed printed"
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
EITHER = re.compile(r"\w+(?:er|or|ian)$")
"""May be a person or a thing: "ruler" and "computer"."""

THING = re.compile(r"the |.*(?:\d|[A-Za-z][A-Z])")
"""A name that no person has: with an article, a figure, or capitals within."""

NAME = re.compile(r"[A-Z][\w.'’-]*(?: [A-Z0-9][\w.'’-]*){0,4}")
SHORT = re.compile(r".*\d\S*\s([A-Z][a-z]{3,})")
"""A name that ends in a word of its own: Scout of LLaMA 4 Scout."""

PAPERS = re.compile(r"\b(?:Act|Bill|Charter|Constitution|Decree|Edict|Law|Order|Treaty|War)\b")
STATES = "has had offers features provides supports comes reaches is was"
ADVERB = r"(?:(?:also|then|later|first|eventually|finally|soon|once|officially|originally|now)\s+)?"
OTHERS = "users|people|developers|customers|visitors|readers|players|students|anyone|you"


def questions_from_sentence(at: Clause) -> Iterator[str]:
    """The questions that it answers."""
    for rule in RULES:
        yield from rule(at)


def questions_from_row(header: Sequence[str], cells: Sequence[str]) -> Iterator[str]:
    """How many of a column the name in the first cell has, or what its measure is."""
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


def _done(at: Clause) -> Iterator[str]:
    """When was it founded; who founded it; where was it signed."""
    match = re.match(rf"(was|were)\s+{ADVERB}(\w+)\b\s*", at.rest)
    if not match or match[2] not in DONE.split():
        return
    what = f"{match[1]} {at.subject} {match[2]}"
    after = at.rest[match.end() :]
    if at.day or starts_with_date(after):
        yield f"When {what}?"
    agent = find_leading_name(after[3:]) if after.startswith("by ") and match[2] in AGENT.split() else ""
    if agent and not PAPERS.search(agent):
        yield f"Who {match[2]} {at.subject}?"
    if match[2] in SOMEWHERE.split() and after.startswith(("in ", "at ")) and find_leading_name(after[3:]):
        yield f"Where {what}?"


def _did(at: Clause) -> Iterator[str]:
    """When did someone do something to something named, and who did; when did it begin."""
    match = re.match(rf"{ADVERB}(\w+)\s*", at.rest)
    if not match:
        return
    after = at.rest[match.end() :]
    if match[1] in INTRANSITIVE.split() and (starts_with_date(after) or (at.day and re.match(r"[.,;]", after))):
        yield f"When did {at.subject} {BASE_OF_PAST[match[1]]}?"
    other = find_leading_name(after) if match[1] in TRANSITIVE.split() else ""
    behind = after[len(other) :].lstrip()
    if other and (at.day or starts_with_date(behind)):
        yield f"When did {at.subject} {BASE_OF_PAST[match[1]]} {other}?"
        if at.own and not at.many:
            yield f"Who {match[1]} {other}?"


def _counts(at: Clause) -> Iterator[str]:
    """How many of something it has."""
    said = at.aside if re.search(r"\bwith\b", at.aside) else at.rest
    match = re.match(r"(has|have|had|is equipped with|are equipped with|.*?\bwith)\s+", said)
    if not match or (said is at.rest and "with" in match[1] and "equipped" not in match[1]):
        return
    do = "did" if not at.present else "do" if at.many else "does"
    reach = match.end()
    for number in find_numbers(said):
        counted = said[number.end : number.unit_end].strip(" -")
        if number.start != reach or number.kind != "number" or not re.search(r"[a-z]{4}$|men$", counted):
            continue
        yield f"How many {counted} {do} {at.subject} have?"
        more = re.match(r"(?:,\s+|,?\s+and\s+)", said[number.unit_end :])
        reach = number.unit_end + (more.end() if more else 0)


def _measures(at: Clause) -> Iterator[str]:
    """What is its context window, where one number says it."""
    first = re.match(rf"{ADVERB}([a-z]+)", at.rest)
    if at.many or not first or (at.own and first[1] not in STATES.split()):
        return
    for number in find_numbers(at.text):
        match = re.search(r"\b(?:an?|the|its)\s+((?:[\w-]+\s+){0,3}?)([a-z]+)\s+of\s+$", at.text[: number.start])
        if match and match[2] in MEASURES.split():
            kept = [word for word in match[1].split() if "-" not in word][-1:]
            known = SHORT.fullmatch(at.subject)
            for name in (at.subject, known[1]) if known else (at.subject,):
                yield f"What is the {' '.join([*kept, match[2]])} of {name}?"


def _is(at: Clause) -> Iterator[str]:
    """What it is, who someone is."""
    match = re.match(r"(is|are|was|were)\s+((?:an?|the|one of|members)\s.*)", at.rest)
    said = match[2] if match else at.aside
    verb = match[1] if match else "is" if at.present else "was"
    kind, *further = re.split(r"[,;:.]|\s\b(with|that|which|who|whose|of|in|for|to|from)\b", said)
    head = kind.split()[-1:] or [""]
    if not at.own or not said or at.many != (verb in ("are", "were")):
        return
    thing = THING.match(at.subject)
    if not thing and (head[0] in PERSONS.split() or PERSON.match(head[0]) or further[:1] == ["who"]):
        yield f"Who {verb} {at.subject}?"
    elif head[0] in THINGS.split() or (thing and not EITHER.match(head[0]) and not re.search("[^us]s$", at.subject)):
        yield f"What {verb} {at.subject}?"


def _shows(at: Clause) -> Iterator[str]:
    """What someone announced."""
    match = re.match(r"(has|have)?\s*(\w+)\s+(?:the|its|an?)\s", at.rest)
    if at.own and match and match[2] in PRESENTED.split():
        yield (
            f"What {match[1]} {at.subject} {match[2]}?"
            if match[1]
            else f"What did {at.subject} {BASE_OF_PAST[match[2]]}?"
        )


def _beats(at: Clause) -> Iterator[str]:
    """What it outperforms, where that is named."""
    match = re.search(
        r"(?:, |\bit )(outperform|surpass|exceed)ing (?:the )?(?:[a-z]+ ){0,3}?(?:such as |like |including )?(?=[A-Z])",
        at.text,
    )
    if match and at.subject and not at.many and find_name_at(at.text, match.end()):
        yield f"What does {at.subject} {match[1]}?"


def _where(at: Clause) -> Iterator[str]:
    """Where it is to be had or found; where or how one can do something with something named."""
    match = re.match(
        r"(is|are|was|were)\s+((?:available|located|situated|based)(?: for [a-z]+)?)\s+(?:in|on|at|from)\s+", at.rest
    )
    if match and find_leading_name(at.rest[match.end() :]):
        yield f"Where {match[1]} {at.subject} {match[2]}?"
    match = re.search(rf"\b({OTHERS}) can ([a-z]+) ", at.text, re.IGNORECASE)
    other = find_leading_name(at.text[match.end() :]) if match else ""
    if match and other:
        by = re.match(r"\s+(through|via|on|in|at|from)\s", at.text[match.end() + len(other) :])
        how = {"through": "How", "via": "How"}.get(by[1], "Where") if by else ""
        if how:
            yield f"{how} can {match[1].lower()} {match[2]} {other}?"


def _event(at: Clause) -> Iterator[str]:
    """When something is that one is asked to come to, or that takes place."""
    match = re.match(r"(?:(?:Join|Meet|See|Register)\b[^,.]*?\s(?:at|for)|Attend|Visit)\s+", at.text)
    other = find_leading_name(at.text[match.end() :]) if match else ""
    if match and other and starts_with_date(at.text[match.end() + len(other) :].lstrip()):
        yield f"When is {other}?"
    match = re.match(r"(?:takes place|will take place|will be held|is scheduled)\b", at.rest)
    if match and any(True for _ in find_dates(at.rest)):
        yield f"When is {at.subject}?"


Rule = Callable[[Clause], Iterator[str]]
RULES: tuple[Rule, ...] = (_counts, _measures, _done, _did, _is, _shows, _beats, _where, _event)
