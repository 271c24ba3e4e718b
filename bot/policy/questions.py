"""Which texts are taken as questions."""

from __future__ import annotations

import re

from bot.text.escape import fold
from bot.text.i18n import format_number, gettext, gettext_noop

__all__ = ["LONGEST_QUESTION", "asks_about_bot", "problem_of", "question_in"]

LONGEST_QUESTION = 500

HOW_TO_ASK = gettext_noop(
    "Ask me something, for example: What is the context window of Scout? I answer from the sources, or not at all."
)

SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|\n")
QUESTION_END = re.compile(r"[?？][?!？！]*[\"'”’»」)]*$")
"""The end of a sentence that is a question, closing quotation marks included."""

ABOUT_BOT = re.compile(
    r"(?:(?:hi|hello|hey|hallo|hola|salut|bonjour|olá|oi)\b[\s,!.]*)?(?:"
    r"(?:who|what) (?:are|r) (?:you|u)|what can (?:you|u|i) (?:do|ask|ask you)|what (?:do|can) you (?:do|know|answer)"
    r"|how (?:do|can|should) (?:you work|i (?:ask|use) (?:you|this|it)|i use (?:the|this) bot)"
    r"|how does (?:this|the|it)(?: bot)? work|what(?: is|'s|’s) (?:this|that) bot(?: for)?|help(?: me)?|commands"
    r"|wer bist du|was bist du|was kannst du(?: alles)?|wie funktionierst du|hilfe"
    r"|quién eres|qué eres|qué puedes hacer|cómo funcionas|ayuda"
    r"|(?:qui|qu'|que )\s?(?:es-tu|êtes-vous)|tu es qui|que (?:peux-tu|sais-tu|pouvez-vous) faire|aide"
    r"|quem é você|o que é você|o que você (?:faz|pode fazer|sabe fazer)|como você funciona|ajuda"
    r"|(?:あなたは)?(?:誰|だれ|何)(?:ですか|なの)?|何が?できますか?|使い方(?:は|を教えて)?|ヘルプ)"
)
"""Questions about the bot itself, as a whole text, in the languages that it speaks."""


def asks_about_bot(text: str) -> bool:
    """Return whether a text asks nothing but who the bot is, what it can do or how to use it."""
    asked = fold(text).casefold().strip(" .!?¿¡？！。…\"'")
    return bool(ABOUT_BOT.fullmatch(asked))


def question_in(text: str) -> str:
    """Return the question in a message: the whole text, or its first short question if it is too long."""
    text = text.strip()
    if len(text) <= LONGEST_QUESTION:
        return text
    sentences = (sentence.strip() for sentence in SENTENCE_ENDS.split(text))
    return next((short for short in sentences if len(short) <= LONGEST_QUESTION and QUESTION_END.search(short)), text)


def problem_of(question: str) -> str:
    """Return why a question cannot be taken; empty if it can."""
    if not fold(question):
        return gettext(HOW_TO_ASK)
    if len(question) > LONGEST_QUESTION:
        return gettext(
            "That is {length} characters long, and I read at most {most}. Please ask it in a sentence or two.",
            length=format_number(len(question)),
            most=LONGEST_QUESTION,
        )
    return ""
