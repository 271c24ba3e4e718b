"""Rules that find the number or date of a sentence that a question asks for."""

from __future__ import annotations

import re

from index.answering._span_context import CharSpan, SpanContext, single
from index.text.quantities import YEAR, Quantity, find_dates
from index.text.tokens import STOP_WORDS, content_stems, stem, token_spans

__all__ = ["find_amount", "find_attribute", "find_count", "find_date"]

HOW_MANY = r"how many (?:of )?|^what (?:are|were) the (?=(?:[\w-]+ )?[a-z]*[^\Wsu]s of )"
DURATIONS = "second minute hour day week month year decade century"
TIME_UNITS = frozenset(stem(word) for word in DURATIONS.split())
PERCENT = re.compile(r"\bper ?cent|\bshare of\b")
MONEY = re.compile(r"\b(cost|costs|price|prices|pay|paid|worth|money)\b")
COIN_WORDS = "dollar euro pound cent penny pence franc crown krona krone yen yuan rupee"
COINS = frozenset(stem(word) for word in COIN_WORDS.split())
FROM = re.compile(r"\b(born|began|begin|start\w*|found\w*|establish\w*)\b")
UNTIL = re.compile(r"\b(die|died|dead|death|end|ended|until|over)\b")


def _with_unit(number: Quantity) -> CharSpan:
    return (number.start, max(number.end, number.unit_end))


def find_count(context: SpanContext) -> CharSpan | None:
    """Return the number for "how many X" or "what are the Xs of Y".

    It is the number before X, or the only number of the sentence if that counts nothing else.
    """
    match = re.search(rf"\b({HOW_MANY})((?:[\w'’-]+ ?){{1,4}})", context.question.normalized)
    if not match:
        return None
    wanted: list[str] = []
    for word, _, _ in token_spans(match[2]):
        if word in STOP_WORDS and wanted:
            break
        wanted += [stem(word)] if word not in STOP_WORDS else []
    if not set(wanted[:-1]) <= {word for word, _, _ in context.words}:
        return None  # "total parameters" are not the "active parameters" that the sentence counts
    spans = [
        (number.start, end)
        for number in context.numbers
        if (end := _end_of_counted(context, number, wanted)) and not _shares_noun(context, number)
    ]
    if spans or "how many" not in context.question.normalized:
        return context.nearest(spans)
    numbers = [number for number in context.numbers if number.kind == "number" and number.value != 1]
    if any(number.unit for number in numbers):
        return None
    return single([(number.start, number.end) for number in numbers])


def _shares_noun(context: SpanContext, number: Quantity) -> bool:
    """Whether it is the last of several that count one noun, "16 and 128 experts": then it is not all of the answer."""
    gaps = [
        context.text[other.end : number.start]
        for other in context.numbers
        if other.end <= number.start and not other.unit
    ]
    return any(re.fullmatch(r",?\s*(?:and|or|to|–|-)?\s*", gap) for gap in gaps)


def _end_of_counted(context: SpanContext, number: Quantity, wanted: list[str]) -> int:
    """Return where the last wanted word that the number counts ends; 0 if it counts none of them."""
    ends = 0
    for word, start, end in context.words:
        between = context.text[number.end : start]
        if start < number.end or word not in wanted or context.text[end : end + 1] == "-":
            continue
        if (
            not re.search(r"[,;.:()\d]", between)
            and all(token not in STOP_WORDS for token, _, _ in token_spans(between))
            and between.count(" ") <= 4
        ):
            ends = end
    return ends


def find_attribute(context: SpanContext) -> CharSpan | None:
    """Return the number for "what is the X": "ELO score of 1417", "context window of 10 million tokens"."""
    match = re.match(
        r"(?:what|which)(?: is| was| are| were)? (.*?)(?: (?:of|on|in|for|at|by|to|from|did|does)\b|$)",
        context.question.normalized,
    )
    head = content_stems(match[1])[-1:] if match else []
    spans = []
    for number in context.numbers:
        link = re.search(r"([\w-]+)\s*(?:of|is|was|at|:|=|\|)\s*(?:an?\s)?$", context.text[: number.start])
        if head and link and content_stems(link[1])[-1:] == head:
            spans.append(_with_unit(number))
    return context.nearest(spans)


def find_amount(context: SpanContext) -> CharSpan | None:
    """Return the number for "how much", "how big" or "what percentage": the only one of that sort."""
    sort = (
        "share"
        if PERCENT.search(context.question.normalized)
        else "money"
        if MONEY.search(context.question.normalized)
        else ""
    )
    if "how many" in context.question.normalized and not sort:
        return None
    numbers = [number for number in context.numbers if (_sort(number) == sort if sort else number.kind != "year")]
    return single([_with_unit(number) for number in numbers])


def _sort(number: Quantity) -> str:
    """Return a number's kind; one that counts coins, "30 euros", is money."""
    return "money" if number.unit[-1:] and number.unit[-1] in COINS else number.kind


def find_date(context: SpanContext) -> CharSpan | None:
    """Return the date for "when" or "in which year", or the time span for "how long"."""
    if re.search(r"\bhow (long|old)\b", context.question.normalized):
        durations = [number for number in context.numbers if (number.unit[-1:] or ("",))[0] in TIME_UNITS]
        return context.nearest(map(_with_unit, durations))
    known = {date.value for date in context.question.dates}
    clock = re.search(r"\b(what|which) time\b", context.question.normalized)
    spans = [
        (date.start, date.end if clock else _end_of_day(context, date))
        for date in find_dates(context.text)
        if date.value not in known
    ]
    if "centur" in context.question.normalized:
        spans = [span for span in spans if "centur" in context.text[slice(*span)]]
    if re.search(r"\b(what|which)( \w+)? year\b", context.question.normalized):
        years = [re.search(rf"\b{YEAR}\b", context.text[slice(*span)]) for span in spans]
        spans = [
            (span[0] + year.start(), span[0] + year.end()) for span, year in zip(spans, years, strict=True) if year
        ]
    return context.nearest(_merge_ranges(context, spans))


def _end_of_day(context: SpanContext, date: Quantity) -> int:
    """Return where the day of a time stamp ends: "2025-04-06" of "2025-04-06T04:14:12Z"."""
    return date.start + 10 if context.text[date.start + 10 : date.start + 11] == "T" else date.end


def _merge_ranges(context: SpanContext, spans: list[CharSpan]) -> list[CharSpan]:
    """Merge the two dates of a range into one span, or keep the end of it that is asked for."""
    merged: list[CharSpan] = []
    for start, end in spans:
        between = context.text[merged[-1][1] : start] if merged else ""
        before_range = context.text[: merged[-1][0]] if merged else ""
        if between.strip() in ("to", "and", "until", "through to") and re.search(
            r"\b(between|from)\s+(the\s+)?$", before_range
        ):
            first = merged.pop()
            pair = [first, (start, end)]
        elif dash := re.fullmatch(rf"({YEAR})\s?[–-]\s?({YEAR}|\d\d)", context.text[start:end]):
            pair = [(start, start + 4), (start + dash.start(2), end)]
        else:
            merged.append((start, end))
            continue
        question = context.question.normalized
        merged.append(pair[0] if FROM.search(question) else pair[1] if UNTIL.search(question) else (pair[0][0], end))
    return merged
