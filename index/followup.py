"""A follow-up read in the light of the turns before it: "and Maverick?", "how many experts does it have?", "why?".

By rules on words alone, for English. What stands on its own has no other reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.asked import Asked
from index.names import names
from index.short import spot
from index.types import Answer, Turn
from index.words import LITTLE, content, stem, tokens

__all__ = ["in_the_light", "readings"]

AUX = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)"
BE = frozenset(["is", "are", "was", "were"])
HAVE = frozenset(["has", "have", "had"])
PREPOSITION = (
    r"(?:in|on|at|to|from|with|by|for|during|after|before|since|until|under|into|about|against|between|as|than|through|"
    r"over|near|within|without|among|across|towards?)"
)
DET = r"(?:the|an?|its|their|his|her)"
FUNCTION = r"(?:who|whom|whose|what|which|when|where|why|how)"
COUNTED = r"(?:how (?:many|much)|which|what)"
YEAR = re.compile(r"\b(?:1\d{3}|20\d{2})s?\b")

PAST = """
    won/won led/led built/built made/made took/taken gave/given wrote/written broke/broken held/held sent/sent left/left
    met/met fought/fought lost/lost sat/sat spoke/spoken taught/taught told/told drew/drawn drove/driven knew/known
    paid/paid said/said saw/seen sold/sold spent/spent brought/brought bought/bought caught/caught chose/chosen
    kept/kept laid/laid began/begun came/come became/become went/gone fell/fallen rose/risen grew/grown ran/run
    fled/fled bore/born overthrew/overthrown showed/shown
"""
PARTICIPLES = dict(pair.split("/") for pair in PAST.split())
ACTIVE = {participle: past for past, participle in PARTICIPLES.items()}
DONE = rf"(?:[a-z-]+ed|{'|'.join(PARTICIPLES)})\b"
"""A verb of the past."""
BARE = """
    have use make cost support include offer come go begin start end die live happen take lead rule found build invent
    develop settle arrive leave become get give call play work say write speak fight win lose invade conquer control
    own run release cause affect change influence contain need require cover last represent serve meet vote elect
    pass join reach hold keep produce form create establish introduce provide mean differ do
