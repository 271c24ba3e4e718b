"""The command line: results on standard output, everything else on standard error."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from index import Library, LibraryError, Settings, open_library
from index.cli._backup_commands import add_backup_commands
from index.cli._evaluation_commands import add_evaluation_commands
from index.cli._journal_commands import add_journal_commands
from index.cli._options import EPILOG, IndexOption, JsonOption, SeedsOption, WaitOption
from index.cli._server_commands import add_server_commands
from index.cli._terminal import print_json, print_lines, progress_bar, say
from index.cli._text import answer_lines, diff_lines, generation_lines, report_lines, snapshot_lines, status_lines
from index.cli.json_output import answer_line, diff_json, generation_json, report_json, snapshot_json, status_json
from index.data_home import copy_first_source
from index.domain.activity import COMMAND_LINE, EVERYWHERE, report_outcome
from index.domain.generation import WritingRequest
from index.domain.messages import Message
from index.domain.snapshots import ReindexReport
from index.evaluation.questions import Question, read_questions
from index.setting_errors import read_settings

app = typer.Typer(
    help="Footnote's index: answers from your sources, quoted to the letter, or silence.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command(epilog=EPILOG)
def reindex(
    seeds: SeedsOption = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
    if_stale: Annotated[
        bool, typer.Option("--if-stale", help="Only if there is no index or it does not fit the sources.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and make nothing live.")] = False,
    wait: WaitOption = 0.0,
) -> None:
    """Build the index from the sources and make it live; the old one serves until then."""
    library = _library(seeds_dir=seeds, index_dir=index)
    if if_stale and not (reason := library.status().stale):
        say("The index fits the sources.")
        return
    if if_stale:
        say(f"Building the index: {reason}.")
    with progress_bar() as progress:
        if dry_run:
            preview = library.preview(progress, scope=EVERYWHERE, wait=wait)
            library.discard(preview.id)
            report = preview.report
        else:
            # Everywhere: who uses the terminal may read the journal.
            with library.audited(Message("reindex"), origin=COMMAND_LINE) as line:
                report = library.reindex(progress, scope=EVERYWHERE, wait=wait)
                line.outcome = report_outcome(report)
    _print_report(report, as_json=as_json, live=not dry_run)


@app.command(epilog=EPILOG, help="The snapshots that are kept, newest first.")
def snapshots(index: IndexOption = None, as_json: JsonOption = False) -> None:
    library = _library(index_dir=index)
    infos = library.snapshots()
    if infos and not any(info.live for info in infos):
        say(library.status().fallback or "None of them is live: roll back to one, or reindex.")
    if as_json:
        print_json({"snapshots": [snapshot_json(info) for info in infos]})
    else:
        print_lines(snapshot_lines(infos))


@app.command(epilog=EPILOG, help="What changed from one snapshot to another: sources, and passages.")
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A snapshot's id, or a part of it.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Another's.")],
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    changes = _library(index_dir=index).diff(before, after)
    if as_json:
        print_json(diff_json(changes))
    else:
        print_lines(diff_lines(changes))


@app.command(epilog=EPILOG)
def rollback(
    snapshot: Annotated[str, typer.Argument(metavar="ID", help="The snapshot's id, or a part of it.")],
    index: IndexOption = None,
    as_json: JsonOption = False,
    wait: WaitOption = 0.0,
) -> None:
    """Make a snapshot live again, once every byte of it is checked; a running bot follows."""
    library = _library(index_dir=index)
    action = Message("rollback {id}", id=snapshot)
    with progress_bar() as progress, library.audited(action, origin=COMMAND_LINE) as line:
        report = library.rollback(snapshot, progress, wait=wait)
        line.outcome = report_outcome(report)
    _print_report(report, as_json=as_json, live=True)


@app.command(epilog=EPILOG)
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    before: Annotated[
        list[str] | None,
        typer.Option("--before", metavar="TEXT", help="A question that this one follows; once or more, oldest first."),
    ] = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            "--batch", help='JSON Lines of {"id", "question"} to ask; "before": [...] holds the questions it follows.'
        ),
    ] = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
    writing: Annotated[
        bool,
        typer.Option(
            "--writing/--no-writing",
            help="Let the language model of LLM_BASE_URL write, if there is one; or quote only.",
        ),
    ] = True,
) -> None:
    """Answer one question, or a file of them, one answer line per question line in the same order."""
    if (question is None) == (batch is None):
        raise typer.BadParameter("give a question, or --batch with a file of questions")
    if batch and before:
        raise typer.BadParameter('a line of --batch has the questions before it in "before", not in --before')
    earlier = tuple(filter(None, (text.strip() for text in before or ())))
    questions = read_questions(batch) if batch else [Question("", (question or "").strip(), before=earlier)]
    if not batch and not questions[0].question:
        raise typer.BadParameter("the question is empty")
    with closing(_library(index_dir=index)) as library:
        with progress_bar() as progress:
            library.load(progress)
        for entry in questions:
            answer = library.ask(entry.question, entry.before, WritingRequest() if writing else None)
            if as_json or batch:
                print_json(answer_line(entry.id, answer))
            else:
                print_lines(answer_lines(answer))


@app.command(epilog=EPILOG)
def summary(
    source: Annotated[
        str, typer.Argument(metavar="[SOURCE]", help="A source by its name or title, or a part of it; else all.")
    ] = "",
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="DATE_OR_SNAPSHOT",
            help="What is new since 2025-04-05, 'last week', 'the last reindex', or a kept snapshot (part of its id).",
        ),
    ] = "",
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sum up all sources or one, or what is new there, in quotations; a language model writes it if one is set."""
    with closing(_library(index_dir=index)) as library:
        with progress_bar() as progress:
            library.load(progress)
        answer = library.summarise(source, since, WritingRequest())
    if as_json:
        print_json(answer_line(None, answer))
    else:
        print_lines(answer_lines(answer))


