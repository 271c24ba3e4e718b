"""Discord's Markdown as HTML: what its client makes of the text in a message. Pure; all text is escaped.

Only what the bot writes: lines that are quoted, small, a heading or an item; within them marks, code, links, times and
mentions. Discord's own rules are regular expressions too, and differ from CommonMark: a quotation ends with its line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from itertools import groupby

__all__ = ["Markdown", "ago"]

LINE = re.compile(r"(?P<quote>> )|(?P<small>-# +)|(?P<heading>#{1,3} +)|(?P<item>[-*] +)")
INLINE = re.compile(
    r"""
    \\(?P<escaped>[^0-9A-Za-z\s])
  | (?P<ticks>`+)(?P<code>.*?[^`])(?P=ticks)(?!`)
  | <t:(?P<time>-?\d+)(?::(?P<style>[a-zA-Z]))?>
  | <\#(?P<channel>\d+)>
  | <@(?P<user>\d+)>
  | <(?P<address>https?://[^\s<>]+)>
  | \[(?P<label>(?:\\.|[^\]\\])+)\]\((?P<link>https?://[^\s)]+)\)
  | (?P<url>https?://[^\s<]*[^\s<.,:;"'\])])
  | \*\*(?P<strong>(?:\\.|[^\\])+?)\*\*(?!\*)
  | __(?P<u>(?:\\.|[^\\])+?)__(?!_)
  | \*(?=\S)(?P<em>(?:\\.|[^\\*])+?)(?<!\s)\*(?!\*)
  | \b_(?P<em_>(?:\\.|[^\\_])+?)_\b
  | ~~(?P<s>(?:\\.|[^\\])+?)~~(?!_)
    """,
    re.VERBOSE | re.DOTALL,
)
MARKS = {"strong": "strong", "u": "u", "em": "em", "em_": "em", "s": "s"}
MINUTE, HOUR, DAY, MONTH, YEAR = 60, 3600, 86_400, 2_629_800, 31_557_600
AGES = (
    (45, 1, "a few seconds"),
    (90, MINUTE, "a minute"),
    (45 * MINUTE, MINUTE, "{} minutes"),
    (90 * MINUTE, HOUR, "an hour"),
    (22 * HOUR, HOUR, "{} hours"),
    (36 * HOUR, DAY, "a day"),
    (26 * DAY, DAY, "{} days"),
    (45 * DAY, MONTH, "a month"),
    (320 * DAY, MONTH, "{} months"),
    (548 * DAY, YEAR, "a year"),
    (float("inf"), YEAR, "{} years"),
)
"""Up to how many seconds, counted in what, an age is said how."""


@dataclass(frozen=True, slots=True)
class Markdown:
    """Discord's Markdown, read at `now`; `channels` and `users` are names by id."""

    now: datetime
    channels: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)

    def html(self, text: str) -> str:
        """Paragraph by paragraph; each line stands on a line of its own, as on Discord."""
        grouped = groupby(map(_kind_and_rest, text.split("\n")), key=lambda line: line[0])
        return "".join(self._block(kind, [rest for _, rest in group]) for kind, group in grouped)

    def _block(self, kind: str, lines: list[str]) -> str:
        if kind == "quote":
            return f"<blockquote>{self.html(chr(10).join(lines))}</blockquote>"
        if kind == "item":
            return f"<ul>{''.join(f'<li>{self.inline(line)}</li>' for line in lines)}</ul>"
        if kind == "heading":
            return "".join(f"<h3>{self.inline(line)}</h3>" for line in lines)
        css = ' class="small"' if kind == "small" else ""
        return f"<p{css}>{self.inline(chr(10).join(lines))}</p>" if any(lines) else "<p><br></p>"

    def inline(self, text: str) -> str:
        """The marks within lines; an end of line stays one."""
        parts, position = [], 0
        for match in INLINE.finditer(text):
            parts += [_plain(text[position : match.start()]), self._marked(match)]
            position = match.end()
        return "".join([*parts, _plain(text[position:])])

    def _marked(self, match: re.Match[str]) -> str:
        kind = match.lastgroup or ""
        if kind == "escaped":
            return escape(match["escaped"])
        if match["code"]:
            return f"<code>{escape(match['code'])}</code>"
        if match["time"]:
            return self._time(int(match["time"]), match["style"])
        if match["channel"]:
            return f'<span class="mention">#{escape(self.channels.get(match["channel"], "unknown"))}</span>'
        if match["user"]:
            return f'<span class="mention">@{escape(self.users.get(match["user"], "unknown-user"))}</span>'
        if address := match["address"] or match["link"] or match["url"]:
            label = self.inline(match["label"]) if match["label"] else escape(address)
            return f'<a href="{escape(address)}">{label}</a>'
        return f"<{MARKS[kind]}>{self.inline(match[kind])}</{MARKS[kind]}>"

    def _time(self, seconds: int, style: str | None) -> str:
        then = datetime.fromtimestamp(seconds, UTC)
        shown = {"R": ago(then, self.now), "f": f"{then.day} {then:%B %Y %H:%M}"}
        if style not in shown:
            raise ValueError(f"a time is drawn as <t:...:R> and <t:...:f> only, not {style or 'without a style'}")
        return f'<time datetime="{then:%Y-%m-%dT%H:%M:%SZ}">{shown[style]}</time>'


def ago(then: datetime, now: datetime) -> str:
    """How long ago, or in how long, in the words of Discord's client."""
    seconds = (now - then).total_seconds()
    counted, phrase = next((unit, template) for most, unit, template in AGES if abs(seconds) < most)
    age = phrase.format(round(abs(seconds) / counted))
    return f"{age} ago" if seconds >= 0 else f"in {age}"


def _kind_and_rest(line: str) -> tuple[str, str]:
    """Return the name of a line's prefix and the rest of the line."""
    begun = LINE.match(line)
    return (begun.lastgroup or "", line[begun.end() :]) if begun else ("", line)


def _plain(text: str) -> str:
    return escape(text).replace("\n", "<br>")