"""
"""Verbs as they stand behind "does": where none does, the last word before a preposition is taken for one."""

LONGEST = 300
"""Characters of a question that is looked at; a longer one stands on its own."""
AT_ONCE = re.compile(rf"(?:{PREPOSITION} )?{FUNCTION} {AUX}\b", re.IGNORECASE)
FORM = re.compile(
    rf"(?P<wh>(?:{PREPOSITION} )?(?:(?:when|where|why|how(?: long| often| come)?|who|whom)(?: else| exactly)?|"
    rf"(?:what|which|whose|how)(?: (?!{AUX} )[\w'’-]+){{0,5}}?)) (?P<aux>{AUX}) (?P<rest>.+)",
    re.IGNORECASE,
)
DOER = re.compile(
    r"(?P<wh>(?:who|what|which|whose)(?: else)?(?: [\w-]+){0,2}?|how (?:many|much)(?: [\w-]+){1,3}?) "
    rf"(?P<rest>{DONE}.*)",
    re.IGNORECASE,
)
DOES = re.compile(rf"(?P<wh>who|what) (?P<rest>[a-z]+s\b(?! {AUX}\b).*)", re.IGNORECASE)
YES_NO = re.compile(rf"(?P<wh>)(?P<aux>{AUX}) (?P<rest>.+)", re.IGNORECASE)
TELL = re.compile(
    r"(?:please )?(?:tell me (?:more )?about|describe|explain|define|show me|summari[sz]e) ", re.IGNORECASE
)
OPENER = re.compile(
    r"(?:(?:ok(?:ay)?|so|well|oh|then|thanks|great|cool)\b[,.! ]+)*(?:(?:and|but|or)\b[, ]*)?(?:then\b[, ]*)?"
    r"(?:(?:(?:what|how) (?:about|of)|(?<=\s)of|"
    r"(?:is it )?(?:the )?same (?:question |thing )?(?:for|with|of|about))\b)? *",
    re.IGNORECASE,
)
TIMES = re.compile(rf"(?:when|where|why|how(?! many| much)|{PREPOSITION})\b|.* (?:year|date|day|month)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question, as in "How many experts | does | Scout | have". `wh` is empty where yes or no is asked, `aux` and
    `subject` where the question word is the subject."""

    text: str
    wh: str
    aux: str
    subject: str
    predicate: str

    @classmethod
    def of(cls, question: str) -> Inquiry:
        """The parts of a question; what is none is a subject alone."""
        text = plain(question)[:LONGEST]
        text = text[begins(text) :]
        match = None if AT_ONCE.match(text) else DOER.fullmatch(text) or DOES.fullmatch(text)
        if match:
            return cls(text, match["wh"], "", "", match["rest"])
        if match := FORM.fullmatch(text) or YES_NO.fullmatch(text):
            aux = match["aux"].lower()
            return cls(text, match["wh"], aux, *_split(match["rest"], aux, alone=not match["wh"]))
        return cls(text, "", "", TELL.sub("", text), "")

    @property
    def noun(self) -> str:
        """What is counted or chosen: "experts" in "how many experts"."""
        match = re.fullmatch(rf"{COUNTED} (.+)", self.wh, re.IGNORECASE)
        return match[1] if match else ""

    def asking(self, wh: str) -> str:
        """The same asked with other question words: "why", "in what year", "by whom", "how many members"."""
        verb, _, rest = self.predicate.partition(" ")
        if re.match(r"who", wh):
            return self._doer(wh)
        if not self.aux:
            return f"{wh} {self._passive() if TIMES.match(wh) else self.predicate or self.text}"
        if TIMES.match(wh) and self.noun and self.aux not in BE:
            return _joined(wh, self.aux, self.subject, verb, self.noun, rest)
        return _joined(wh, self.aux, self.subject, self.predicate)

    def counting(self, wh: str) -> str:
        """The same asked with a "how many" or "which" that has no noun of its own."""
        if self.noun:
            return self.asking(f"{wh} {self.noun}")
        if not self.aux:
            return f"{wh} {self.predicate or self.subject}"
        things = re.match(rf"(\S+) (?!{DET} |{PREPOSITION} )([a-z]+s)\b(.*)", self.predicate)
        if things and self.aux not in BE:
            return _joined(wh, things[2], self.aux, self.subject, things[1], things[3])
        if one := re.fullmatch(r"(.*\b)(?:an?|any|some|one) ([\w -]+)", self.predicate):
            return _joined(wh, one[2], self.aux, self.subject, one[1])
        bare = re.sub(rf"^{DET} ", "", self.subject, flags=re.IGNORECASE)
        if self.aux in BE:
            return _joined(wh, bare, "are", self.predicate or "there")
        return _joined(wh, bare, self.aux, self.predicate)

    def _doer(self, wh: str) -> str:
        verb, _, rest = self.predicate.partition(" ")
        done = ACTIVE.get(verb, verb if verb.endswith("ed") else "")
        if not self.aux:
            return f"{wh} {self.predicate or self.subject}"
        if self.aux in BE:
            return (
                _joined(wh, done, self.subject, rest) if done else _joined(wh, self.aux, self.subject, self.predicate)
            )
        return _joined(wh, self.aux, self.predicate or self.subject)

    def _passive(self) -> str:
        """What "founded the dynasty" is of the dynasty, "was the dynasty founded"; without an object, as it stands."""
        verb, _, rest = self.predicate.partition(" ")
        done = PARTICIPLES.get(verb.lower(), verb if verb.endswith("ed") else "")
        if not done or not rest or re.match(PREPOSITION + " ", rest):
            return self.predicate or self.text
        thing, more = _split(rest, "was")
        return _joined("were" if is_many(thing) else "was", thing, done, more)


def plain(question: str) -> str:
    """One line, without short forms and the marks around it."""
    text = " ".join(question.split()).rstrip(" ?!.…").lstrip(" -–—.,;:…")
    return re.sub(r"^((?:and |but )?(?:what|who|where|when|how|why))['’]?s\b", r"\1 is", text, flags=re.IGNORECASE)


def begins(text: str) -> int:
    """Where a question begins after "ok, and what about"."""
    match = OPENER.match(text)
    return match.end() if match and match.end() < len(text) else 0


def is_many(thing: str) -> bool:
    """Whether a noun phrase is plural, by its looks."""
    head = re.split(r" (?:of|in|for) ", thing)[0]
    return " and " in thing or re.search(r"(?:[^sui'’]s|ies|people|children|men)$", head.lower()) is not None


def _joined(*words: str) -> str:
    return " ".join(" ".join(words).split())


def _split(rest: str, aux: str, *, alone: bool = False) -> tuple[str, str]:
    """Subject and predicate of what follows an auxiliary; `alone` where no question word stands before it."""
    words = rest.split()
    end = next((at for at in range(1, len(words)) if _is_verb(words, at, aux)), 0)
    if not end:
        end = next((at for at in range(1, len(words)) if _ends(words, at)), len(words))
        verb_is_due = aux not in BE | HAVE or (alone and end == len(words))
        if verb_is_due and end > 1 and not words[end - 1][0].isupper() and not _opens_noun(words[end - 2]):
            end -= 1
    return " ".join(words[:end]), " ".join(words[end:])


