"""`python -m bot` at a terminal with a language model's server: real index, real checks, scripted output."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.index_fakes import write
from tests.support.llm_replies import hanging, http_error, json_output
from tests.support.llm_server import LlmServer, llm_server
from tests.support.paths import ROOT
from tests.support.terminal import Terminal

FERRY = "# Tidewater ferry\n\nThe night ferry leaves Quay C at 22:15 and reaches Brindle at dawn.\n"
QUESTION = "When does the night ferry leave Quay C?"
QUOTE = "The night ferry leaves Quay C at 22:15"
WRITTEN = "The night ferry leaves at 22:15, from Quay C."
INVENTED = "It carries 300 horses."
START = "from bot.__main__ import main\nimport sys\nsys.exit(main([]))\n"


def sentence(text: str, quote: str) -> dict[str, object]:
    return {"evidence": [{"number": 1, "quote": quote}], "text": text, "english": ""}


GOOD = {"answers": True, "sentences": [sentence(WRITTEN, QUOTE), sentence(INVENTED, "300 horses")]}


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with llm_server() as server:
        yield server


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of one source."""
    folder = tmp_path_factory.mktemp("ferry")
    write(folder / "seeds", ferry_md=FERRY)
    command = [sys.executable, "-m", "index", "reindex"]
    subprocess.run(command, cwd=folder, env=variables(folder), check=True, capture_output=True)
    return folder


def variables(folder: Path, **settings: str) -> dict[str, str]:
    names = {"SEEDS_DIR": "seeds", "INDEX_DIR": "index", "JOURNAL_FILE": "journal.sqlite3", "STATE_DIR": "state"}
    places = {name: str(folder / place) for name, place in names.items()}
    return {"PYTHONPATH": str(ROOT), "DISCORD_TOKEN": "", **places, **settings}


@pytest.fixture
def console(built: Path, server: LlmServer) -> Iterator[Terminal]:
    settings = variables(built, LLM_BASE_URL=server.url, LLM_MODEL=server.model, LLM_DAILY_TOKENS="100000")
    terminal = Terminal(START, folder=built, settings=settings)
    terminal.await_text("footnote>")
    yield terminal
    terminal.close()


def test_a_draft_is_checked_and_what_fails_is_not_in_the_settled_answer(console, server):
    server.scripts = [json_output(GOOD, size=12, pause=0.05)]
    console.press(f"{QUESTION}\r")
    console.await_text(f"\x1b[90m{WRITTEN}")
    console.await_text(INVENTED)
    settled = console.await_text("footnote>").rpartition("\x1b[2K")[2]
    assert f"{WRITTEN} [1]" in settled
    assert "horses" not in settled
    assert f"Written by {server.model}, checked." in settled
    console.press("/status\r")
    console.await_text(f"Written by: {server.model}, checked; ")
    left = console.await_text(" of 100,000 tokens left today")
    assert 0 < int(left.split()[0].replace(",", "")) < 100_000


def test_ctrl_c_stops_a_server_that_hangs_and_the_quotation_is_shown(console, server):
    server.scripts = [hanging('{"answers": true, "sentences": [{"evidence": [], "text": "A draft')]
    console.press(f"{QUESTION}\r")
    console.await_text("A draft")
    console.press("\x03")
    console.await_text(" and reaches Brindle at dawn")
    console.await_text("The writing was stopped.")
    console.await_text("footnote>")
    console.press("/quit\r")
    assert console.leave()[0] == 0


def test_a_server_that_refuses_leaves_the_quotation_with_a_note(console, server):
    server.otherwise = http_error(401)
    console.press(f"{QUESTION}\r")
    console.await_text(" and reaches Brindle at dawn")
    console.await_text("The language model's server refused the request.")
    assert "Written by" not in console.await_text("footnote>")
