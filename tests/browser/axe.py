"""axe-core, which finds what a page keeps from people with disabilities.

tests/data/axe-core has version 4.14.1 (https://github.com/dequelabs/axe-core, MPL-2.0) as its npm package has it, and
its licences.
"""

from __future__ import annotations

import gzip
from functools import cache
from typing import TYPE_CHECKING

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["violations"]

SCRIPT = ROOT / "tests" / "data" / "axe-core" / "axe.min.js.gz"


@cache
def _script() -> str:
    return gzip.decompress(SCRIPT.read_bytes()).decode()


def violations(page: Page) -> list[str]:
    """Return the rules that a page breaks, each with the elements; evaluated, since pages let no script in."""
    page.evaluate(_script())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {[node['html'][:200] for node in rule['nodes'][:3]]}: {rule['help']}"
        for rule in found["violations"]
    ]