def _opens_noun(word: str) -> bool:
    return word.lower() in ("the", "a", "an", "of", "and", "or")


def _is_verb(words: Sequence[str], at: int, aux: str) -> bool:
    if _opens_noun(words[at - 1]) or words[at][0].isupper():
        return False
    word = words[at].lower()
    return (re.fullmatch(DONE, word) is not None or word in ACTIVE) if aux in BE | HAVE else word in BARE.split()


def _ends(words: Sequence[str], at: int) -> bool:
    """Whether a noun phrase ends before this word: at a little word, or where a second name begins."""
    word, before = words[at], words[at - 1]
    if word[0].isupper():
        return before.islower() and not _opens_noun(before) and any(one[0].isupper() for one in words[:at])
    low = word.lower().strip(",;")
    return not _opens_noun(low) and (low in LITTLE or re.fullmatch(PREPOSITION, low) is not None)


PERSON = re.compile(
    r"\b(?:author|writer|founder|leader|ceo|president|king|queen|emperor|inventor|owner|director|winner|commander|"
    r"minister|successor|wife|husband|father|mother|son|daughter|brother|creator|ruler|officer)s?$",
    re.IGNORECASE,
)
MONTH = re.compile(r"(?:January|February|March|April|May|June|July|August|September|October|November|December)\b")
CHOSEN = re.compile(rf"\W*(?:which|what) (?!{AUX} )", re.IGNORECASE)
FAR = re.compile(r"\b(?:of|in|at|to|from|against)(?: the)? $")
"""Before a name that only says where or of what."""
EMPTY = re.compile(r"it|this|that|they|them|he|him|she|her|there|these|those", re.IGNORECASE)
MOST_READ = 1_000
"""Characters of a quotation that are read."""
LONGEST_THING = 10
"""Words of what a question speaks of; more are a question that was not understood."""


def useful(turn: Turn) -> bool:
    """Whether a turn speaks of something: one that was not answered does so in a whole question or by a name."""
    said = plain(turn.question)
    return bool(content(said)) and (bool(turn.evidence) or is_whole(said) or any(name_spans(said)))


def meant(kind: str, turns: Sequence[Turn]) -> list[str]:
    """What "it", "they" or "he" (the kind) may be, best first: things of the newest turn that speaks of any."""
    for turn in reversed(turns):
        own, told = focus(turn), _told(turn)
        answer_first = Asked.of(turn.question).kind == "person" or CHOSEN.match(turn.question) is not None
        order = [*told, *own] if kind != "it" and answer_first else [*own, *told]
        if order:
            return list(dict.fromkeys(sorted(order, key=lambda thing: not _agrees(kind, thing))))
    return []


def things(turns: Sequence[Turn]) -> list[str]:
    """All that the turns speak of, the newest first."""
    return [thing for turn in reversed(turns) for thing in (*focus(turn), *_told(turn))]


def focus(turn: Turn) -> list[str]:
    """What a question speaks of: the owner or last part of its subject first, then its objects, then what it counts."""
    asked = Inquiry.of(turn.question)
    found = list(heads(asked.subject))
    be = asked.aux in ("is", "are", "was", "were")
    for chunk in _chunks(asked.predicate, verb_first=not be):
        if not (be and chunk.islower() and chunk == asked.predicate):  # "free" in "is Scout free"
            found += heads(chunk)
    if asked.noun:
        found.append(f"the {asked.noun}" if is_many(asked.noun) else asked.noun)
    kept = (at for at in dict.fromkeys(found) if content(at) and not YEAR.fullmatch(at) and not EMPTY.fullmatch(at))
    return [at for at in kept if len(at.split()) <= LONGEST_THING and not re.match(rf"{FUNCTION}\b", at, re.IGNORECASE)]


def heads(phrase: str) -> Iterator[str]:
    """The owner, or the part behind the last "of", and the phrase: "Scout", "the context window of Scout"."""
    phrase = phrase.strip(" ,;:\"“”'")
    if owner := re.match(r"(.+?)['’](?:s |(?<=s['’]) ?)(?=\w)", phrase):
        yield owner[1]
    spans = list(name_spans(phrase))
    inner = [at.start() for at in re.finditer(r" of ", phrase) if not any(a <= at.start() < b for a, b in spans)]
    if inner:
        yield phrase[inner[-1] + len(" of ") :]
    yield phrase


