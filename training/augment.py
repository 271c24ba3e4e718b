"""Other forms of a question that ask the same: as people type them on a phone."""

from __future__ import annotations

import random
import re

__all__ = ["vary_question"]

SHORT_FORMS = {
    "what is": "whats", "what's": "whats", "who is": "whos", "where is": "wheres", "how is": "hows",
    "is not": "isnt", "does not": "doesnt", "do not": "dont", "cannot": "cant", "can not": "cant",
    "will not": "wont", "parameters": "params", "parameter": "param", "context": "ctx", "difference": "diff",
    "differences": "diffs", "download": "dl", "because": "bc", "with": "w/", "without": "w/o", "versus": "vs",
    "version": "ver", "you": "u", "your": "ur", "are": "r", "please": "pls", "information": "info",
    "configuration": "config", "repository": "repo", "documentation": "docs", "maximum": "max", "minimum": "min",
    "number": "num", "about": "abt", "people": "ppl", "thanks": "thx", "requirements": "reqs",
    "dependencies": "deps", "database": "db", "environment": "env", "administrator": "admin", "message": "msg",
    "messages": "msgs", "and": "&", "to": "2", "for": "4",
}  # fmt: skip
OPENINGS = (
    "hey, ", "hi, ", "hi all, ", "hello, ", "yo ", "so ", "ok so ", "quick question: ", "quick q: ",
    "sorry if asked before, ", "hey bot ", "does anyone know ", "anyone know ", "can someone tell me ",
    "could you tell me ", "just wondering, ", "i was reading this and wondered, ", "a friend asked me, ",
    "noob here, ", "um ", "btw ", "please tell me ",
)  # fmt: skip
CLOSINGS = (
    " pls", " please", " thx", " thanks", " ty", " lol", " tho", " then", " exactly", " anyone?", " plz", " :)",
    "...", " ??",
)  # fmt: skip


def vary_question(question: str, rng: random.Random) -> str:
    """Return a question in another form, or unchanged in about half of the cases."""
    if rng.random() < 0.45:
        return question
    text = question
    if rng.random() < 0.3:
        text = _shorten(text, rng)
    if rng.random() < 0.2:
        text = _misspell(text, rng)
    text = (
        text.rstrip("?. ") if rng.random() < 0.5 else text if text.endswith("?") or rng.random() < 0.5 else f"{text}?"
    )
    if rng.random() < 0.3:
        text = rng.choice(OPENINGS) + text[:1].lower() + text[1:]
    if rng.random() < 0.25:
        text = text.rstrip("?") + rng.choice(CLOSINGS)
    return text or question


def _shorten(text: str, rng: random.Random) -> str:
    known = [form for form in SHORT_FORMS if re.search(rf"\b{re.escape(form)}\b", text, re.IGNORECASE)]
    for form in rng.sample(known, min(len(known), rng.randint(1, 3))):
        text = re.sub(rf"\b{re.escape(form)}\b", SHORT_FORMS[form], text, flags=re.IGNORECASE)
    return text


def _misspell(text: str, rng: random.Random) -> str:
    """Return the text with a slip of the finger in one or two of its longer words."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    for place in rng.sample(long, min(len(long), rng.randint(1, 2))):
        word, at = words[place], rng.randrange(1, len(words[place]) - 1)
        slip = rng.random()
        if slip < 0.4:
            words[place] = word[:at] + word[at + 1 :]
        elif slip < 0.75:
            words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        else:
            words[place] = word[:at] + word[at] + word[at:]
    return " ".join(words)
