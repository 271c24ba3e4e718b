"""Values of cells as a spreadsheet displays them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parsing._number_formats import display


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (0.12, "0 %", "12 %"),
        (0.125, "0.0%", "12.5%"),
        (0.125, "0.0#%", "12.5%"),
        (1234.5, "#,##0.00", "1,234.50"),
        (1234.5, '"$"#,##0', "$1,234"),
        (1234.5, "#,##0.00\\ [$€-407]", "1,234.50 €"),
        (-3, "0;(0)", "(3)"),
        (-3, '#,##0.0 "kg"', "-3.0 kg"),
        (0, '0;-0;"none"', "none"),
        (0, "0;-0;;@", ""),
        (2_500_000, '0.0,,"M"', "2.5M"),
        (0.000012, "0.0E+00", "1.2E-05"),
        (7, "000", "007"),
        (0.1 + 0.2, "General", "0.3"),
        (16.0, "General", "16"),
        (0.5, "# ?/?", "0.5"),
        (12, '[Red]General" boxes"', "12 boxes"),
        (True, "General", "TRUE"),
        (None, "General", ""),
        ("00123", "@", "00123"),
        (dt.datetime(2026, 6, 2), "dd.mm.yy", "2026-06-02"),
        (dt.datetime(2026, 6, 2, 9, 5), "dd.mm.yy hh:mm", "2026-06-02 09:05"),
        (dt.datetime(2026, 6, 2), "mmm yyyy", "2026-06"),
        (dt.datetime(2026, 6, 2, 9, 5), "hh:mm", "09:05"),
        (dt.timedelta(hours=30, minutes=5), "[h]:mm:ss", "30:05:00"),
    ],
)
def test_a_value_reads_as_it_is_displayed(value, number_format, shown):
    assert display(value, number_format) == shown


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False), st.text('#0?,.%E+-;"[]$€_*\\/ ym@'))
def test_any_number_has_a_text_by_any_format(value, number_format):
    assert isinstance(display(value, number_format), str)
