"""Texts that hypothesis makes: any Unicode, texts of files, and Markdown put together from its fragments."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["any_text", "file_text", "front_matter", "markdown"]

FRAGMENTS = (
    *("# H\n", "## **B** h\n", "Setext\n===\n", "- item one\n", "  - nested item\n", "1. one\n", "- [ ] task\n"),
    *("| a | b |\n|---|---|\n| c | d |\n", "|x\\|y| z |\n|-|-|\n|| q |\n", "> quote\n", "***\n", "    indented\n"),
    *(
        "```\ncode here\n```\n",
        "```py\r\nx = 1\r\n```\r\n",
        "`co de`",
        "``a`b``",
        "<http://a.b>",
        "\\*",
        "~~s~~",
        "$x$",
    ),
    *("[link](http://x.y 'z')", "[ref][r]\n\n[r]: http://r.s\n", "![alt *t*](i.png)", "[^1]", "[^1]: note\n", "x<br>y"),
    *("&amp;", "&nbsp;", "&#xD800;", "&notit;", "&#8212;", "**bold**", "*em*", "**unclosed "),
    *("<div>html &amp; text\n</div>\n", "<!-- c -->", "<script>x</script>", "<![foo[ ]]>", "<b>in</b>", "<?php ?>"),
    *("\r\n", "\r", "\n", "\n\n", "\ufeff", "\u2028", "\x85", "\x0b", "\x0c", "\u200b", "\t", " "),
    *("Hello world. ", "It is 3.5 p.m. now! ", "Dr. Smith went. ", "modelsâ€”LLaMA ", "é", "😀", "日本。", "a" * 150),
    *("---\n", "title: x\n", "key: |\n  block\n", "a: &x 'q'\n", "b: *x\n", "c: !!str 2020\n", "d: [1, {e: f}]\n"),
)

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
"""All of Unicode but surrogates, which no file that is UTF-8 can hold."""

file_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200)
"""What a text file can hold: a file with NUL is binary."""

markdown = st.lists(st.sampled_from(FRAGMENTS) | file_text.map(lambda text: text[:8]), max_size=14).map("".join)

VALUES = (
    *("plain", "'it''s quoted'", '"esc \\" \\u00e9 \\ud800"', "|\n  one\n  two", ">-\n  folded\n  line", "~"),
    *("2020-01-01", "[a, 'b', {c: d}]", "\n  - one\n  - {two: three}", "&anchor named", "*anchor", "!!str 7"),
    *("# only a comment", "modelsâ€”LLaMA", "one\n  two\n  three"),
    '"modelsâ€”LLaMA and more words than twelve. So that it is prose. One more is it."',
)
_keys = st.sampled_from(["title", "authors", "Date", "x_y", "? [k]\n"])
_line = st.tuples(_keys, st.sampled_from(VALUES)).map(": ".join)
front_matter = st.tuples(
    st.sampled_from(["", "\ufeff"]), st.lists(_line, min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"]), markdown
).map(lambda parts: parts[0] + "\n".join(["---", *parts[1], "---", ""]).replace("\n", parts[2]) + parts[3])
