"""Sources beside the article, as they are and as they become, with questions that they answer."""

from __future__ import annotations

__all__ = [
    "AFTERWARDS",
    "BADGERS",
    "BEFORE",
    "HERONS",
    "HERONS_URL",
    "OTTERS",
    "PRICED",
    "WAGTAILS",
    "WAGTAILS_EVIDENCE",
]

HERONS_URL = "https://birds.example/upper-slaughter"
HERONS = "How many grey herons does the heronry of Upper Slaughter keep?"
OTTERS = "How many visitors does the otter hide at Bibury seat?"
BADGERS = "How many entrances does the badger sett near Naunton have?"
WAGTAILS = "How many wagtails nest under the bridge at Ford?"
WAGTAILS_EVIDENCE = "Twelve wagtails nest under the bridge at Ford."
PRICED = "How much does Scout cost?"

POND = "\n\n".join(
    f"{where} lies the pond, and {fact}, though nobody who walks by in the grey light of the morning would think so. "
    * 4
    for where, fact in (
        ("Behind the church", "reeds stand in it"),
        ("Below the mill", "its water is still"),
        ("Beyond the orchard", "mist hangs over it"),
        ("Beside the lane", "its banks are soft"),
    )
)


def _herons(keeps: str) -> str:
    return f"""---
title: Herons of the Slaughters
url: {HERONS_URL}
---

## The pond

{POND}

## The heronry

{keeps}

## The path

{POND}
"""


OTTER_HIDE = "The otter hide at Bibury seats nine visitors.\n"

BEFORE = {
    "herons.md": _herons("The heronry of Upper Slaughter keeps forty-one grey herons."),
    "otters.txt": OTTER_HIDE,
    "badgers.txt": "The badger sett near Naunton has seventeen entrances.\n",
    "wagtails.txt": WAGTAILS_EVIDENCE + "\n",
}

AFTERWARDS = {
    "herons.md": _herons("The heronry of Upper Slaughter stands empty since the storm."),
    "otters.txt": f"It rained all spring.\n\n{OTTER_HIDE}",
    "badgers.txt": None,
    "prices.txt": "Scout costs eleven cents an hour.\n",
}
"""None where a source is removed."""
