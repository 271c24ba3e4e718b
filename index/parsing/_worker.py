"""The programs that read files within limits: one file, or one after the other, each in a process of its own."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from index.domain.errors import UnreadableSource
from index.domain.messages import Message, message_of, message_to_json
from index.parsing._framing import ANSWER, REQUEST
from index.parsing._ocr import Recognizer, find_tesseract, is_recognition
from index.parsing._sandbox import DAMAGED, MEMORY_LIMIT, OUT_OF_MEMORY
from index.parsing.formats import SECONDS
from index.parsing.layout import ParsedFile

__all__ = ["main", "reader_of", "serve"]

MOST_TEXT = 20_000_000
"""Characters of text in one file."""

FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "shutil.",
    "urllib.",
)
"""Audit events that no reader has reason for: https://docs.python.org/3/library/audit_events.html."""


SHARE_OF_OCR = 0.8
"""Share of a file's time in which pictures of text are read."""


def reader_of(form: str, seconds: float = SECONDS, program: str = "") -> Callable[[bytes], ParsedFile]:
    """Return the reader of a format, importing its library only here; `program` recognizes text in pictures."""
    if form == "html":
        from index.parsing._html import read_html

        return read_html
    if form == "pdf":
        from index.parsing._pdf import read_pdf

        return partial(read_pdf, picture_reader=Recognizer(program, SHARE_OF_OCR * seconds) if program else None)
    if form == "docx":
        from index.parsing._docx import read_docx

        return read_docx
    if form == "rst":
        from index.parsing._rst import read_rst

        return read_rst
    if form == "ipynb":
        from index.parsing._notebook import read_notebook

        return read_notebook
    if form == "epub":
        from index.parsing._epub import read_epub

        return read_epub
    if form == "odt":
        from index.parsing._odt import read_odt

        return read_odt
    if form == "pptx":
        from index.parsing._pptx import read_pptx

        return read_pptx
    if form == "xlsx":
        from index.parsing._spreadsheet import read_spreadsheet

        return read_spreadsheet
    if form == "ods":
        from index.parsing._opendocument_sheet import read_opendocument_sheet

        return read_opendocument_sheet
    raise ValueError(form)


def main() -> int:
    """Read one file, standard input, within limits; `_sandbox` starts it with a format and seconds."""
    form, seconds = sys.argv[1], float(sys.argv[2])
    _set_limits(seconds)
    return _read(form, seconds, sys.stdin.buffer.read)


def serve() -> int:
    """Fork for each file on standard input; `_reader_processes` starts it with a format."""
    form = sys.argv[1]
    reader_of(form)
    gc.freeze()  # so that no collection copies the pages that are shared
    while len(header := sys.stdin.buffer.read(REQUEST.size)) == REQUEST.size:
        seconds, length = REQUEST.unpack(header)
        data = sys.stdin.buffer.read(length)
        receiver, sender = os.pipe()
        process = os.fork()
        if process == 0:
            _read_forked(form, seconds, data, sender)
        os.close(sender)
        del data
        with open(receiver, "rb") as stream:  # noqa: PTH123 - it is a number
            answer = stream.read()
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        sys.stdout.buffer.write(ANSWER.pack(code, len(answer)) + answer)
        sys.stdout.buffer.flush()
    return 0


def _read_forked(form: str, seconds: float, data: bytes, answer: int) -> NoReturn:
    """Read a file in a process that was forked for it, which ends here; it has none of the pipes of the other one."""
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for number, stream in enumerate((nothing, answer, nothing)):
            os.dup2(stream, number)
        os.closerange(3, max(nothing, answer) + 1)
        _set_limits(seconds)
        code = _read(form, seconds, lambda: data)
    finally:
        os._exit(code)


def _read(form: str, seconds: float, data: Callable[[], bytes]) -> int:
    """Read a file and print its blocks as JSON; return the exit code."""
    try:
        program = find_tesseract() if form == "pdf" else ""
        answer = _answer(reader_of(form, seconds, program), data(), program)
    except MemoryError:
        return OUT_OF_MEMORY
    sys.stdout.write(answer)
    sys.stdout.flush()
    return 0


def _answer(reader: Callable[[bytes], ParsedFile], data: bytes, program: str) -> str:
    sys.addaudithook(partial(_forbid, program))
    try:
        parsed = reader(data)
        if sum(len(block.text) for block in parsed.blocks) > MOST_TEXT:
            raise UnreadableSource(Message("holds more than {most} characters of text: split it", most=MOST_TEXT))
    except UnreadableSource as error:
        return json.dumps({"unreadable": message_to_json(message_of(error))})
    except MemoryError:
        raise
    except RecursionError:
        return json.dumps({"unreadable": message_to_json(Message("is nested too deeply: make it flatter"))})
    except Exception as error:  # whatever a library raises: only this file is skipped
        return json.dumps({"unreadable": message_to_json(DAMAGED), "error": f"{type(error).__name__}: {error}"})
    return json.dumps(
        {
            "title": parsed.title,
            "blocks": [[block.kind, block.text, block.lead, block.level, block.mark] for block in parsed.blocks],
            "fields": parsed.fields,
            "notes": [message_to_json(note) for note in parsed.notes],
        }
    )


def _forbid(program: str, event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what no reader has reason for; `program` is the only one that may be started, to recognize text."""
    if event == "subprocess.Popen" and is_recognition(program, *arguments[:2]):
        return
    is_new_file = event == "open" and not isinstance(arguments[0], int)  # a number is a pipe that is open already
    if (is_new_file and _writes(*arguments[1:])) or event.startswith(FORBIDDEN):
        raise PermissionError(event)


def _writes(mode: str | None, flags: int) -> bool:
    return bool(set(mode or "") & set("wax+") or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _set_limits(seconds: float) -> None:
    """Limit memory, CPU time and files if the system can; the parent limits the time by the clock."""
    try:
        import resource
    except ImportError:  # Windows
        return
    second = max(1, int(seconds))
    for name, most in (
        ("RLIMIT_AS", MEMORY_LIMIT),
        ("RLIMIT_CPU", second + 1),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
    ):
        try:
            resource.setrlimit(getattr(resource, name), (most, most + 1))
        except (AttributeError, OSError, ValueError):  # a system without it, or one that has a lower one already
            continue
