"""Formulas become one line that says the same: no number is glued to another, no part loses its brackets."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from index.parsing._mathml import mathml_text


def text_of(formula: str) -> str:
    (math,) = LexborHTMLParser(f"<math>{formula}</math>").css("math")
    return mathml_text(math)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<mn>3</mn><mfrac><mn>1</mn><mn>4</mn></mfrac>", "3 1/4"),
        ("<mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mi>c</mi></mrow></mfrac>", "a/(b + c)"),
        ("<mfrac><mrow><mn>2</mn><mi>a</mi></mrow><mn>5</mn></mfrac>", "(2a)/5"),
        ("<mfrac linethickness=0><mi>n</mi><mi>k</mi></mfrac>", "binom(n, k)"),
        ("<mn>7</mn><mi>kg</mi>", "7 kg"),
        ("<mn>12</mn><mo separator=true>,</mo><mn>500</mn>", "12,500"),
        ("<mi>x</mi><mo>=</mo><mo>−</mo><mn>4</mn>", "x = −4"),
        ("<mi>a</mi><mo>⁢</mo><mi>b</mi><mo>−</mo><mn>1</mn>", "ab − 1"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x + 1)"),
        ("<mroot><mn>8</mn><mn>3</mn></mroot>", "³√8"),
        ("<msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></msup>", "(a + b)²"),
        ("<msup><mn>90</mn><mo>∘</mo></msup>", "90°"),
        ("<msup><mi>f</mi><mo>′</mo></msup><mo>(</mo><mi>x</mi><mo>)</mo>", "f′(x)"),
        ("<msub><mi>log</mi><mn>2</mn></msub><mi>n</mi>", "log₂ n"),
        ("<msubsup><mi>x</mi><mi>max</mi><mn>2</mn></msubsup>", "x_max²"),
        (
            "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi>",
            "∑_(i=1)ⁿ i",
        ),
        ("<munder><mi>lim</mi><mrow><mi>x</mi><mo>→</mo><mn>0</mn></mrow></munder><mi>f</mi>", "lim_(x→0) f"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x\u0304"),
        ("<mmultiscripts><mi>U</mi><mprescripts></mprescripts><mn>92</mn><mn>235</mn></mmultiscripts>", "^235₉₂U"),
        ("<mfenced open=[ close=]><mi>a</mi><mi>b</mi></mfenced>", "[a, b]"),
        (
            "<mo>(</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>0</mn></mtd></mtr>"
            "<mtr><mtd><mn>0</mn></mtd><mtd><mn>1</mn></mtd></mtr></mtable><mo>)</mo>",
            "(1,0; 0,1)",
        ),
        ("<mphantom><mn>9</mn></mphantom><mn>5</mn><mo>%</mo>", "5%"),
        ("<mtext>rate = </mtext><mn>3</mn><mspace width=0.167em></mspace><mtext>%</mtext>", "rate = 3 %"),
    ],
)
def test_a_formula_is_one_line_that_says_the_same(formula, text):
    assert text_of(formula) == text


def test_a_formula_that_is_nested_too_deeply_is_read_as_its_words():
    assert text_of("<mrow>" * 500 + "<mn>7</mn>" + "</mrow>" * 500) == "7"


def test_a_formula_without_parts_is_read_by_its_description():
    (math,) = LexborHTMLParser("<math alttext='a plus b'></math>").css("math")
    assert mathml_text(math) == "a plus b"
