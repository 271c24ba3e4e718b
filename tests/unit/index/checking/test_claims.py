import json

import pytest

from index.checking.claims import Claim, read_claims
from index.domain.errors import ClaimsUnreadable


def test_claims_are_read_in_their_order_with_ids_of_any_type(tmp_path):
    rows = [{"id": 7, "evidence": "a", "claim": "b", "label": "x"}, {"id": "z", "evidence": "c", "claim": "d"}]
    file = tmp_path / "claims.jsonl"
    file.write_text("\n\n".join(map(json.dumps, rows)) + "\n", "utf-8-sig")
    assert read_claims(file) == [Claim(7, "a", "b"), Claim("z", "c", "d")]


@pytest.mark.parametrize(
    "line", ["{", "[]", "3", '{"id": 1, "claim": "b"}', '{"id": 1, "evidence": "a", "claim": 2}', '"text"']
)
def test_a_line_that_is_no_claim_is_named(tmp_path, line):
    file = tmp_path / "claims.jsonl"
    file.write_text(f'{{"id": 1, "evidence": "a", "claim": "b"}}\n{line}\n', "utf-8")
    with pytest.raises(ClaimsUnreadable, match=r"Line 2 of .* is no claim"):
        read_claims(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ClaimsUnreadable, match="cannot be read"):
        read_claims(tmp_path / "none.jsonl")
