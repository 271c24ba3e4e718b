"""The command `footnote`: the bot or the console, and beside them the index's command line and other commands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from bot.signals import end_on_signals

__all__ = ["COMMANDS", "main"]

OTHER_COMMANDS = """other commands:
  footnote index ...   the index's command line: reindex, ask, status and more; footnote index --help lists them
  footnote backup ...  write journal, snapshots, sources and state into one archive, while the bot runs
  footnote restore ... put such an archive's contents in place
  footnote --version   print the version
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the first argument names, else the bot or the console; return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words and (command := COMMANDS.get(words[0])):
            return command(words[1:])
        if arguments is None:
            end_on_signals()
        from bot.__main__ import main as run_bot  # takes a second, in which a signal ends it cleanly, too

        return run_bot(words, prog="footnote", other_commands=OTHER_COMMANDS)
    except KeyboardInterrupt:
        return 0


def _index(arguments: list[str]) -> int:
    from index.cli.app import main as run_index  # the bot does without it

    return run_index(arguments, prog="footnote index")


def _backup(arguments: list[str]) -> int:
    return _with_own_files("backup", arguments)


def _restore(arguments: list[str]) -> int:
    return _with_own_files("restore", arguments)


def _with_own_files(command: str, arguments: list[str]) -> int:
    """Run a command of the index's command line that is told which files the bot keeps."""
    from bot.__main__ import WRONG_USAGE, WrongSettings, own_files
    from index.cli.app import main as run_index

    try:
        state, secrets, locks = own_files()
    except WrongSettings as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USAGE
    options = [word for path in state for word in ("--state", str(path))]
    options += [word for path in secrets for word in ("--secret", str(path))]
    if command == "restore":
        options += [word for path in locks for word in ("--lock", str(path))]
    return run_index([command, *arguments, *options], prog="footnote")


def _version(_arguments: list[str]) -> int:
    sys.stdout.write(f"footnote {version('footnote')}\n")
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "index": _index,
    "backup": _backup,
    "restore": _restore,
    "--version": _version,
}
"""What the first argument may name; each takes the arguments after it and returns the exit code."""

if __name__ == "__main__":
    sys.exit(main())
