"""What the command line says counts one thing as one."""

from __future__ import annotations

import re

import pytest

from index.cli._text import report_lines, snapshot_lines
from index.domain.messages import count
from tests.support.fakes import make_info, make_report


@pytest.mark.parametrize(("number", "said"), [(0, "0 sources"), (1, "1 source"), (2, "2 sources")])
def test_a_number_has_its_noun_in_the_singular_only_where_it_is_one(number, said):
    assert count(number, "source") == said


def test_a_snapshot_and_a_report_of_one_thing_say_so():
    (line,) = snapshot_lines([make_info(passages=1, sources=1)])
    assert "  1 passage of 1 source, " in line
    (anew,) = [
        line
        for line in report_lines(make_report(embedded=1, rebuild_reason="why"), live=True)
        if line.startswith("anew")
    ]
    assert re.fullmatch(r"anew +1 passage embedded: why", anew)