def is_whole(text: str) -> bool:
    """Whether this is a clause, not a mere piece of one."""
    if re.match(rf"(?:{PREPOSITION} )?{FUNCTION}\b", text, re.IGNORECASE) or TELL.match(text):
        return True
    return re.search(rf"(?:^| )(?:{AUX}|{DONE})\b", text, re.IGNORECASE) is not None


def name_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where names and rows of names stand, a first word among them; an owner apart from what it owns."""
    for at in names(f"of {text}"):
        start, end = at.start - len("of "), at.end - len("of ")
        for owner in re.finditer(r"['’]s\s+", text[max(start, 0) : end]):
            yield start, max(start, 0) + owner.start()
            start = max(start, 0) + owner.end()
        if start >= 0:
            yield start, end


def is_name(piece: str) -> bool:
    """Whether this is one name, or a row of them, and nothing else but an article."""
    bare = re.sub(r"^(?:the|an?) ", "", piece, flags=re.IGNORECASE)
    return (0, len(bare)) in name_spans(bare)


def as_name(piece: str, turn: Turn) -> str:
    """A piece in lower case as the turn writes it where that is a name there, else as it is."""
    if piece.islower():
        for text in (turn.question[:MOST_READ], *(said[:MOST_READ] for said in turn.evidence)):
            for at in names(text):
                if match := re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text[at.start : at.end], re.IGNORECASE):
                    return match.group()
    return piece


def _agrees(kind: str, thing: str) -> bool:
    if kind == "he":
        person = PERSON.search(thing) is not None
        return not is_many(thing) and (person or (is_name(thing) and not thing.lower().startswith("the ")))
    return is_many(thing) == (kind == "they")


def _chunks(predicate: str, *, verb_first: bool) -> Iterator[str]:
    """Noun phrases among verbs, prepositions and other little words."""
    chunk: list[str] = []
    for at, word in enumerate(predicate.split()):
        low, name = word.lower().strip(",;"), word[0].isupper()
        verb = at == 0 and not name and (verb_first or re.fullmatch(DONE, low))
        little = low in LITTLE and not name and low not in ("the", "a", "an", "of", "and")
        if verb or little or re.fullmatch(PREPOSITION, low):
            yield " ".join(chunk)
            chunk = []
        else:
            chunk.append(word)
    yield " ".join(chunk)


def _told(turn: Turn) -> list[str]:
    """Names in the first quotation that the question does not have, the one that answers it first; none where a time
    or a number was asked for."""
    if not turn.evidence or Asked.of(turn.question).kind in ("time", "number"):
        return []
    text, known = turn.evidence[0][:MOST_READ], set(content(turn.question))
    place = spot(turn.question, text)
    found = [text[slice(*place)]] if place and any(name_spans(text[slice(*place)])) else []
    new = [at for at in names(text) if not known & set(content(text[at.start : at.end]))]
    new.sort(key=lambda at: FAR.search(text[: at.start]) is not None)
    found += [said for at in new if not MONTH.match(said := text[at.start : at.end])]
    return list(dict.fromkeys(found))


PRONOUN = re.compile(
    r"(?<![\w'’-])(?:(?P<owner>(?:its|their|his)(?![\w'’-])|her(?= [a-z]))|"
    r"(?P<thing>it|they|them|he|him|she|her)(?![\w'’-])|"
    r"(?P<said>this|that|these|those|the same) (?P<noun>[a-z]+)\b(?!-))",
    re.IGNORECASE,
)
POINTING = re.compile(
    rf"(?:^|\b(?:{AUX}|{PREPOSITION}|of|like) )(?P<thing>this|that|these|those)(?= (?:{AUX}|mean|happen|differ|work|"
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
"""Where "it" stands for nothing."""
LATER = re.compile(
    r" (?:when|whether|before|after|until|while|because|if|that|where|although|and|or|but|who|which)\b", re.IGNORECASE
)
MANY = frozenset(["they", "them", "their", "these", "those"])
PEOPLE = frozenset(["he", "she", "him", "his", "her"])
BEFORE_THAT = re.compile(rf"\b(?:{AUX}|{PREPOSITION}|of|like) $", re.IGNORECASE)
MOST_LITTLE = 3
"""Words with a topic in a question that says little by itself."""
CLASSES = """
    model company organisation organization event person man woman city country region war battle conflict crisis
    dynasty empire kingdom state party group team institution product device system network version book film law act
    treaty agreement article project building river island people models companies events
"""
"""What "the ..." may call a thing that was spoken of by name."""
ANYTHING = """
    thing things one ones place places concept idea method practice policy process technology technique topic work
    number figure value term word name company series family version feature features group kind type
