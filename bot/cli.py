"""The command `footnote`: the bot or the console, and beside them the index's command line and other commands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from bot.__main__ import main as run_bot

__all__ = ["COMMANDS", "main"]

OTHER_COMMANDS = """other commands:
  footnote index ...   the index's command line: reindex, ask, status and more; footnote index --help lists them
  footnote --version   print the version
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names, else the bot or the console; return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words and (command := COMMANDS.get(words[0])):
            return command(words[1:])
        return run_bot(words, prog="footnote", other_commands=OTHER_COMMANDS)
    except KeyboardInterrupt:
        return 0


def _index(arguments: list[str]) -> int:
    from index.cli.app import main as run_index  # the bot does without it

    return run_index(arguments, prog="footnote index")


def _version(_arguments: list[str]) -> int:
    sys.stdout.write(f"footnote {version('footnote')}\n")
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {"index": _index, "--version": _version}
"""What the first argument may name; each takes the arguments after it and returns the exit code."""

if __name__ == "__main__":
    sys.exit(main())
