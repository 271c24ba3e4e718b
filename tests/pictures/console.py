"""The picture of the console in docs/index.md: a real session with the article, drawn by rich.

python -m tests.pictures.console [FILE]; without a file it writes docs/console.svg.
"""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.console.session import Session
from index import Settings, open_library
from tests.support.article import ARTICLE
from tests.support.paths import ROOT

ASKED = ("What is the context window of Scout?", "Who wrote the article?", "How much does Maverick cost per month?")
WIDTH = 100


def draw(path: Path) -> None:
    """Ask the questions of a fresh index and write what the console shows to an SVG file."""
    out = Console(
        file=io.StringIO(), record=True, force_terminal=True, width=WIDTH, markup=False, emoji=False, highlight=False
    )
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(Settings(_env_file=None, seeds_dir=ARTICLE.parent, index_dir=Path(folder)))
        library.reindex()
        library.ask(ASKED[0])
        session = Session(library, out=out, err=out)
        session.greet()
        for question in ASKED:
            # The prompt is prompt_toolkit's, which rich cannot record: this line stands for it.
            out.print(Text.assemble(("footnote> ", "bold"), question))
            session.handle(question)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(out.export_svg(title="make run", unique_id="footnote"), "utf-8")


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "console.svg")
