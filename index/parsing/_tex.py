"""Formulas in TeX, as one line of text."""

from __future__ import annotations

import re

__all__ = ["replace_tex", "tex_text"]

MOST_CHARACTERS = 2_000
"""Characters of a formula that is rewritten."""

ALIGNED = re.compile(r"\\(begin|end)\{(?:aligned|align|alignat|gathered|gather|split|eqnarray|equation)\*?\}")
DELIMITED = re.compile(r"\\\(.{1,2000}?\\\)|\\\[.{1,2000}?\\\]|\$\$[^$]{0,2000}[\\^_=][^$]{0,2000}\$\$", re.DOTALL)
"""A formula; prices ("$$ and $$") are none."""

DELIMITERS = (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$", "$"))


def tex_text(tex: str) -> str:
    """Return a formula in TeX as one line ("2^16" for "2^{16}"); as it is written if it cannot be read."""
    written = tex.strip()
    for opening, closing in DELIMITERS:
        if len(written) > len(opening + closing) and written.startswith(opening) and written.endswith(closing):
            written = written[len(opening) : -len(closing)].strip()
            break
    if not written or len(written) > MOST_CHARACTERS:
        return tex
    from latex2mathml.converter import convert
    from selectolax.lexbor import LexborHTMLParser

    from index.parsing._mathml import mathml_text

    try:
        math = LexborHTMLParser(convert(ALIGNED.sub(r"\\\1{matrix}", written))).css_first("math")
    except Exception:  # whatever the library raises for what is no TeX
        return tex
    text = mathml_text(math) if math is not None else ""
    return tex if not text or "\\" in text else text


def replace_tex(text: str) -> str:
    """Return text with each formula between TeX's delimiters as one line."""
    if "\\(" not in text and "\\[" not in text and "$$" not in text:
        return text
    return DELIMITED.sub(lambda formula: tex_text(formula[0]), text)
