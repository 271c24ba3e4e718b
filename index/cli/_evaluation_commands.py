"""The commands `check` and `eval`: how well claims and answers are checked, in figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.bootstrap import open_checker
from index.checking.claims import Claim, read_claims
from index.cli._options import EPILOG, JsonOption
from index.cli._terminal import print_json, print_lines, progress_bar, say
from index.cli.json_output import answer_line
from index.evaluation.runner import ask_questions, results_file
from index.evaluation.written import sentence_lines
from index.setting_errors import read_settings
from index.settings import Settings

if TYPE_CHECKING:
    from index.library import Library

__all__ = ["add_evaluation_commands"]


def add_evaluation_commands(app: typer.Typer, library: Callable[[Path, Path], Library]) -> None:
    """Add them; `library` opens the one of a folder of sources and a folder of an index."""

    @app.command(epilog=EPILOG)
    def check(
        evidence: Annotated[str | None, typer.Option("--evidence", help="What the sources say.")] = None,
        claim: Annotated[str | None, typer.Option("--claim", help="A sentence that this should carry.")] = None,
        batch: Annotated[
            Path | None, typer.Option("--batch", help='JSON Lines of {"id", "evidence", "claim"} to check.')
        ] = None,
        as_json: JsonOption = False,
    ) -> None:
        """Say how likely evidence carries a claim, 0 to 1, by the checker of written answers; in the same order."""
        if batch is None and (evidence is None or claim is None):
            raise typer.BadParameter("give --evidence and --claim, or --batch with a file of claims")
        if batch and (evidence is not None or claim is not None):
            raise typer.BadParameter("the claims of --batch have their evidence in the file")
        claims = read_claims(batch) if batch else [Claim("", evidence or "", claim or "")]
        checker = open_checker()
        for entry in claims:
            entailed = round(checker.entailed(entry.evidence, entry.claim), 4)
            if as_json or batch:
                print_json({"id": entry.id, "entailed": entailed})
            else:
                print_lines([f"entailed: {entailed}"])

    @app.command("eval", epilog=EPILOG)
    def evaluate(
        documents: Annotated[
            Path, typer.Option("--documents", help="Folder with the sources the questions are about.")
        ],
        questions: Annotated[Path, typer.Option("--questions", help="JSON Lines of questions with gold spans.")],
        as_json: JsonOption = False,
        answers: Annotated[
            Path | None, typer.Option("--answers", help="Also write the answer lines to this file.")
        ] = None,
        worst: Annotated[int, typer.Option("--worst", min=0, help="How many of the worst cases are shown.")] = 10,
        record: Annotated[bool, typer.Option("--record", help="Make these the recorded figures.")] = False,
        results: Annotated[
            Path | None, typer.Option("--results", help="The recorded figures. [evaluation/results.md]")
        ] = None,
        written: Annotated[
            bool, typer.Option("--written", help="Let the language model of LLM_BASE_URL write the answers.")
        ] = False,
        sentences: Annotated[
            Path | None,
            typer.Option(
                "--sentences", help="Also write each written sentence with its evidence to this file, to judge."
            ),
        ] = None,
    ) -> None:
        """Build a throw-away index, ask every question, and score the answers beside the recorded figures."""
        if written and record:
            raise typer.BadParameter("--record keeps the figures of quotations: leave out --written")
        if sentences and not written:
            raise typer.BadParameter("--sentences needs --written")
        last, settings = results_file(results, needed=record), read_settings(Settings)
        with progress_bar() as progress:
            run = ask_questions(
                lambda index: library(documents, index),
                documents,
                questions,
                answer_line,
                progress,
                written=written,
            )
        if sentences:
            lines = sentence_lines(run.lines)
            sentences.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines), "utf-8")
        if answers:
            answers.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in run.lines), "utf-8")
        if as_json:
            print_json(run.json())
        else:
            print_lines([run.report(last, worst)])
        if record and last:
            run.record(last, settings.model_dump(mode="json", exclude_defaults=True), model=settings.embedding_model)
            say(f"Recorded in {last}.")