add_evaluation_commands(app, lambda seeds, index: _library(seeds_dir=seeds, index_dir=index))


@app.command(epilog=EPILOG, help="What is indexed, since when, by which model, and whether it still fits the sources.")
def status(
    index: IndexOption = None,
    as_json: JsonOption = False,
    seeds: SeedsOption = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Also read every file of the live snapshot; 5 where one is damaged.")
    ] = False,
) -> None:
    library = _library(index_dir=index, seeds_dir=seeds)
    result, damage = library.status(), _damage(library) if verify else None
    whole = (damage is None) if verify else None
    generation = library.generation_status()
    if as_json:
        print_json({**status_json(result, whole), "generation": generation_json(generation)})
    else:
        print_lines([*status_lines(result, whole), *generation_lines(generation)])
    if damage:
        raise damage  # main() prints it and returns its exit code


add_server_commands(app, lambda: _settings())
add_backup_commands(app, lambda seeds, index: _settings(seeds_dir=seeds, index_dir=index))
add_journal_commands(app, lambda seeds, index: _settings(seeds_dir=seeds, index_dir=index))


def _damage(library: Library) -> LibraryError | None:
    """Return why the live snapshot is damaged, after reading every file; None if it is intact."""
    try:
        library.verify()
    except LibraryError as error:
        return error
    return None


def main(arguments: Sequence[str] | None = None, *, prog: str | None = None) -> int:
    """Run the command line and return its exit code; standard error says what went wrong and how to fix it.

    `prog` is the program's name in `--help`, by default as it was started.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # the same bytes on every system
    try:
        code = app(arguments, prog_name=prog, standalone_mode=False)
    except typer.Exit as error:
        return error.exit_code
    except LibraryError as error:
        say(error)
        if error.log_detail:
            say(error.log_detail)
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has gone; Python's own last flush must not fail
        return 1
    except OSError as error:
        say(f"{error.filename or 'A file'}: {error.strerror or error}.")
        return 1
    except Exception as error:
        # typer does not export the base class of its usage errors; they are recognised by their method.
        if not hasattr(error, "format_message"):
            raise
        say(f"{error.format_message()} Try --help.")
        return 2
    return code if isinstance(code, int) else 0


def _library(**places: Path | None) -> Library:
    settings = _settings(**places)
    if not places.get("index_dir") and (note := copy_first_source(settings.footnote_home, settings.seeds_dir)):
        say(note)
    return open_library(settings)


def _settings(**places: Path | None) -> Settings:
    """Return the settings with these folders in place of theirs, and log as they say."""
    overrides = {name: place for name, place in places.items() if place is not None}
    others = {name: place for name, place in overrides.items() if name != "index_dir"}
    settings = read_settings(Settings, **others)
    logging.basicConfig(level=settings.log_level, stream=sys.stderr, format="%(levelname)s %(message)s")
    index = overrides.get("index_dir")
    if index is not None and index.resolve() != settings.index_dir.resolve():
        # Each index keeps its own journal, in a file.
        overrides.setdefault("journal_file", index / settings.journal_file.name)
        return settings.model_copy(update={**overrides, "database_url": SecretStr("")})
    return settings.model_copy(update=overrides)


def _print_report(report: ReindexReport, *, as_json: bool, live: bool) -> None:
    if as_json:
        print_json(report_json(report, live=live))
    else:
        print_lines(report_lines(report, live=live))
