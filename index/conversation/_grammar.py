"""A shallow parser of English questions: "How many experts | does | Scout | have"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.text.grammar import AUXILIARIES, BE, HAVE, PREPOSITIONS, QUESTION_WORDS, alternatives
from index.text.tokens import STOP_WORDS
from index.text.verbs import BASE_VERBS, PARTICIPLE_OF_PAST, PAST_OF_PARTICIPLE

__all__ = [
    "AUXILIARY",
    "COUNT_WORDS",
    "DETERMINER",
    "LONGEST",
    "PAST_VERB",
    "PREPOSITION",
    "QUESTION_WORD",
    "YEAR",
    "ParsedQuestion",
    "is_clause",
    "is_plural",
    "normalize_question",
    "skip_opener",
]

AUXILIARY = alternatives(*AUXILIARIES, "might")
PREPOSITION = alternatives(
    *PREPOSITIONS,
    *("since", "into", "about", "between", "than", "over", "near", "within", "without", "among", "across", "towards?"),
)
DETERMINER = r"(?:the|an?|its|their|his|her)"
QUESTION_WORD = alternatives(*QUESTION_WORDS)
COUNT_WORDS = r"(?:how (?:many|much)|which|what)"
YEAR = re.compile(r"\b(?:1\d{3}|20\d{2})s?\b")

PAST_VERB = rf"(?:[a-z-]+ed|{'|'.join(PARTICIPLE_OF_PAST)})\b"
"""A verb in the past tense."""
LONGEST = 300
"""Characters of a question that is parsed; a longer one stands on its own."""
AT_ONCE = re.compile(rf"(?:{PREPOSITION} )?{QUESTION_WORD} {AUXILIARY}\b", re.IGNORECASE)
FORM = re.compile(
    rf"(?P<wh>(?:{PREPOSITION} )?(?:(?:when|where|why|how(?: long| often| come)?|who|whom)(?: else| exactly)?|"
    rf"(?:what|which|whose|how)(?: (?!{AUXILIARY} )[\w'’-]+){{0,5}}?)) (?P<aux>{AUXILIARY}) (?P<rest>.+)",
    re.IGNORECASE,
)
SUBJECT_QUESTION = re.compile(
    r"(?P<wh>(?:who|what|which|whose)(?: else)?(?: [\w-]+){0,2}?|how (?:many|much)(?: [\w-]+){1,3}?) "
    rf"(?P<rest>{PAST_VERB}.*)",
    re.IGNORECASE,
)
DOES = re.compile(rf"(?P<wh>who|what) (?P<rest>[a-z]+s\b(?! {AUXILIARY}\b).*)", re.IGNORECASE)
YES_NO = re.compile(rf"(?P<wh>)(?P<aux>{AUXILIARY}) (?P<rest>.+)", re.IGNORECASE)
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
class ParsedQuestion:
    """A question in parts: "How many experts" (wh), "does" (aux), "Scout" (subject), "have" (predicate).

    `wh` is empty for a yes-no question, `aux` and `subject` if the question word is the subject.
    """

    text: str
    wh: str
    aux: str
    subject: str
    predicate: str

    @classmethod
    def of(cls, question: str) -> ParsedQuestion:
        """Parse a question; any other text becomes the subject."""
        text = normalize_question(question)[:LONGEST]
        text = text[skip_opener(text) :]
        match = None if AT_ONCE.match(text) else SUBJECT_QUESTION.fullmatch(text) or DOES.fullmatch(text)
        if match:
            return cls(text, match["wh"], "", "", match["rest"])
        if match := FORM.fullmatch(text) or YES_NO.fullmatch(text):
            aux = match["aux"].lower()
            return cls(text, match["wh"], aux, *_split(match["rest"], aux, alone=not match["wh"]))
        return cls(text, "", "", TELL.sub("", text), "")

    @property
    def noun(self) -> str:
        """The noun that is counted or chosen: "experts" in "how many experts"."""
        match = re.fullmatch(rf"{COUNT_WORDS} (.+)", self.wh, re.IGNORECASE)
        return match[1] if match else ""

    def asking(self, wh: str) -> str:
        """Return the question with other question words: "why", "in what year", "by whom", "how many members"."""
        verb, _, rest = self.predicate.partition(" ")
        if re.match(r"who", wh):
            return self._ask_for_agent(wh)
        if not self.aux:
            return f"{wh} {self._passive() if TIMES.match(wh) else self.predicate or self.text}"
        if TIMES.match(wh) and self.noun and self.aux not in BE:
            return _join(wh, self.aux, self.subject, verb, self.noun, rest)
        return _join(wh, self.aux, self.subject, self.predicate)

    def counting(self, wh: str) -> str:
        """Return the question with a "how many" or "which" that has no noun of its own."""
        if self.noun:
            return self.asking(f"{wh} {self.noun}")
        if not self.aux:
            return f"{wh} {self.predicate or self.subject}"
        things = re.match(rf"(\S+) (?!{DETERMINER} |{PREPOSITION} )([a-z]+s)\b(.*)", self.predicate)
        if things and self.aux not in BE:
            return _join(wh, things[2], self.aux, self.subject, things[1], things[3])
        if counted := re.fullmatch(r"(.*\b)(?:an?|any|some|one) ([\w -]+)", self.predicate):
            return _join(wh, counted[2], self.aux, self.subject, counted[1])
        noun = re.sub(rf"^{DETERMINER} ", "", self.subject, flags=re.IGNORECASE)
        if self.aux in BE:
            return _join(wh, noun, "are", self.predicate or "there")
        return _join(wh, noun, self.aux, self.predicate)

    def _ask_for_agent(self, wh: str) -> str:
        """Return the question for the agent: "who founded it"."""
        verb, _, rest = self.predicate.partition(" ")
        done = PAST_OF_PARTICIPLE.get(verb, verb if verb.endswith("ed") else "")
        if not self.aux:
            return f"{wh} {self.predicate or self.subject}"
        if self.aux in BE:
            return _join(wh, done, self.subject, rest) if done else _join(wh, self.aux, self.subject, self.predicate)
        return _join(wh, self.aux, self.predicate or self.subject)

    def _passive(self) -> str:
        """Return the predicate in the passive: "was the dynasty founded" for "founded the dynasty"."""
        verb, _, rest = self.predicate.partition(" ")
        done = PARTICIPLE_OF_PAST.get(verb.lower(), verb if verb.endswith("ed") else "")
        if not done or not rest or re.match(PREPOSITION + " ", rest):
            return self.predicate or self.text
        thing, more = _split(rest, "was")
        return _join("were" if is_plural(thing) else "was", thing, done, more)


def normalize_question(question: str) -> str:
    """Return the question on one line, without short forms and the punctuation around it."""
    text = " ".join(question.split()).rstrip(" ?!.…").lstrip(" -–—.,;:…")
    return re.sub(r"^((?:and |but )?(?:what|who|where|when|how|why))['’]?s\b", r"\1 is", text, flags=re.IGNORECASE)


def skip_opener(text: str) -> int:
    """Return where a question begins after an opener such as "ok, and what about"."""
    match = OPENER.match(text)
    return match.end() if match and match.end() < len(text) else 0


def is_plural(thing: str) -> bool:
    """Return whether a noun phrase is plural, by its form."""
    head = re.split(r" (?:of|in|for) ", thing)[0]
    return " and " in thing or re.search(r"(?:[^sui'’]s|ies|people|children|men)$", head.lower()) is not None


def is_clause(text: str) -> bool:
    """Return whether this is a clause and not only a fragment of one."""
    if re.match(rf"(?:{PREPOSITION} )?{QUESTION_WORD}\b", text, re.IGNORECASE) or TELL.match(text):
        return True
    return re.search(rf"(?:^| )(?:{AUXILIARY}|{PAST_VERB})\b", text, re.IGNORECASE) is not None


def _join(*words: str) -> str:
    return " ".join(" ".join(words).split())


def _split(rest: str, aux: str, *, alone: bool = False) -> tuple[str, str]:
    """Split what follows an auxiliary into subject and predicate; `alone` if no question word stands before it."""
    words = rest.split()
    end = next((place for place in range(1, len(words)) if _is_verb(words, place, aux)), 0)
    if not end:
        end = next((place for place in range(1, len(words)) if _ends_noun_phrase(words, place)), len(words))
        verb_is_due = aux not in (*BE, *HAVE) or (alone and end == len(words))
        if verb_is_due and end > 1 and not words[end - 1][0].isupper() and not _opens_noun(words[end - 2]):
            end -= 1
    return " ".join(words[:end]), " ".join(words[end:])


def _opens_noun(word: str) -> bool:
    return word.lower() in ("the", "a", "an", "of", "and", "or")


def _is_verb(words: Sequence[str], place: int, aux: str) -> bool:
    if _opens_noun(words[place - 1]) or words[place][0].isupper():
        return False
    word = words[place].lower()
    return (
        (re.fullmatch(PAST_VERB, word) is not None or word in PAST_OF_PARTICIPLE)
        if aux in (*BE, *HAVE)
        else word in BASE_VERBS
    )


def _ends_noun_phrase(words: Sequence[str], place: int) -> bool:
    """Return whether a noun phrase ends before this word: it is a stop word, or a second name begins."""
    word, before = words[place], words[place - 1]
    if word[0].isupper():
        return before.islower() and not _opens_noun(before) and any(other[0].isupper() for other in words[:place])
    low = word.lower().strip(",;")
    return not _opens_noun(low) and (low in STOP_WORDS or re.fullmatch(PREPOSITION, low) is not None)
