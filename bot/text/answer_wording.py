"""The wording of an answer, the same on Discord and in the console; plain text that is not escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.text.escape import ELLIPSIS, LINE_BREAK, fold
from bot.text.i18n import format_percentage, gettext, gettext_noop
from bot.text.index_messages import translate
from index.domain.answers import NO, YES, Certainty
from index.domain.generation import GenerationFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index import Answer
    from index.domain.answers import Citation

__all__ = [
    "and_more",
    "bold_span",
    "brief_answer",
    "certainty_text",
    "confidence_text",
    "distinct_citations",
    "fault_note",
    "may_be_bold",
    "own_words",
    "quotation_text",
    "written_by",
    "written_text",
]

VERDICTS = {YES: gettext_noop("Yes."), NO: gettext_noop("No.")}

CERTAINTIES: dict[str, str] = {
    Certainty.SURE: gettext_noop("I am sure of this."),
    Certainty.LIKELY: gettext_noop("This is likely right."),
    Certainty.UNSURE: gettext_noop("I am unsure of this."),
}

FAULTS: dict[str, str] = {
    GenerationFault.TIMEOUT: gettext_noop("The language model did not answer in time."),
    GenerationFault.UNREACHABLE: gettext_noop("The language model cannot be reached just now."),
    GenerationFault.BUSY: gettext_noop("The language model is too busy just now."),
    GenerationFault.REJECTED: gettext_noop("The language model's server refused the request."),
    GenerationFault.PAUSED: gettext_noop("The language model failed several times and rests for a while."),
    GenerationFault.BUDGET: gettext_noop("What the language model may write today is used up."),
    GenerationFault.UNUSABLE: gettext_noop("The language model wrote nothing that can be used."),
    GenerationFault.UNVERIFIED: gettext_noop("Nothing that the language model wrote passed the checks."),
    GenerationFault.STOPPED: gettext_noop("The writing was stopped."),
}
"""Why a language model did not write an answer."""
OTHER_FAULT = gettext_noop("The language model did not write this answer.")

CITATION_NUMBERS = re.compile(r"\s*\[\d+\]")

LIST_ITEM = re.compile(r"\s*(?:[-*+•]|(\d{1,3}[.)]))\s+")
"""The beginning of an item of a list, at the start of a line."""


def certainty_text(answer: Answer) -> str:
    """Return how sure an answer is; empty for an abstention."""
    return gettext(CERTAINTIES[answer.certainty]) if answer.certainty else ""


def confidence_text(confidence: float) -> str:
    """Return the confidence, 0..1, in per cent; never 0 or 100, since it is an estimate."""
    return gettext("Confidence: {percent}.", percent=format_percentage(min(max(confidence, 0.01), 0.99)))


def may_be_bold(answer: Answer) -> bool:
    """Return whether words may stand in bold: they are read as certain, so those of an unsure answer may not."""
    return answer.certainty in (Certainty.SURE, Certainty.LIKELY)


def brief_answer(answer: Answer) -> str:
    """Return "Yes", "No" or the words that answer.

    It is empty if there are none, if they are a whole quotation, which shows them anyway, or for an abstention.
    """
    if answer.abstained:
        return ""
    if answer.verdict in VERDICTS:
        return gettext(VERDICTS[answer.verdict])
    words = fold(answer.short_answer.text) if answer.short_answer else ""
    return "" if any(words == _bare(citation) for citation in answer.citations) else words


def and_more(names: str, left: int) -> str:
    """Return a list, with the number of further items if there are any."""
    return gettext("{names} and {number} more", names=names, number=left) if left > 0 else names


def quotation_text(citation: Citation) -> str:
    """Return a quotation folded to one line, with a `LINE_BREAK` before each item of a list or line of code."""
    lines = citation.shown.replace(LINE_BREAK, " ").split("\n")
    if len(lines) > 1:
        items = [(LIST_ITEM.match(line), line) for line in lines]
        if not any(item for item, _ in items):
            return fold(f" {LINE_BREAK} ".join(filter(str.strip, lines)))
        lines = [f"{LINE_BREAK} {item[1] or '•'} {line[item.end() :]}" if item else line for item, line in items]
    return fold(" ".join(lines)).removeprefix(f"{LINE_BREAK} ")


def distinct_citations(citations: Sequence[Citation]) -> list[Citation]:
    """Return the citations whose words do not stand in an earlier one already."""
    distinct: list[Citation] = []
    for citation in citations:
        if not any(_holds(earlier, citation) for earlier in distinct):
            distinct.append(citation)
    return distinct


def bold_span(answer: Answer, citation: Citation) -> tuple[int, int] | None:
    """Return where the short answer stands in a quotation.

    Returns
    -------
    tuple of int, or None
        Start and end in `quotation_text`; None if the answer is unsure or the place uncertain. If the words occur
        several times, it is the occurrence with as many before it as in the source.
    """
    short = answer.short_answer
    if not may_be_bold(answer) or short is None or short.citation != citation.number:
        return None
    words, shown, quote = fold(short.text), quotation_text(citation), fold(citation.quote)
    before = fold(citation.quote[: max(short.start - citation.start, 0)])
    if not words:
        return None
    if shown.count(words) != quote.count(words):
        return _cell_span(words, shown)
    start = -1
    for _ in range(before.count(words) + 1):
        start = shown.find(words, start + 1)
        if start < 0:
            return None
    return start, start + len(words)


def _cell_span(words: str, shown: str) -> tuple[int, int] | None:
    """Return where words are the whole value of a row's cell, behind the name of its column; None if of several."""
    cells = [*re.finditer(rf"(?:^|: |\| ){re.escape(words)}(?= \||$)", shown)]
    return (cells[0].end() - len(words), cells[0].end()) if len(cells) == 1 and " | " in shown else None


