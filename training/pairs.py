"""Training pairs of a question and the sentence that answers it, with the near sentences that do not.

The pairs are those of `sentence_questions.jsonl`: SQuAD 1.1 at sentence level (Du et al. 2017), lower case and
tokenised in the Penn manner. Neighbouring lines come from one article, so hard negatives are near lines.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.text.tokens import STOP_WORDS, content_stems, stem, tokenize

__all__ = ["Pair", "detokenize", "make_unanswerable", "misspell", "read_pairs", "to_keywords"]

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
    """A question and the index of the sentence that answers it."""

    question: str
    sentence: int


def read_pairs(path: Path) -> tuple[list[str], list[Pair]]:
    """Return the sentences, once each in the order of the articles, and the questions about them."""
    sentences: list[str] = []
    places: dict[tuple[str, str], int] = {}
    pairs = []
    for line in filter(str.strip, path.read_text("utf-8").split("\n")):  # JSON may hold other signs that end lines
        row = json.loads(line)
        key = (row["split"], row["sentence"])
        if key not in places:
            places[key] = len(sentences)
            sentences.append(detokenize(row["sentence"]))
        pairs.append(Pair(detokenize(row["question"]), places[key]))
    return sentences, pairs


def detokenize(text: str) -> str:
    """Return text as people write it, but for capitals: brackets, quotation marks and contractions put back."""
    text = " ".join(BRACKETS.get(word, word) for word in text.split())
    text = re.sub(r" (n't|'s|'re|'ve|'ll|'d|'m)\b", r"\1", text)
    text = re.sub(r" ([,.;:?!%)\]])", r"\1", text)
    return re.sub(r"([(\[$]) ", r"\1", text).replace(" - ", "-")


def to_keywords(question: str, generator: random.Random) -> str:
    """Return a question as typed in haste: the words that carry a topic, sometimes cut short."""
    kept = [word for word in tokenize(question) if word not in STOP_WORDS or generator.random() < 0.15]
    return " ".join(
        word[: max(3, len(word) // 2)] if len(word) > 6 and generator.random() < 0.15 else word for word in kept
    )


def misspell(question: str, generator: random.Random) -> str:
    """Return a question with a letter of one or two words dropped, doubled, or swapped with the next."""
    words = question.split()
    for index in generator.sample(range(len(words)), min(len(words), generator.choice((1, 1, 2)))):
        word = words[index]
        if len(word) < 4 or not word.isalpha():
            continue
        place = generator.randrange(1, len(word) - 1)
        words[index] = generator.choice(
            (
                word[:place] + word[place + 1 :],
                word[:place] + word[place] + word[place:],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            )
        )
    return " ".join(words)


def make_unanswerable(question: str, evidence: str, around: Sequence[str], generator: random.Random) -> str:
    """Return a question like this one that its evidence does not answer; "" if none can be made.

    A number is swapped, a word for its opposite, or a word of the evidence for one of the sentences around.
    """
    methods = [_swap_number, _swap_opposite, _swap_word, _swap_word]
    generator.shuffle(methods)
    for method in methods:
        if variant := method(question, evidence, around, generator):
            return variant
    return ""


def _swap_number(question: str, evidence: str, around: Sequence[str], generator: random.Random) -> str:
    known = {*_numbers(evidence), *_numbers(question)}
    candidates = [number for number in _numbers(question) if number in _numbers(evidence)]
    if not candidates:
        return ""
    old = generator.choice(candidates)
    alike = [number for text in around for number in _numbers(text) if number not in known and len(number) == len(old)]
    if not alike and old.isdigit():
        near = [int(old) + step for step in (-20, -10, -3, -1, 1, 2, 5, 10)]
        alike = [str(number) for number in near if number >= 0 and str(number) not in known]
    if not alike:
        return ""
    new = generator.choice(alike)

    def replace(match: re.Match[str]) -> str:
        return match.group().replace(old, new) if _strip_number(match.group()) == old else match.group()

    return NUMBER.sub(replace, question)


def _numbers(text: str) -> list[str]:
    return [_strip_number(number) for number in NUMBER.findall(text)]


def _strip_number(number: str) -> str:
    """Return a number without the signs that end a sentence or clause."""
    return number.rstrip(".,")


def _swap_opposite(question: str, evidence: str, around: Sequence[str], generator: random.Random) -> str:
    words = question.split()
    candidates = [index for index, word in enumerate(words) if word.lower() in _opposites()]
    if not candidates:
        return ""
    index = generator.choice(candidates)
    opposite = _opposites()[words[index].lower()]
    if stem(opposite) in {stem(word) for word in tokenize(evidence)}:
        return ""
    return " ".join((*words[:index], opposite, *words[index + 1 :]))


def _swap_word(question: str, evidence: str, around: Sequence[str], generator: random.Random) -> str:
    """Swap a word for one of like length and, if there are capitals, of like case."""
    evidence_stems = set(content_stems(evidence))
    words = question.split()
    candidates = [
        index
        for index, word in enumerate(words)
        if len(word) > 3 and word.isalpha() and word.lower() not in STOP_WORDS and stem(word.lower()) in evidence_stems
    ]
    if not candidates:
        return ""
    index = generator.choice(candidates)
    question_stems = set(content_stems(question))
    others = sorted(
        {
            word
            for text in around
            for word in re.findall(r"[^\W\d_]+", text)
            if len(word) > 3
            and word.lower() not in STOP_WORDS
            and stem(word.lower()) not in evidence_stems | question_stems
            and word[0].isupper() == words[index][0].isupper()
            and word[-1] == words[index][-1]
        }
    )
    if not others:
        return ""
    return " ".join((*words[:index], generator.choice(others), *words[index + 1 :]))


_OPPOSITES: dict[str, str] = {}


def _opposites() -> dict[str, str]:
    if not _OPPOSITES:
        for pair in OPPOSITES.split(";"):
            word, opposite = pair.split()
            _OPPOSITES[word] = opposite
            _OPPOSITES.setdefault(opposite, word)
    return _OPPOSITES


def hard_negatives(
    questions: np.ndarray, sentences: np.ndarray, texts: Sequence[str], pairs: Sequence[Pair], reach: int, most: int
) -> list[list[int]]:
    """Return, for each question, the sentences within `reach` of its own that are most like it, without its own."""
    stems = [frozenset(content_stems(text)) for text in texts]
    counts = Counter(stem for sentence_stems in stems for stem in sentence_stems)
    rarity = {stem: np.log(1 + len(texts) / count) for stem, count in counts.items()}
    negatives = []
    for vector, pair in zip(questions, pairs, strict=True):
        start, end = max(0, pair.sentence - reach), min(len(texts), pair.sentence + reach)
        cosine = sentences[start:end] @ vector
        question_stems = set(content_stems(pair.question))
        shared = (question_stems & stems[row] for row in range(start, end))
        overlap = np.asarray([sum(rarity[stem] for stem in both) for both in shared])
        score = 1 / (5 + np.argsort(np.argsort(-cosine))) + 1 / (5 + np.argsort(np.argsort(-overlap)))
        order = [start + int(row) for row in np.argsort(-score)[: most + 1]]
        negatives.append([row for row in order if row != pair.sentence][:most])
    return negatives
