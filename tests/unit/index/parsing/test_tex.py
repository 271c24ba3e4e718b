"""Formulas in TeX become the same line as others; what is no TeX stays as it is written."""

from __future__ import annotations

import pytest

from index.parsing._html import read_html
from index.parsing._tex import replace_tex, tex_text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"3^{12}", "3^12"),
        (r"\(\frac{k+1}{2}\)", "(k + 1)/2"),
        (r"$$p_{\text{max}} \le 40\%$$", "p_max ≤ 40%"),
        (r"25{,}000", "25,000"),
        (r"\begin{align*} a &= 1 \\ b &= 2 \end{align*}", "a = 1; b = 2"),
        (r"\mathbf{W} \in \mathcal{S}", "W ∈ S"),
        (r"\unheardof{x}", r"\unheardof{x}"),
        (r"\frac{", r"\frac{"),
        ("{" * 3_000, "{" * 3_000),
        ("{" * 1_500 + "}" * 1_500, "{" * 1_500 + "}" * 1_500),
    ],
)
def test_tex_is_read_as_one_line_or_left_as_written(tex, text):
    assert tex_text(tex) == text


def test_only_formulas_between_delimiters_are_replaced():
    assert replace_tex(r"Use \(2^{10}\) of them, $$ and $$ are prices.") == "Use 2^10 of them, $$ and $$ are prices."


@pytest.mark.parametrize(
    "formula",
    [
        r"<span class='math inline'>2^{10}</span>",
        r"<span class='math notranslate'>\(2^{10}\)</span>",
        r"\(2^{10}\)",
        "<math-renderer>$2^{10}$</math-renderer>",
        "<span class=MathJax><span>210</span></span><script type='math/tex'>2^{10}</script>",
    ],
)
def test_pages_with_formulas_in_tex_are_read_without_it(formula):
    (block,) = read_html(f"<p>It holds {formula} rows.".encode()).blocks
    assert block.text == "It holds 2^10 rows."


def test_code_with_tex_is_left_as_written():
    (block,) = read_html(rb"<pre>\(2^{10}\)</pre>").blocks
    assert block.text == r"\(2^{10}\)"
