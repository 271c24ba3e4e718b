"""The command line: reindex, ask, eval, status. Results on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from index import Answer, Library, LibraryError, Settings, open_library
from index.evaluate import Question, read_questions
from index.measure import ask_all, book, recorded_answers

app = typer.Typer(
    help="Footnote's index: answers from your sources, quoted to the letter, or silence.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
EPILOG = "Exit codes: 0 done, 2 wrong usage, 3 no index yet, 4 sources unreadable, 5 run reindex, 1 anything else."

SeedsOption = Annotated[Path | None, typer.Option("--seeds", help="Folder with the sources. [SEEDS_DIR]")]
IndexOption = Annotated[Path | None, typer.Option("--index", help="Folder of the index. [INDEX_DIR]")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(epilog=EPILOG)
def reindex(
    seeds: SeedsOption = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
    if_stale: Annotated[
        bool, typer.Option("--if-stale", help="Only if there is no index or it does not fit the sources.")
    ] = False,
) -> None:
    """Build the index from the sources and make it live; the old one serves until then."""
    library = _library(seeds_dir=seeds, index_dir=index)
    if if_stale and not (reason := library.status().stale):
        print("The index fits the sources.", file=sys.stderr)
        return
    if if_stale:
        print(f"Building the index: {reason}.", file=sys.stderr)
    with _progress() as progress:
        report = library.reindex(progress, everywhere=True)  # who sits here may read the journal anyway
    if as_json:
        _print(
            {
                "snapshot": report.snapshot.id,
                "added": report.added,
                "changed": report.changed,
                "removed": report.removed,
                "skipped": [{"source": at.source, "reason": at.reason} for at in report.skipped],
                "passages_before": report.passages_before,
                "passages_after": report.passages_after,
                "seconds": report.seconds,
                "answered": report.answered,
            }
        )
        return
    print(f"snapshot   {report.snapshot.id}, by {report.snapshot.model}")
    for name in ("added", "changed", "removed"):
        if sources := getattr(report, name):
            print(f"{name:10} {', '.join(sources)}")
    for skipped in report.skipped:
        print(f"skipped    {skipped.source}: {skipped.reason}")
    print(f"passages   {report.passages_before} before, {report.passages_after} after")
    for question in report.answered:
        print(f"answered   {' '.join(question.split())}")
    print(f"time       {report.seconds:.1f} s")


@app.command(epilog=EPILOG)
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    batch: Annotated[Path | None, typer.Option("--batch", help='JSON Lines of {"id", "question"} to ask.')] = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer one question, or a file of them, one answer line per question line in the same order."""
    if (question is None) == (batch is None):
        raise typer.BadParameter("give a question, or --batch with a file of questions")
    questions = read_questions(batch) if batch else [Question("", (question or "").strip())]
    if not batch and not questions[0].question:
        raise typer.BadParameter("the question is empty")
    library = _library(index_dir=index)
    with _progress() as progress:
        library.load(progress)
    for at in questions:
        answer = library.ask(at.question)
        if as_json or batch:
            _print(answer_line(at.id, answer))
        else:
            _show(answer)


@app.command("eval", epilog=EPILOG)
def evaluate(
    documents: Annotated[Path, typer.Option("--documents", help="Folder with the sources the questions are about.")],
    questions: Annotated[Path, typer.Option("--questions", help="JSON Lines of questions with gold spans.")],
    as_json: JsonOption = False,
    answers: Annotated[Path | None, typer.Option("--answers", help="Also write the answer lines to this file.")] = None,
    cross_validate: Annotated[
        bool, typer.Option("--cross-validate", help="Score recorded answers by weights that have not seen the article.")
    ] = False,
    most: Annotated[int, typer.Option("--worst", min=0, help="How many of the worst cases are shown.")] = 10,
    record: Annotated[bool, typer.Option("--record", help="Make these the recorded figures.")] = False,
    results: Annotated[
        Path | None, typer.Option("--results", help="The recorded figures. [evaluation/results.md]")
    ] = None,
) -> None:
    """Build a throw-away index, ask every question, and score the answers beside the recorded figures."""
    last, settings = book(results, needed=record or cross_validate), Settings()
    with _progress() as progress:
        if cross_validate and last:
            limit = int(settings.max_source_mb * 1_000_000)
            run = recorded_answers(last, documents, questions, model=settings.embedding_model, max_bytes=limit)
        else:
            run = ask_all(
                lambda index: _library(
                    seeds_dir=documents, index_dir=index, journal_file=index / "journal.sqlite3"
                ),  # what users ask is none of its business
                documents,
                questions,
                answer_line,
                progress,
            )
    if answers:
        answers.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in run.lines), "utf-8")
    if as_json:
        _print(run.json())
    else:
        print(run.shown(last, most))
    if record and last:
        run.record(last, settings.model_dump(mode="json", exclude_defaults=True), model=settings.embedding_model)
        print(f"Recorded in {last}.", file=sys.stderr)


