"""Fields of a Word document: page numbers and the date of today are left out, of the others the result is read."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from index.parsing._docx_letters import text_element, text_run
from index.parsing._docx_markers import FIELD
from index.parsing._docx_styles import is_on, value
from index.parsing._omml import WORD

__all__ = ["remove_fields"]

LEFT_OUT_NAMES = "PAGE NUMPAGES SECTIONPAGES SECTION DATE TIME PRINTDATE STYLEREF"
LEFT_OUT = frozenset(LEFT_OUT_NAMES.split())
CODE, CHARACTER, SIMPLE = (WORD + name for name in ("instrText", "fldChar", "fldSimple"))


@dataclass
class _OpenField:
    code: str = ""
    is_result: bool = False

    @property
    def is_left_out(self) -> bool:
        return self.code.split()[:1] != [] and self.code.split()[0].upper() in LEFT_OUT


def remove_fields(root: Element) -> None:
    """Remove the codes of fields and the results that are not read; forms get their state or choice as text."""
    for simple in root.iter(SIMPLE):
        if _OpenField(simple.get(f"{WORD}instr", "")).is_left_out:
            simple[:] = [text_run(FIELD)]
    opened: list[_OpenField] = []
    for run in root.iter():
        if run.tag == f"{WORD}p":  # none of those left out goes on in another paragraph, even if its end is missing
            opened = [field for field in opened if not field.is_left_out]
        if run.tag != f"{WORD}r":
            continue
        kept: list[Element] = []
        for child in run:
            if child.tag == CHARACTER:
                kept += _follow(child, opened)
            elif child.tag == CODE:
                if opened and not opened[-1].is_result:
                    opened[-1].code += child.text or ""
            elif not any(field.is_result and field.is_left_out for field in opened[-9:]):
                kept.append(child)
        run[:] = kept


def _follow(character: Element, opened: list[_OpenField]) -> list[Element]:
    """Open or close a field, and return what is read in its place."""
    kind = character.get(f"{WORD}fldCharType")
    if kind == "begin":
        opened.append(_OpenField())
        return _form_value(character.find(f"{WORD}ffData"))
    if kind == "separate" and opened:
        opened[-1].is_result = True
    elif kind == "end" and opened and opened.pop().is_left_out:
        return [text_element(FIELD)]
    return []


def _form_value(form: Element | None) -> list[Element]:
    if form is None:
        return []
    if (box := form.find(f"{WORD}checkBox")) is not None:
        checked = box.find(f"{WORD}checked")
        return [text_element("☑" if is_on(checked if checked is not None else box.find(f"{WORD}default")) else "☐")]
    if (choice := form.find(f"{WORD}ddList")) is not None:
        entries = choice.findall(f"{WORD}listEntry")
        number = value(choice, "result") or value(choice, "default") or "0"
        if number.isdigit() and int(number) < len(entries):
            return [text_element(entries[int(number)].get(f"{WORD}val", ""))]
    return []
