import pytest

from index.text.notation import STRUCK_AFTER, STRUCK_BEFORE, STRUCK_OUT, subscript, superscript


@pytest.mark.parametrize(("text", "written"), [("3", "³"), ("-2", "⁻²"), ("k", "^k"), ("k+a", "^(k+a)"), ("th", "^th")])
def test_superscripts_are_unicodes_own_or_follow_a_caret(text, written):
    assert superscript(text) == written


@pytest.mark.parametrize(("text", "written"), [("2", "₂"), ("max", "_max"), ("i, j", "_(i, j)")])
def test_subscripts_are_unicodes_own_or_follow_a_low_line(text, written):
    assert subscript(text) == written


def test_struck_out_words_are_found_again_in_the_text():
    text = f"It starts on {STRUCK_BEFORE}3 May{STRUCK_AFTER} 10 May."
    assert [match.group() for match in STRUCK_OUT.finditer(text)] == ["[struck out: 3 May]"]