def own_words(answer: Answer) -> str:
    """Return what the text of an answer says beside its quotations and the brief answer; empty if that is nothing.

    A quotation within other words gives way to its number. The values of a conflict stay, however much they quote.
    """
    text = rest = fold(translate(answer.text))
    for words in sorted(filter(None, map(_bare, answer.citations)), key=len, reverse=True):
        rest = re.sub(rf"{ELLIPSIS}? ?(?<!\w){re.escape(words)}(?!\w) ?{ELLIPSIS}?", " ", rest)
    said = CITATION_NUMBERS.sub("", rest)
    if said.strip(" .") == brief_answer(answer).strip(" .") or not re.search(r"\w", said):
        return ""
    if answer.conflict:
        return text
    words, bracket, numbers = fold(rest).partition("[")
    # Numbers that stand at the end alone, as behind a title, add nothing.
    return words.rstrip(": ") if re.fullmatch(r"(?:\[\d+\] ?)+", bracket + numbers) else fold(rest)


def written_by(model: str) -> str:
    """Return the line that says who wrote an answer; `model` is the name as it may be shown."""
    return gettext("Written by {model}, checked.", model=model)


def written_text(answer: Answer) -> str:
    """Return the sentences of a language model, each with the numbers of its quotations; empty if it wrote none.

    For a quotation that is not shown, since an earlier one holds its words, it is the earlier one's number.
    """
    shown = distinct_citations(answer.citations)
    numbers = {
        cited.number: next(other.number for other in shown if _holds(other, cited)) for cited in answer.citations
    }
    marked = [
        [
            fold(sentence.text),
            *dict.fromkeys(f"[{numbers[number]}]" for number in sentence.citations if number in numbers),
        ]
        for sentence in answer.sentences
    ]
    return " ".join(" ".join(parts) for parts in marked if parts[0])


def fault_note(answer: Answer) -> str:
    """Return why a language model did not write an answer, or not all of it; empty if it did, or was not asked."""
    if not answer.fault:
        return ""
    fault = gettext(FAULTS[answer.fault]) if answer.fault in FAULTS else gettext(OTHER_FAULT)
    if answer.sentences:
        if answer.fault == GenerationFault.UNUSABLE:  # that is so of the rest alone
            return gettext("It is not written to its end.")
        return gettext("It is not written to its end. {fault}", fault=fault)
    return fault if answer.abstained else gettext("{fault} These are quotations.", fault=fault)


def _holds(citation: Citation, other: Citation) -> bool:
    """Whether a quotation holds the words of another one, or the same."""
    return f" {_bare(other)} " in f" {_bare(citation)} "


def _bare(citation: Citation) -> str:
    """Return a quotation's words on one line, without the ellipses of a cut."""
    return fold(citation.shown).strip(f"{ELLIPSIS} ")