"""
"""What "this ..." may call whatever was spoken of."""


def named_for(text: str, turns: Sequence[Turn]) -> Iterator[str]:
    """The text with its first pronoun that means nothing in it replaced, at most two ways."""
    if EMPTY_IT.search(text):
        return
    for match in sorted([*POINTING.finditer(text), *PRONOUN.finditer(text)], key=_start):
        said = match.groupdict()
        if said.get("said"):
            found = list(_pointed(text, match, turns))
        else:
            found = list(_replaced(text, match, turns, owner=bool(said.get("owner"))))
        if found:
            yield from found
            return


def placed(text: str, turns: Sequence[Turn]) -> Iterator[str]:
    """The text with the place said that it ends with: "Who will speak there?"."""
    match = re.fullmatch(r"(.+?)(?<! is)(?<! are)(?<! was)(?<! were) there", text, re.IGNORECASE)
    if match and not any(name_spans(text)):
        for thing in meant("it", turns)[:1]:
            told = re.search(rf"\b(at|in|on) (?:the )?{re.escape(thing)}", " ".join(turns[-1].evidence)[:1_000])
            yield f"{match[1]} {told[1] if told else 'in'} {thing}"


def defined(text: str, turns: Sequence[Turn]) -> Iterator[str]:
    """The text with "the model" or the like replaced by what was spoken of, where it names nothing itself."""
    if any(name_spans(text)) or not is_whole(text):
        return
    for match in re.finditer(r"\bthe ([a-z]+)(?= [a-z]+\b|$)(?! of\b)", text, re.IGNORECASE):
        noun = match[1].lower()
        called = [at for at in things(turns[-1:]) if stem(noun) in content(at) and len(content(at)) > 1]
        told = noun in CLASSES.split() and any(noun in tokens(said) for said in turns[-1].evidence[:1])
        for thing in (called or (meant("they" if is_many(noun) else "it", turns[-1:]) if told else []))[:1]:
            yield text[: match.start()] + thing + text[match.end() :]
            return


def _start(match: re.Match[str]) -> int:
    return match.start("thing") if match["thing"] else match.start()


def _replaced(text: str, match: re.Match[str], turns: Sequence[Turn], *, owner: bool) -> Iterator[str]:
    """The text with a pronoun replaced; nothing where what stands before it is what it may mean."""
    start, end = match.span() if owner else match.span("thing")
    if _has_own(text[:start], owner=owner):
        return
    word = text[start:end].lower()
    kind = "they" if word in MANY else "he" if word in PEOPLE else "it"
    found = meant(kind, turns)
    if word in ("this", "that"):  # rather the whole of what was asked for than the thing that has it
        found.sort(key=lambda thing: " of " not in thing and "'s " not in thing)
    for thing in found[:2]:
        said = f"{thing}{chr(39) if thing.endswith('s') else chr(39) + 's'}" if owner else thing
        others = [at for at in found if at != thing and not is_name(at)] if kind == "he" else []
        it = re.search(r"\bit\b(?!['’])", text[end:]) if others else None
        rest = text[end:][: it.start()] + others[0] + text[end:][it.end() :] if it else text[end:]
        yield text[:start] + said + rest


def _has_own(before: str, *, owner: bool) -> bool:
    named = any(name_spans(before))
    if owner:
        return (
            named
            or re.search(r"\b(?:do|does|did|has|have|had|can|will|would) (?:the|an?) ", before.lower()) is not None
        )
    return named and ("," in before or LATER.search(before) is not None)


def _pointed(text: str, match: re.Match[str], turns: Sequence[Turn]) -> Iterator[str]:
    """The text with "this model", "that year" or "the same company" replaced."""
    noun, before, after = match["noun"].lower(), text[: match.start()], text[match.end() :]
    if noun in LITTLE or re.fullmatch(DONE, noun) or any(name_spans(before)) or not _is_pointing(match, before, after):
        return
    if noun == "year":
        said = [one for turn in reversed(turns) for one in (turn.question, *turn.evidence)]
        years = [at.group() for one in said for at in YEAR.finditer(one)]
        told = "" if re.search(rf"\b{PREPOSITION} $", before, re.IGNORECASE) else "in "
        yield from (before + told + year + after for year in years[:1])
        return
    called = [thing for thing in things(turns) if stem(noun) in content(thing)]
    others = meant("they" if is_many(noun) else "it", turns) if noun in (*CLASSES.split(), *ANYTHING.split()) else []
    for thing in [*called, *others][:2]:
        yield before + thing + after


def _is_pointing(match: re.Match[str], before: str, after: str) -> bool:
    """Whether "that model" is one spoken of: not "wrote that imperialism is", "for those responsible"."""
    noun, said = match["noun"], match["said"].lower()
    if said in ("these", "those"):
        return is_many(noun)
    if said != "that" or not before or BEFORE_THAT.search(before):
        return noun[0].islower()
    return noun in (*CLASSES.split(), "year") and re.match(rf"$| {PREPOSITION}\b", after, re.IGNORECASE) is not None


def leans(text: str) -> bool:
    """Whether a question with a pronoun says too little without what that stands for: it is what is asked about, as in
    "does it run on an H100?", or there is little else."""
    match = min([*POINTING.finditer(text), *PRONOUN.finditer(text)], key=_start, default=None)
    if match is None:
        return True
    noun = match.groupdict().get("noun")
    if noun:
        return noun.lower() in (*CLASSES.split(), "year")
    before = text[: _start(match)]
    if any(name_spans(before)) or "," in before or LATER.search(before):
        return False
    asked_about = re.search(rf"(?:^|\b{AUX}(?:n['’]t)? )$", before, re.IGNORECASE) is not None
    few = len(content(before)) <= 1 and len(content(text)) <= MOST_LITTLE and not any(name_spans(text))
    return few or (asked_about and len(content(before)) <= MOST_LITTLE)


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
CHAT = """
    thanks thank hello hi hey ok okay yes no nope yep nice great cool lol bye good please sorry help wow sure right
    really test haha stop again nothing anything something you me i
