"""Which number or date of a sentence a question asks for, where that is plain."""

from __future__ import annotations

import re

from index.answering._span_context import CharSpan, SpanContext, single
from index.text.quantities import YEAR, Quantity, find_dates
from index.text.tokens import STOP_WORDS, content_stems, stem, token_spans

__all__ = ["find_amount", "find_attribute", "find_count", "find_date"]

HOW_MANY = r"how many (?:of )?|^what (?:are|were) the (?=(?:[\w-]+ )?[a-z]*[^\Wsu]s of )"
DURATIONS = "second minute hour day week month year decade century"
SPANS = frozenset(stem(at) for at in DURATIONS.split())
PERCENT = re.compile(r"\bper ?cent|\bshare of\b")
MONEY = re.compile(r"\b(cost|costs|price|prices|pay|paid|worth|money)\b")
COIN_WORDS = "dollar euro pound cent penny pence franc crown krona krone yen yuan rupee"
COINS = frozenset(stem(at) for at in COIN_WORDS.split())
FROM = re.compile(r"\b(born|began|begin|start\w*|found\w*|establish\w*)\b")
UNTIL = re.compile(r"\b(die|died|dead|death|end|ended|until|over)\b")


def _whole(at: Quantity) -> CharSpan:
    return (at.start, max(at.end, at.unit_end))


def find_count(scene: SpanContext) -> CharSpan | None:
    """How many X, what are the Xs of Y: the number before X, or the only number where it counts nothing else."""
    match = re.search(rf"\b({HOW_MANY})((?:[\w'’-]+ ?){{1,4}})", scene.asks)
    if not match:
        return None
    wanted: list[str] = []
    for word, _, _ in token_spans(match[2]):
        if word in STOP_WORDS and wanted:
            break
        wanted += [stem(word)] if word not in STOP_WORDS else []
    if not set(wanted[:-1]) <= {word for word, _, _ in scene.words}:
        return None  # "total parameters" are not the "active parameters" that the sentence counts
    found = [
        (at.start, end) for at in scene.numbers if (end := _until(scene, at, wanted)) and not _shares_noun(scene, at)
    ]
    if found or "how many" not in scene.asks:
        return scene.plainest(found)
    bare = [at for at in scene.numbers if at.kind == "number" and at.value != 1]
    return single([(at.start, at.end) for at in bare]) if not any(at.unit for at in bare) else None


def _shares_noun(scene: SpanContext, number: Quantity) -> bool:
    """Whether it is the last of a row that counts one noun, "16 and 128 experts": then it is not all of the answer."""
    rows = [scene.text[at.end : number.start] for at in scene.numbers if at.end <= number.start and not at.unit]
    return any(re.fullmatch(r",?\s*(?:and|or|to|–|-)?\s*", between) for between in rows)


def _until(scene: SpanContext, number: Quantity, wanted: list[str]) -> int:
    """Where the last wanted word that the number counts ends; 0 where it counts none of them."""
    ends = 0
    for word, start, end in scene.words:
        between = scene.text[number.end : start]
        if start < number.end or word not in wanted or scene.text[end : end + 1] == "-":
            continue
        if (
            not re.search(r"[,;.:()\d]", between)
            and all(at not in STOP_WORDS for at, _, _ in token_spans(between))
            and between.count(" ") <= 4
        ):
            ends = end
    return ends


def find_attribute(scene: SpanContext) -> CharSpan | None:
    """What is the X: the number that X has: "ELO score of 1417", "context window of 10 million tokens"."""
    match = re.match(
        r"(?:what|which)(?: is| was| are| were)? (.*?)(?: (?:of|on|in|for|at|by|to|from|did|does)\b|$)", scene.asks
    )
    head = content_stems(match[1])[-1:] if match else []
    found = []
    for at in scene.numbers:
        link = re.search(r"([\w-]+)\s*(?:of|is|was|at|:|=|\|)\s*(?:an?\s)?$", scene.text[: at.start])
        if head and link and content_stems(link[1])[-1:] == head:
            found.append(_whole(at))
    return scene.plainest(found)


def find_amount(scene: SpanContext) -> CharSpan | None:
    """How much, how big, what percentage: the only number of that sort."""
    sort = "share" if PERCENT.search(scene.asks) else "money" if MONEY.search(scene.asks) else ""
    if "how many" in scene.asks and not sort:
        return None
    return single([_whole(at) for at in scene.numbers if (_sort(at) == sort if sort else at.kind != "year")])


def _sort(at: Quantity) -> str:
    """A number's kind; one that counts coins, "30 euros", is money."""
    return "money" if at.unit[-1:] and at.unit[-1] in COINS else at.kind


def find_date(scene: SpanContext) -> CharSpan | None:
    """When, in which year or century, how long: the date, or the span, that the question's words stand by."""
    if re.search(r"\bhow (long|old)\b", scene.asks):
        wanted = [at for at in scene.numbers if (at.unit[-1:] or ("",))[0] in SPANS]
        return scene.plainest(map(_whole, wanted))
    held = {at.value for at in find_dates(scene.question)}
    clock = re.search(r"\b(what|which) time\b", scene.asks)
    found = [(at.start, at.end if clock else _day(scene, at)) for at in find_dates(scene.text) if at.value not in held]
    if "centur" in scene.asks:
        found = [at for at in found if "centur" in scene.text[slice(*at)]]
    if re.search(r"\b(what|which)( \w+)? year\b", scene.asks):
        years = [re.search(rf"\b{YEAR}\b", scene.text[slice(*at)]) for at in found]
        found = [(at[0] + year.start(), at[0] + year.end()) for at, year in zip(found, years, strict=True) if year]
    return scene.plainest(_ranges(scene, found))


def _day(scene: SpanContext, at: Quantity) -> int:
    """Where the day of a time stamp ends: "2025-04-06" of "2025-04-06T04:14:12Z"."""
    return at.start + 10 if scene.text[at.start + 10 : at.start + 11] == "T" else at.end


def _ranges(scene: SpanContext, found: list[CharSpan]) -> list[CharSpan]:
    """Dates with those of a range made one, or the end of it that is asked for."""
    made: list[CharSpan] = []
    for start, end in found:
        before = scene.text[made[-1][1] : start] if made else ""
        opened = scene.text[: made[-1][0]] if made else ""
        if before.strip() in ("to", "and", "until", "through to") and re.search(
            r"\b(between|from)\s+(the\s+)?$", opened
        ):
            first = made.pop()
            pair = [first, (start, end)]
        elif dash := re.fullmatch(rf"({YEAR})\s?[–-]\s?({YEAR}|\d\d)", scene.text[start:end]):
            pair = [(start, start + 4), (start + dash.start(2), end)]
        else:
            made.append((start, end))
            continue
        made.append(pair[0] if FROM.search(scene.asks) else pair[1] if UNTIL.search(scene.asks) else (pair[0][0], end))
    return made
