"""Answers that moderators write: sections of a Markdown file among the sources, each a question and its answer."""

from __future__ import annotations

import re

from bot.text.i18n import gettext, gettext_noop

__all__ = ["FAQ_FILE", "MOST_ANSWER", "MOST_QUESTION", "AnswerRejected", "add_section", "section_of"]

FAQ_FILE = "faq.md"
HEADER = "# Frequently asked questions\n"
MOST_QUESTION, MOST_ANSWER = 200, 4_000

MARKUP_LINE = re.compile(r"^[ \t]{0,3}(#{1,6}([ \t]|$)|={2,}[ \t]*$|-{2,}[ \t]*$|`{3,}|~{3,}|<)", re.MULTILINE)
"""A line that would begin another section or a block that swallows the sections after it."""
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")

NO_QUESTION = gettext_noop("Write the question, too: it becomes the heading of the answer.")
NO_ANSWER = gettext_noop("Write an answer.")
QUESTION_TOO_LONG = gettext_noop("The question has more than {most} characters: shorten it.")
ANSWER_TOO_LONG = gettext_noop("The answer has more than {most} characters: shorten it, or add a file of its own.")
MARKUP = gettext_noop(
    "A line of the answer begins with “{start}”, which would begin another section or hide those after it: begin it "
    "otherwise."
)
INVISIBLE = gettext_noop("The text has characters that show nothing: type it anew in place of pasting it.")
ALREADY_THERE = gettext_noop("{file} answers this question already: word yours differently, or change the file.")
NOT_UTF8 = gettext_noop("{file} is not in UTF-8, so that nothing can be added to it: save it as UTF-8 first.")


class AnswerRejected(Exception):
    """An answer that cannot be added; the text says why and how to mend it, in the reader's language."""


def section_of(question: str, answer: str) -> str:
    """Return the section of a question and its answer. Raises AnswerRejected."""
    heading = " ".join(question.split())
    body = "\n".join(line.rstrip() for line in answer.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n"))
    if not heading.strip("#").strip():
        raise AnswerRejected(gettext(NO_QUESTION))
    if not body:
        raise AnswerRejected(gettext(NO_ANSWER))
    if len(heading) > MOST_QUESTION:
        raise AnswerRejected(gettext(QUESTION_TOO_LONG, most=MOST_QUESTION))
    if len(body) > MOST_ANSWER:
        raise AnswerRejected(gettext(ANSWER_TOO_LONG, most=MOST_ANSWER))
    if CONTROLS.search(heading) or CONTROLS.search(body):
        raise AnswerRejected(gettext(INVISIBLE))
    if found := MARKUP_LINE.search(body):
        raise AnswerRejected(gettext(MARKUP, start=found[1].strip()))
    return f"## {heading}\n\n{body}\n"


def add_section(before: bytes, section: str) -> bytes:
    """Return the file with a section at its end; `before` is empty for a new file. Raises AnswerRejected."""
    try:
        text = before.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AnswerRejected(gettext(NOT_UTF8, file=FAQ_FILE)) from error
    heading = section.partition("\n")[0]
    headings = {" ".join(line.split()).casefold() for line in text.splitlines() if line.startswith("#")}
    if heading.casefold() in headings:
        raise AnswerRejected(gettext(ALREADY_THERE, file=FAQ_FILE))
    start = text if text.strip() else HEADER
    newline = "\r\n" if "\r\n" in start else "\n"
    whole = section if newline == "\n" else section.replace("\n", newline)
    return f"{start.rstrip()}{newline}{newline}{whole}".encode()
