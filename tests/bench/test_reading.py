"""The bench of reading measures what it says."""

from __future__ import annotations

from index.parsing.formats import FORMATS
from tests.bench.reading import ALONE, FILES, measure


def test_every_format_is_measured_beside_its_library() -> None:
    assert {format_.id for format_ in FORMATS} == set(ALONE) == set(FILES)


def test_files_of_the_size_wanted_are_read_by_both() -> None:
    readings = measure(("md", "csv", "html"), rounds=1, megabytes=0.02)
    assert [(reading.form, reading.library) for reading in readings] == [
        ("md", "pyromark"),
        ("csv", "csv"),
        ("html", "selectolax"),
    ]
    assert all(reading.megabytes >= 0.02 and reading.ratio > 0 for reading in readings)
