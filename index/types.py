"""The nouns of Footnote. Standard library only; every class is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

__all__ = [
    "MISSING",
    "NO_QUESTION",
    "OTHER_LANGUAGE",
    "Answer",
    "Audited",
    "Block",
    "Citation",
    "Day",
    "Diff",
    "Document",
    "Extract",
    "Gap",
    "Hit",
    "Kept",
    "OwnQuestions",
    "Passage",
    "PassageText",
    "Preview",
    "Reanswered",
    "Recorded",
    "Report",
    "Running",
    "Section",
    "Shelved",
    "ShortAnswer",
    "Skipped",
    "Snapshot",
    "SnapshotInfo",
    "SourceInfo",
    "Span",
    "Status",
    "Stored",
    "Tally",
    "Theme",
    "Turn",
]


MISSING = "missing"
"""Why there is no answer: something of the question that the sources lack is named."""
NO_QUESTION = "no question"
"""Nothing is asked of the sources."""
OTHER_LANGUAGE = "language"
"""The question is in a language that the model does not read."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of a document's text, with a reading of them.

    `reading` is what a person reads there: Markdown marks dropped, white space folded, mojibake repaired.
    """

    start: int
    end: int
    reading: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document under one heading, and the blocks of prose in it.

    `heading` is the path of headings that lead here ("Models > Scout"), empty before the first heading.
    """

    heading: str
    start: int
    end: int
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row, code block or front matter value, as runs of readable text.

    The runs are in the order of the text and do not overlap; what lies between them is markup.
    `kind` says how it is read: "prose" is split into sentences; "row", "code" and "field" are passages as
    they stand. `lead` is what a reader knows who comes to it: a table's header, a field's meaning.
    """

    start: int
    end: int
    runs: tuple[Span, ...]
    kind: str = "prose"
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One source: `text` is the file decoded as UTF-8 and otherwise untouched, so offsets hold for everyone.

    Where the file is no text (HTML, PDF, Word, tables), `text` is what was taken out of it. `format` is "md", "txt",
    "html", "pdf", "docx", "csv" or "tsv", empty where the name of the source says it.
    """

    id: str
    source: str
    title: str
    url: str | None
    text: str
    sections: tuple[Section, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    format: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence, or a few short ones: `document.text[start:end] == text`, always. `id` is a content hash.

    `reading` is the text as a person reads it; `before` the sentence before it (or a table's header, a field's
    meaning); `embedded` what is embedded: title, heading, `before` and reading, shortened to the model's limit.
    """

    id: str
    document_id: str
    section: str
    start: int
    end: int
    text: str
    reading: str
    before: str
    embedded: str
    kind: str = "prose"


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate passage. `cosine` is in -1..1, 1.0 the same direction; `bm25` is 0 or more, no upper bound;
    `signals` are what speaks for it, as `index.evidence` names them; `row` is its place among all passages, in
    the order of the texts; `score` is the probability, 0..1, that it answers the question, 0.0 before reranking.

    Of a hit that a reader read: `odds` are its log-odds that this passage answers rather than none does, `prior`
    the score that it had before."""

    passage: Passage
    cosine: float
    bm25: float
    signals: tuple[float, ...] = ()
    row: int = -1
    score: float = 0.0
    odds: float | None = None
    prior: float = 0.0


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation: `document.text[start:end] == quote`, checked at answer time.

    `score` is the probability, 0..1, that this passage answers the question. `shown` is the quotation as a
    person reads it (Markdown marks dropped, mojibake repaired): for eyes only, offsets belong to `quote`.
    """

    number: int
    source: str
    title: str
    section: str
    start: int
    end: int
    quote: str
    score: float
    url: str | None
    shown: str


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The words that answer, within a quotation: `document.text[start:end] == text`, checked at answer time.

    `citation` is the number of the citation that holds them.
    """

    text: str
    source: str
    start: int
    end: int
    citation: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sources say. When `abstained`, `citations` are only the nearest passages.

    `confidence` is the probability, 0..1, that the sources answer the question. `snapshot` is the id of the
    one snapshot that every citation comes from. `latency_ms` is the time the question took, in milliseconds.
    `short_answer` is None where it is not plain which words answer. `verdict` is "yes" or "no" where a quotation
    says so to a question that asks for it, else empty. `conflict` says that two quotations give different values.

    When `abstained`, `text` says why, `why` is one of MISSING, NO_QUESTION, OTHER_LANGUAGE, or empty where nothing
    more is known, and `missing` are the words of the question that the sources lack.

    `read_as` is how a follow-up was read in the light of the turns before it, empty where it was read as it stands.
    """

    question: str
    text: str
    citations: tuple[Citation, ...]
    confidence: float
    abstained: bool
    snapshot: str
    generator: str
    latency_ms: float = 0.0
    short_answer: ShortAnswer | None = None
    verdict: str = ""
    conflict: bool = False
    missing: tuple[str, ...] = ()
    why: str = ""
    read_as: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer with the id that the journal knows it by; empty where it could not be written down."""

    answer: Answer
    id: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation and what came of it: `question` as it was read, `evidence` the quotations of its
    answer as a person reads them, best first, none where it was not answered."""

    question: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extract:
    """A page of a source for a reader, around a quotation or further on.

    `text` is what a person reads, a paragraph a line group with an empty line between; `bold` are the characters of
    `text` that were quoted, None where the quotation is not on this page. `page` counts from 1 to `pages`.
    `snapshot` is the one that the text is from. `link` is the public page with a text fragment that finds the
    quotation, None without a public page. `since` says what became of the source since that snapshot: "" the same,
    "changed" elsewhere, "reworded" where the quotation stood, "removed".
    """

    source: str
    title: str
    section: str
    text: str
    bold: tuple[int, int] | None
    page: int
    pages: int
    snapshot: str
    link: str | None = None
    since: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer as the journal keeps it. `guild` is None for a direct message; `asked_at` is in UTC."""

    id: str
    asked_at: datetime
    guild: int | None
    question: str
    read_as: str
    abstained: bool
    confidence: float
    snapshot: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes on one answer."""

    helpful: int
    unhelpful: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that got no answer, or one that was voted down or reported. `times` is how often it was asked,
    `newest` when it was last, in UTC; `ids` are the answers' in the journal; `why` is "unanswered", "unhelpful" or
    "reported"; `reasons` are what voters wrote."""

    question: str
    times: int
    newest: datetime
    ids: tuple[str, ...]
    why: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """Gaps that mean much the same, newest first; `nearest` are the passages nearest to the newest of them."""

    gaps: tuple[Gap, ...]
    nearest: tuple[Citation, ...] = ()

    @property
    def times(self) -> int:
        """How often one of them was asked."""
        return sum(gap.times for gap in self.gaps)

    @property
    def ids(self) -> tuple[str, ...]:
        """The answers of all of them."""
        return tuple(one for gap in self.gaps for one in gap.ids)


@dataclass(frozen=True, slots=True)
class Day:
    """A day's figures, in UTC. `latency_ms` is the median time of a question in milliseconds, None where none was."""

    day: date
    questions: int
    answered: int
    helpful: int
    unhelpful: int
    latency_ms: float | None


@dataclass(frozen=True, slots=True)
class Stored:
    """How much the journal keeps, or kept, of one user."""

    questions: int
    votes: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One immutable build of the index. `hashes` maps each source to the sha256 of its bytes."""

    id: str
    created: datetime
    model: str
    dimension: int
    hashes: Mapping[str, str]
    passages: int
    format: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is no source, with the reason in words that say how to mend it."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source in the live snapshot. `size` is in characters; `state` is "indexed", "changed" or "removed"
    as its file is now, "new" for a file that the snapshot does not hold yet.

    Of a source from the web that could not be fetched anew, `problem` is why, and `since` when it was fetched last.
    """

    source: str
    title: str
    url: str | None
    size: int
    passages: int
    state: str
    since: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Shelved:
    """A file among the sources, read or not: `changed` is when it last was, in UTC."""

    name: str
    bytes: int
    changed: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """What is indexed, since when, by which model. `snapshot` is None when there is no index yet.

    `stale` is why the index no longer matches the sources or the program, empty when it does.
    `ready` says whether the model is loaded, so that a question is answered at once. `fallback` is why answers come
    from another snapshot than the live one, empty where they don't; `snapshot` is the one that they come from.
    """

    snapshot: Snapshot | None
    sources: tuple[SourceInfo, ...]
    skipped: tuple[Skipped, ...]
    stale: str
    model: str
    ready: bool
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """A snapshot that is kept. `live` says that it is the live one, `damage` why it can't be made live, empty where its
    manifest is whole and all its files are there; `bytes` is its size on the disk. Of one whose manifest can't be read,
    `model` is empty and the counts are 0."""

    id: str
    created: datetime
    model: str
    passages: int
    sources: int
    bytes: int
    live: bool
    damage: str = ""

    @property
    def whole(self) -> bool:
        """Whether it can be made live, as far as a quick look tells."""
        return not self.damage


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage as a person reads it, and where it stands."""

    source: str
    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    """What one snapshot has that another has not. `before` is empty where there was none.

    Sources: `renamed` are pairs (before, after) with the same content, and in neither of `added` and `removed`.
    Passages: how many came and went, however they moved within their source, and the first few of each.
    """

    before: str
    after: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    passages_added: int = 0
    passages_removed: int = 0
    first_added: tuple[PassageText, ...] = ()
    first_removed: tuple[PassageText, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether both say the same."""
        sources = self.added or self.changed or self.removed or self.renamed
        return not (sources or self.passages_added or self.passages_removed)


@dataclass(frozen=True, slots=True)
class Reanswered:
    """A question of the operator's own that is answered otherwise than before. `was` and `now` are the first quotation
    as a person reads it, empty where there is no answer; `right` says whether the answer holds what it should, None
    where that is not written down."""

    question: str
    was: str
    now: str
    right: bool | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class OwnQuestions:
    """The operator's own questions, asked of the snapshot before and of the new one: `asked` of `written` that stand in
    the file. `changed` are those that are answered otherwise, `wrong` those whose answer lacks what it should hold, as
    before or not. `problem` is why not all were asked, in words, empty where all were."""

    written: int
    asked: int
    changed: tuple[Reanswered, ...] = ()
    wrong: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a reindex changed. `seconds` is the time it took, `answered` are open gaps that have an answer now,
    `embedded` is how many passages were embedded for it, the others were used again; `anew` is why all of them were.

    `diff` is the same as to sources, with those that were renamed, which are neither added nor removed, and with the
    passages. `questions` are the operator's own, None where there are none, or they were not asked.
    """

    snapshot: Snapshot
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    passages_before: int
    passages_after: int
    seconds: float
    answered: tuple[str, ...] = ()
    embedded: int = 0
    anew: str = ""
    diff: Diff | None = None
    questions: OwnQuestions | None = None

    @property
    def renamed(self) -> tuple[tuple[str, str], ...]:
        """Pairs (before, after)."""
        return self.diff.renamed if self.diff else ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A snapshot that is built but not live. `id` is what `Library.publish` takes; `report` says what it would change,
    its `answered` what it would answer."""

    id: str
    report: Report


@dataclass(frozen=True, slots=True)
class Running:
    """How far a reindex is: at `what`, `done` of `total`, 0 of 0 where that is not known, for `seconds` in all. `left`
    is about how many seconds this step still takes at its rate so far, None where that is not known yet."""

    what: str
    done: int
    total: int
    seconds: float
    left: float | None


@dataclass(frozen=True, slots=True)
class Audited:
    """A line of the audit: who (a person's id, None where it was no person), when (in UTC), from where (a server's id,
    "direct message", "command line", "schedule", "watcher"), what, and what came of it."""

    number: int
    at: datetime
    who: int | None
    where: str
    what: str
    outcome: str
