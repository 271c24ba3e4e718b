"""Pairs of a question and the sentence that answers it -> questions with the near sentences that do not.

The pairs are those of `sentence_questions.jsonl`: SQuAD 1.1 at sentence level (Du et al. 2017), lower case and
tokenised in the Penn manner. Neighbouring lines come from one article, so hard negatives are near lines.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.text.tokens import STOP_WORDS, content_stems, stem, tokenize

__all__ = ["Pair", "clean", "keywords", "misspelt", "read_pairs", "swapped"]

BRACKETS = {"-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "-lcb-": "{", "-rcb-": "}", "``": '"', "''": '"'}
NUMBER = re.compile(r"\b\d[\d.,]*\b")

OPPOSITES = """
    first last; before after; north south; east west; northern southern; eastern western; northeast southwest;
    increase decrease; increased decreased; increases decreases; increasing decreasing; rise fall; rose fell;
    largest smallest; larger smaller; large small; big little; biggest smallest; most least; more fewer; high low;
    higher lower; highest lowest; long short; longest shortest; longer shorter; early late; earlier later;
    earliest latest; old new; oldest newest; older younger; modern ancient; begin end; began ended; start stop;
    started stopped; begins ends; beginning end; win lose; won lost; victory defeat; support oppose;
    supported opposed; accept reject; accepted rejected; allow forbid; allowed forbidden; legal illegal;
    positive negative; public private; rich poor; strong weak; stronger weaker; major minor; primary secondary;
    male female; men women; man woman; king queen; husband wife; brother sister; son daughter; father mother;
    import export; imported exported; arrive leave; arrived left; buy sell; bought sold; open closed;
    best worst; better worse; good bad; common rare; popular unpopular; same different; inside outside;
    internal external; upper lower; above below; over under; maximum minimum; minimum maximum; with without;
    always never; all none; include exclude; included excluded; success failure; successful unsuccessful;
    create destroy; created destroyed; build demolish; built demolished; gain lose; gained lost; push pull;
    cause prevent; caused prevented; encourage discourage; encouraged discouraged; love hate; peace war;
    ally enemy; allies enemies; urban rural; hot cold; wet dry; summer winter; day night; fast slow; faster slower;
    easy difficult; easier harder; left right; top bottom; front back; birth death; born buried; living dead;
    friend enemy; employer employee; teacher student; senior junior; majority minority; wide narrow; deep shallow
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and the place of the sentence that answers it, among the sentences in their order."""

    question: str
    sentence: int


def read_pairs(path: Path) -> tuple[list[str], list[Pair]]:
    """The sentences, once each in the order of the articles, and the questions about them."""
    sentences: list[str] = []
    places: dict[tuple[str, str], int] = {}
    pairs = []
    for line in filter(str.strip, path.read_text("utf-8").split("\n")):  # JSON may hold other signs that end lines
        row = json.loads(line)
        key = (row["split"], row["sentence"])
        if key not in places:
            places[key] = len(sentences)
            sentences.append(clean(row["sentence"]))
        pairs.append(Pair(clean(row["question"]), places[key]))
    return sentences, pairs


def clean(text: str) -> str:
    """Text as people write it, but for capitals: brackets, quotation marks and contractions put back."""
    text = " ".join(BRACKETS.get(word, word) for word in text.split())
    text = re.sub(r" (n't|'s|'re|'ve|'ll|'d|'m)\b", r"\1", text)
    text = re.sub(r" ([,.;:?!%)\]])", r"\1", text)
    return re.sub(r"([(\[$]) ", r"\1", text).replace(" - ", "-")


def keywords(question: str, chance: random.Random) -> str:
    """As typed in haste: the words that carry a topic, now and then cut short."""
    kept = [word for word in tokenize(question) if word not in STOP_WORDS or chance.random() < 0.15]
    return " ".join(
        word[: max(3, len(word) // 2)] if len(word) > 6 and chance.random() < 0.15 else word for word in kept
    )


def misspelt(question: str, chance: random.Random) -> str:
    """One or two words with a letter dropped, doubled, or swapped with the next."""
    words = question.split()
    for at in chance.sample(range(len(words)), min(len(words), chance.choice((1, 1, 2)))):
        word = words[at]
        if len(word) < 4 or not word.isalpha():
            continue
        place = chance.randrange(1, len(word) - 1)
        words[at] = chance.choice(
            (
                word[:place] + word[place + 1 :],
                word[:place] + word[place] + word[place:],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            )
        )
    return " ".join(words)


def swapped(question: str, evidence: str, around: Sequence[str], chance: random.Random) -> str:
    """A question like this one that its evidence does not answer, by swapping a number, a word for its opposite, or
    a word that the evidence holds for one of the sentences around; "" where none of the three can be done."""
    ways = [_other_number, _opposite, _other_word, _other_word]
    chance.shuffle(ways)
    for way in ways:
        if found := way(question, evidence, around, chance):
            return found
    return ""


def _other_number(question: str, evidence: str, around: Sequence[str], chance: random.Random) -> str:
    known = {*_numbers(evidence), *_numbers(question)}
    found = [at for at in _numbers(question) if at in _numbers(evidence)]
    if not found:
        return ""
    old = chance.choice(found)
    alike = [at for text in around for at in _numbers(text) if at not in known and len(at) == len(old)]
    if not alike and old.isdigit():
        near = [int(old) + step for step in (-20, -10, -3, -1, 1, 2, 5, 10)]
        alike = [str(at) for at in near if at >= 0 and str(at) not in known]
    if not alike:
        return ""
    new = chance.choice(alike)
    return NUMBER.sub(lambda at: at.group().replace(old, new) if _plain(at.group()) == old else at.group(), question)


def _numbers(text: str) -> list[str]:
    return [_plain(at) for at in NUMBER.findall(text)]


def _plain(number: str) -> str:
    """Without the signs that end a sentence or a clause."""
    return number.rstrip(".,")


def _opposite(question: str, evidence: str, around: Sequence[str], chance: random.Random) -> str:
    words = question.split()
    found = [at for at, word in enumerate(words) if word.lower() in _opposites()]
    if not found:
        return ""
    at = chance.choice(found)
    other = _opposites()[words[at].lower()]
    if stem(other) in {stem(word) for word in tokenize(evidence)}:
        return ""
    return " ".join((*words[:at], other, *words[at + 1 :]))


def _other_word(question: str, evidence: str, around: Sequence[str], chance: random.Random) -> str:
    """A word of like length and, where there are capitals, of like writing."""
    there = set(content_stems(evidence))
    words = question.split()
    found = [
        at
        for at, word in enumerate(words)
        if len(word) > 3 and word.isalpha() and word.lower() not in STOP_WORDS and stem(word.lower()) in there
    ]
    if not found:
        return ""
    at = chance.choice(found)
    own = set(content_stems(question))
    others = sorted(
        {
            word
            for text in around
            for word in re.findall(r"[^\W\d_]+", text)
            if len(word) > 3
            and word.lower() not in STOP_WORDS
            and stem(word.lower()) not in there | own
            and word[0].isupper() == words[at][0].isupper()
            and word[-1] == words[at][-1]
        }
    )
    if not others:
        return ""
    return " ".join((*words[:at], chance.choice(others), *words[at + 1 :]))


_OPPOSITES: dict[str, str] = {}


def _opposites() -> dict[str, str]:
    if not _OPPOSITES:
        for pair in OPPOSITES.split(";"):
            one, other = pair.split()
            _OPPOSITES[one] = other
            _OPPOSITES.setdefault(other, one)
    return _OPPOSITES


def nearest(
    questions: np.ndarray, sentences: np.ndarray, texts: Sequence[str], asked: Sequence[Pair], reach: int, most: int
) -> list[list[int]]:
    """For each question the sentences within `reach` of its own that are most like it, its own left out."""
    stems = [frozenset(content_stems(text)) for text in texts]
    seen: dict[str, int] = {}
    for own in stems:
        for at in own:
            seen[at] = seen.get(at, 0) + 1
    rarity = {at: np.log(1 + len(texts) / n) for at, n in seen.items()}
    found = []
    for vector, pair in zip(questions, asked, strict=True):
        start, end = max(0, pair.sentence - reach), min(len(texts), pair.sentence + reach)
        cosine = sentences[start:end] @ vector
        own = set(content_stems(pair.question))
        overlap = np.asarray([sum(rarity[at] for at in own & stems[row]) for row in range(start, end)])
        score = 1 / (5 + np.argsort(np.argsort(-cosine))) + 1 / (5 + np.argsort(np.argsort(-overlap)))
        order = [start + int(at) for at in np.argsort(-score)[: most + 1]]
        found.append([at for at in order if at != pair.sentence][:most])
    return found