@app.command(epilog=EPILOG)
def status(index: IndexOption = None, as_json: JsonOption = False, seeds: SeedsOption = None) -> None:
    """What is indexed, since when, by which model, and whether it still fits the sources."""
    found = _library(index_dir=index, seeds_dir=seeds).status()
    snapshot = found.snapshot
    if as_json:
        _print(
            {
                "snapshot": snapshot.id if snapshot else None,
                "created": snapshot.created.isoformat() if snapshot else None,
                "model": snapshot.model if snapshot else found.model,
                "dimension": snapshot.dimension if snapshot else None,
                "passages": snapshot.passages if snapshot else 0,
                "stale": found.stale,
                "sources": [
                    {
                        "source": at.source,
                        "title": at.title,
                        "passages": at.passages,
                        "state": at.state,
                        **({"since": at.since.isoformat(), "problem": at.problem} if at.since else {}),
                    }
                    for at in found.sources
                ],
                "skipped": [{"source": at.source, "reason": at.reason} for at in found.skipped],
            }
        )
        return
    if snapshot:
        print(f"snapshot   {snapshot.id}, {snapshot.passages} passages, by {snapshot.model}")
    for at in found.sources:
        older = f", from {at.since:%Y-%m-%d %H:%M} UTC: {at.problem}" if at.since else ""
        print(f"{at.state:10} {at.source}: {at.passages} passages{older}")
    for skipped in found.skipped:
        print(f"skipped    {skipped.source}: {skipped.reason}")
    print(f"stale      {found.stale or 'no'}")


def main() -> int:
    """Run the command line; the exit code says what went wrong, standard error what mends it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # results are the same bytes wherever they go
    try:
        code = app(standalone_mode=False)
    except typer.Exit as error:
        return error.exit_code
    except LibraryError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = "_".join(str(part) for part in problem["loc"]).upper()
            print(f"The setting {name} is wrong: {problem['msg']}.", file=sys.stderr)
        return 2
    except (typer.Abort, KeyboardInterrupt):
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nobody reads any more; Python's own last flush must not fail
        return 1
    except OSError as error:
        print(f"{error.filename or 'A file'}: {error.strerror or error}.", file=sys.stderr)
        return 1
    except Exception as error:
        # typer keeps the base class of its usage errors to itself; they are known by what they can do.
        if not hasattr(error, "format_message"):
            raise
        print(f"{error.format_message()} Try --help.", file=sys.stderr)
        return 2
    return code if isinstance(code, int) else 0


def _library(**places: Path | None) -> Library:
    settings = Settings()
    level = settings.log_level.upper()
    if level not in logging.getLevelNamesMapping():
        raise typer.BadParameter("the setting LOG_LEVEL is DEBUG, INFO, WARNING or ERROR")
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(message)s")
    given = {name: place for name, place in places.items() if place is not None}
    return open_library(settings.model_copy(update=given))


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error; a line a stage where that is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        said: set[str] = set()

        def line(what: str, done: int, total: int) -> None:
            if what not in said:
                said.add(what)
                print(f"{what} ...", file=sys.stderr, flush=True)

        yield line
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def bar(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total or None)
            bars.update(tasks[what], completed=done)

        yield bar


def answer_line(name: Any, answer: Answer) -> dict[str, Any]:
    """An answer as the contract has it."""
    return {
        "id": name,
        "question": answer.question,
        "abstained": answer.abstained,
        "confidence": answer.confidence,
        "answer": None if answer.abstained else answer.text,
        "reason": answer.text if answer.abstained else None,
        "why": answer.why,
        "missing": answer.missing,
        "generator": answer.generator,
        "snapshot": answer.snapshot,
        "latency_ms": answer.latency_ms,
        "short_answer": dataclasses.asdict(answer.short_answer) if answer.short_answer else None,
        "verdict": answer.verdict or None,
        "conflict": answer.conflict,
        "citations": [
            {
                "number": at.number,
                "source": at.source,
                "title": at.title,
                "section": at.section,
                "start": at.start,
                "end": at.end,
                "quote": at.quote,
                "score": at.score,
                "url": at.url,
            }
            for at in answer.citations
        ],
    }


def _show(answer: Answer) -> None:
    if said := answer.verdict.title() or (answer.short_answer and " ".join(answer.short_answer.text.split())):
        print(f"{said}\n")
    print(answer.text)
    if answer.abstained and answer.citations:
        print("\nThe nearest passages:")
    for at in answer.citations:
        place = " > ".join(filter(None, [at.source, at.section]))
        print(f"\n[{at.number}] {at.shown}\n    {place}, characters {at.start} to {at.end}")
    print(f"\nconfidence {answer.confidence:.2f}, snapshot {answer.snapshot}")


def _print(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
