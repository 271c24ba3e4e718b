"""Settings read from the environment and `.env`, with errors in plain words and an example of a right value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsError

from index.domain.errors import LibraryError

__all__ = ["WrongSettings", "find_typos", "read_settings"]

S = TypeVar("S", bound=BaseSettings)

ENV_FILE = Path(".env")

MOST_SHOWN = 40
"""Characters of a value that are shown; a longer one may be a secret in the wrong place."""

LEAST_SIMILARITY = 88
"""How much like a setting's name another must be to pass for its misspelling, 100 is the same."""

UNITS = {"seconds": "seconds", "timeout": "seconds", "days": "days", "mb": "MB", "tokens": "tokens"}
"""What a number counts, by the last word of the setting's name."""

LIMITS = {
    "greater_than_equal": ("ge", "is less than {limit}"),
    "greater_than": ("gt", "is not more than {limit}"),
    "less_than_equal": ("le", "is more than {limit}"),
    "less_than": ("lt", "is not less than {limit}"),
}


class WrongSettings(LibraryError):
    """A setting can't be used, or a file of settings can't be read; the text says which, why, and a right value."""

    exit_code = 2


def read_settings(settings: type[S], **given: Any) -> S:
    """Return the settings of a class. Raises WrongSettings, which shows no secret value."""
    _check_file(ENV_FILE)
    try:
        found = settings(**given)
        if home := getattr(found, "footnote_home", None):
            _check_file(home / ENV_FILE)
        return found
    except ValidationError as error:
        raise WrongSettings(" ".join(describe(problem, settings) for problem in error.errors())) from None
    except (SettingsError, OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or ("it is not UTF-8" if isinstance(error, ValueError) else str(error))
        raise WrongSettings(f"The settings can't be read, {why}: look at the file .env.") from None


def describe(problem: ErrorDetails, settings: type[BaseSettings]) -> str:
    """Return a problem of a setting as a sentence with its name, the reason and an example."""
    name = str(problem["loc"][0]) if problem["loc"] else ""
    field = settings.model_fields.get(name)
    if field is None:
        return f"The settings can't be used: {problem['msg']}."
    example = f"{name.upper()}={(field.examples or [''])[0]}"
    return f"{name.upper()} can't be used: {_reason(problem, name, field)}; write for example {example}"


def find_typos(known: Iterable[type[BaseSettings]], home: Path | None = None) -> list[str]:
    """Return a sentence for each name in `.env`, here and in the home, that is no setting, but nearly one."""
    names = [name.upper() for settings in known for name in settings.model_fields]
    files = [file for file in dict.fromkeys((ENV_FILE, (home or Path()) / ENV_FILE)) if file.is_file()]
    if not files:
        return []
    from rapidfuzz import fuzz, process  # here: half of all starts have no .env

    given = [name for file in files for name in dotenv_values(file, encoding="utf-8")]
    unknown = [name for name in given if name.upper() not in names]
    found = [
        (name, process.extractOne(name.upper(), names, scorer=fuzz.ratio, score_cutoff=LEAST_SIMILARITY))
        for name in unknown
    ]
    return [f"{name} is no setting; do you mean {match[0]}?" for name, match in found if match]


def _reason(problem: ErrorDetails, name: str, field: FieldInfo) -> str:
    """Return why a value can't be used, with the value unless it may be a secret."""
    kind = problem["type"]
    if kind == "value_error":
        return problem["msg"].removeprefix("Value error, ").rstrip(".")
    value = _shown(problem["input"], name, field)
    if kind in LIMITS:
        limit, words = LIMITS[kind]
        return f"{value} {words.format(limit=problem['ctx'][limit])}"
    unit = UNITS.get(name.rsplit("_", 1)[-1])
    number = f"number of {unit}" if unit else "number"
    if kind in ("int_parsing", "int_from_float", "int_type") and len(problem["loc"]) > 1:
        return f"{value} is no id, which is a number of some twenty digits"
    if kind in ("int_parsing", "int_from_float", "int_type", "int_parsing_size"):
        return f"{value} is no whole {number}"
    if kind in ("float_parsing", "float_type", "finite_number"):
        return f"{value} is no {number}"
    if kind in ("bool_parsing", "bool_type"):
        return f"{value} is neither true nor false"
    if kind in ("literal_error", "enum"):
        return f"{value} is not {problem['ctx']['expected']}"
    return f"{problem['msg'][:1].lower()}{problem['msg'][1:]}"


def _shown(value: object, name: str, field: FieldInfo) -> str:
    text = str(value)
    secret = "SecretStr" in str(field.annotation) or name.endswith(("token", "key", "secret", "url"))
    return "the value" if secret or len(text) > MOST_SHOWN or not text.isprintable() else f'"{text}"'


def _check_file(file: Path) -> None:
    """Raise WrongSettings for a line of `.env` that is no setting; its text, which may be secret, is not shown."""
    if not file.is_file():
        return
    try:
        with file.open(encoding="utf-8") as stream:
            wrong = [
                line.original.line for line in parse_stream(stream) if line.error or (line.key and line.value is None)
            ]
    except UnicodeDecodeError:
        raise WrongSettings("The settings in .env can't be read, it is not UTF-8: save it as UTF-8.") from None
    except OSError as error:
        raise WrongSettings(f"The settings in .env can't be read, {error.strerror}: see to the file.") from None
    if wrong:
        numbers: Sequence[str] = [str(number) for number in wrong]
        raise WrongSettings(
            f"The settings in .env can't be read, line {', '.join(numbers)} is no setting: "
            "write it like COOLDOWN_SECONDS=3, or put # before it."
        )
