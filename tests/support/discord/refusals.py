"""How Discord refuses: a status, its own code, and what is wrong with which field."""

from __future__ import annotations

from collections.abc import Sized
from typing import NoReturn

from tests.support.discord.payloads import Json

__all__ = ["Refused", "at_most", "between", "invalid", "refuse_under"]


class Refused(Exception):
    """An error as Discord writes it: HTTP status, its own code, a message, and what is wrong with which field."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"message": message, "code": code, **({"errors": errors} if errors else {})}


def invalid(field: str, code: str, message: str) -> Refused:
    """400 Invalid Form Body about one field, given as a dotted path."""
    errors: Json = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(field.split(".")):
        errors = {part: errors}
    return Refused(400, 50035, "Invalid Form Body", errors)


def refuse_under(field: str, refused: Refused) -> NoReturn:
    """Raise the refusal again, its fields below another one: of a callback's `data`, say."""
    if "errors" in refused.body:
        raise Refused(refused.status, refused.body["code"], str(refused), {field: refused.body["errors"]})
    raise refused


def at_most(field: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise invalid(field, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


def between(field: str, given: Sized | None, least: int, most: int) -> None:
    """Of a text or a list that must be there."""
    if given is None:
        raise invalid(field, "BASE_TYPE_REQUIRED", "This field is required")
    if not least <= len(given) <= most:
        raise invalid(field, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