"""
"""With these nothing is asked."""
ALONE = re.compile(
    rf"(?P<wh>(?:{PREPOSITION} )?(?:when|where|why|how(?: long| often| come)?|who|whom)"
    rf"(?: exactly| else| precisely| so)?|"
    rf"(?:what|which) (?:year|date|day|month|country|city|place)|{PREPOSITION} (?:what|which) [a-z]+)"
    rf"(?: {AUX} (?:(?:that|this|so)(?: so| possible| the case| true| done| happen(?:ed)?| take place| occur(?:red)?)?|"
    r"(?:it|they|he|she) do (?:that|this|it|so)))?",
    re.IGNORECASE,
)
HEADED = re.compile(rf"(?P<wh>{COUNTED})(?P<noun>(?: (?!{AUX}\b)[\w'’-]+){{0,3}})", re.IGNORECASE)
THERE = re.compile(rf"(how (?:many|much)) ({AUX}) there", re.IGNORECASE)
ONES = re.compile(
    rf"(?:(?P<wh>{COUNTED})(?: ones?| of (?:them|these|those))|(?P<many>how many)) "
    r"(?P<rest>(?:is|are|was|were|do|does|did|have|has) .+)",
    re.IGNORECASE,
)
QUALITY = re.compile(rf"how (?!{AUX}\b|many\b|much\b)(?P<quality>[a-z]+)", re.IGNORECASE)
SAME = re.compile(
    rf"{AUX} (?P<same>(?:that|this|it|the same)(?: also)? (?:true|so|hold|apply|go|the case|the same)(?: true)? "
    r"(?:of|for|to|with|in) )?(?P<piece>.+?)(?: too| as well| also| either)?",
    re.IGNORECASE,
)
AROUND = re.compile(r"^(?:any|some|the one of|that of|the one for) | (?:too|as well|also)$", re.IGNORECASE)
LEAD = re.compile(rf"({PREPOSITION}) (.+)", re.IGNORECASE)


def is_short(piece: str) -> bool:
    """Whether this is but a name, a time or place, or a word or two."""
    if len(list(name_spans(piece))) == 1:
        return is_name(re.sub(r"['’]s?$", "", piece)) or LEAD.match(piece) is not None
    words = piece.lower().split()
    return len(words) <= 3 and not set(words) & set(CHAT.split()) and not any(name_spans(piece))


def question_words(piece: str, last: Turn, turns: Sequence[Turn], *, opened: bool) -> Iterator[str]:
    """The last question with these question words: "since when?", "why is that?", "how many?", "how big?"; `opened`
    says that "and" or the like stands before them."""
    asked = Inquiry.of(last.question)
    if match := ALONE.fullmatch(piece):
        yield asked.asking(match["wh"].lower())
    elif match := HEADED.fullmatch(piece):
        wh, noun = match["wh"].lower(), match["noun"].strip()
        if noun.lower() in ("", "one", "ones", "exactly", "else", "of them", "of these", "of those"):
            yield asked.counting(wh)
        elif (opened or "how" in wh or " " not in noun) and not re.search(rf"\b{DONE}$", noun):
            yield from _headed(f"{wh} {noun}", asked, turns)
    elif match := THERE.fullmatch(piece):
        yield from (f"{match[1]} {_bare(thing)} {match[2]} there" for thing in meant("they", turns)[:1])
    elif match := ONES.fullmatch(piece):
        own = [asked.noun] if asked.noun else [_bare(at) for at in meant("they", turns) if is_many(at)]
        yield from (f"{match['wh'] or match['many']} {noun} {match['rest']}" for noun in own[:1])
    elif match := QUALITY.fullmatch(piece):
        yield from (f"How {match['quality']} {_be(thing)} {thing}" for thing in meant("it", turns)[:1])


def same_of(piece: str, last: Turn) -> Iterator[str]:
    """The last question of something else: "does Maverick too?", "is that true of Maverick?"."""
    asked, match = Inquiry.of(last.question), SAME.fullmatch(piece)
    if not match or not is_name(as_name(match["piece"], last)):
        return
    if match["same"]:
        yield from _substituted(match["piece"], last)
    elif asked.aux and not asked.wh:
        yield f"{asked.aux} {match['piece']} {asked.predicate}"


def filled(piece: str, last: Turn, turns: Sequence[Turn]) -> Iterator[str]:
    """The question that a name or a thing alone may stand for, best first: the last question about it, or a question
    for it as a part of what the last was about."""
    piece = AROUND.sub("", piece)
    asked, bare = Inquiry.of(last.question), _bare(piece)
    if PRONOUN.match(piece):
        yield from (f"What {_be(said)} {said}" for said in named_for(piece, turns))
    elif bare.lower() in ASKS:
        wh = ASKS[bare.lower()]
        yield asked.counting(wh) if wh == "how many" else asked.asking(wh)
    elif as_name(piece, last) != piece or any(name_spans(piece)) or YEAR.search(piece) or LEAD.match(piece):
        if re.search(r" of |['’]s? ", piece) and not is_name(piece):
            yield f"What {_be(piece)} {piece}"
        yield from _substituted(piece, last)
    else:
        yield from _thing(piece, asked, last, turns)


def _thing(piece: str, asked: Inquiry, last: Turn, turns: Sequence[Turn]) -> Iterator[str]:
    """A thing without a name: another like the last question's own ("circuit switching" after "packet switching"), or
    a part of that ("the context window" after "Scout")."""
    bare, plural = _bare(piece), is_many(piece)
    shared = set(content(bare)) & set(content(next(heads(asked.subject or asked.predicate))))
    peer = bool(shared) or (bool(asked.noun) and " " not in piece and not plural)
    if peer:
        yield from _substituted(piece, last)
    elif asked.noun and plural and bare == piece:
        yield asked.asking(f"{asked.wh.lower().removesuffix(asked.noun.lower()).strip()} {bare}")
    if " of " in bare and not bare.lower().startswith("number of"):
        yield f"What {_be(bare)} the {bare}"
    asks = "Who" if PERSON.search(bare) else "What"
    yield from (f"{asks} {_be(bare)} the {bare} of {thing}" for thing in meant("it", turns)[:1])
    if not peer and bare == piece:
        yield from _substituted(piece, last)


def _headed(wh: str, asked: Inquiry, turns: Sequence[Turn]) -> Iterator[str]:
    """The question of "how many parameters" about what the last question counted or was about."""
    if asked.noun:
        yield asked.asking(wh)
    else:
        yield from (f"{wh} {'do' if is_many(thing) else 'does'} {thing} have" for thing in meant("it", turns)[:1])


def _substituted(piece: str, last: Turn) -> Iterator[str]:
    """The last question with what is most like the piece replaced by it, at most two ways."""
    text = plain(last.question)
    lead = LEAD.match(piece)
    whole = lead[2] if lead else piece
    thing = re.sub(r"['’]s?$", "", whole)
    year = re.sub(r"^(?:the )?(?:year )?| one$", "", thing)
    if YEAR.fullmatch(year):
        yield YEAR.sub(year, text) if YEAR.search(text) else f"{text} {lead[1] if lead else 'in'} {thing}"
        return
    owns, thing = thing != whole, as_name(thing, last)
    places = sorted(_places(text, thing, last), key=lambda at: _likeness(text, at, thing, owns=owns), reverse=True)
    if lead:
        after = [at for at in places if text[: at[0]].lower().endswith(f" {lead[1].lower()} ")]
        if not after:
            yield f"{text} {lead[1].lower()} {thing}"
        places = after or places
    yield from (text[:start] + thing + text[end:] for start, end in places[:2])


def _places(text: str, thing: str, last: Turn) -> Iterator[tuple[int, int]]:
    """Where in the last question another thing can stand: its names, or its things where one side has no name."""
    found, own = list(name_spans(text)), focus(last)
    if not found or not any(name_spans(thing)):
        found = [(at, at + len(one)) for one in own if (at := text.find(one)) >= 0]
    for start, end in found:
        word = thing.split()[-1] if thing.split() else "?"
        tail = re.match(rf" {re.escape(word)}\b", text[end:], re.IGNORECASE)  # "the Yuan [dynasty]", "the Ming dynasty"
        article = re.search(r"\b(?:the|an?) $", text[:start], re.IGNORECASE)
        complete = (
            is_many(text[start:end])
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
        is_many(here) == is_many(thing),
        here.isupper() == thing.isupper(),
    )
    return (len(set(tokens(here)) & set(tokens(thing)) - LITTLE), *same, place[0])


def _bare(thing: str) -> str:
    return re.sub(rf"^{DET} ", "", thing, flags=re.IGNORECASE)


def _be(thing: str) -> str:
    return "are" if is_many(thing) else "is"


MOST = 3
"""Readings besides the question as it stands."""
LATER_READING = 0.1
"""Confidence that a reading must be surer by than the one before it."""
PART = re.compile(r"(?:What|Who) (?:is|are) the ([a-z]+) of ")
OPENED = re.compile(r"\b(?:and|but|or|about|of|for|with)\b", re.IGNORECASE)


def readings(question: str, turns: Sequence[Turn]) -> tuple[str, ...]:
    """Other questions that this one may stand for after these turns (oldest first): at most 3, best first, none where
    it stands on its own."""
    return _read(question, turns)[0]


def in_the_light(ask: Callable[[str], Answer], question: str, turns: Sequence[Turn]) -> Answer:
    """The best supported answer to the question as it stands or to a reading of it; at most 4 are asked.

    A question that says little by itself ("why?", "and its price?") is asked by its readings alone: the sources may
    well answer its words, but of something else. Any other is asked as it stands too, and a reading is kept only where
    that is not answered or the reading is plainly surer. `read_as` says which was kept; `question` stays as it was put.
    """
    read, lacking = _read(question, turns)
    asked = read if lacking else ("", *read)
    answers = [ask(at or question) for at in asked]
    if len({at.snapshot for at in answers}) > 1:  # a reindex came between
        answers = [ask(at or question) for at in asked]
    live = answers[-1].snapshot
    places = [place for place, at in enumerate(answers) if at.snapshot == live]
    best = max(places, key=lambda place: _support(asked[place], answers[place], place))
    # What was asked may have been spelt anew on the way.
    return replace(answers[best], question=question, read_as=answers[best].read_as or asked[best])


def _support(read_as: str, answer: Answer, place: int) -> tuple[bool, bool, float]:
    """An answered one before one that is not; of the answered the surer, of the others the first. Last comes what the
    quotations show to be misread."""
    confidence = 0.0 if answer.abstained else answer.confidence
    return not _misread(read_as, answer), not answer.abstained, confidence - LATER_READING * place


def _misread(read_as: str, answer: Answer) -> bool:
    """Whether a name in lower case was taken for a thing, as in "the maverick of Scout"."""
    match = PART.match(read_as)
    said = " ".join(at.shown for at in answer.citations)
    found = re.findall(rf"(?<!\w){re.escape(match[1])}(?!\w)", said, re.IGNORECASE) if match else []
    return bool(found) and not any(word.islower() for word in found)


def _read(question: str, turns: Sequence[Turn]) -> tuple[tuple[str, ...], bool]:
    """The readings, and whether the question lacks what they say: it says nothing by itself."""
    text = plain(question)
    turns = [turn for turn in turns if useful(turn)]
    if not turns or not tokens(text) or len(text) > LONGEST:
        return (), False
    start, last = begins(text), turns[-1]
    piece, opened = text[start:], OPENED.search(text[:start]) is not None
    found, lacking = [*question_words(piece, last, turns, opened=opened)] or [*same_of(piece, last)], True
    if not found and (opened or is_short(piece)) and not is_whole(piece):
        found, lacking = list(filled(piece, last, turns)), opened
    if not found:
        found, lacking = [*named_for(piece, turns)], leans(piece)
    if not found:
        found, lacking = list(placed(piece, turns)), True
    if not found:
        found, lacking = list(defined(piece, turns)), False
    said = [f"{at[0].upper()}{at[1:]}?" for at in (" ".join(at.split()) for at in found) if at]
    fresh = {tuple(tokens(at)): at for at in reversed(said) if tokens(at) not in (tokens(question), tokens(piece))}
    kept = tuple(reversed(fresh.values()))[:MOST]
    return kept, lacking and bool(kept)
