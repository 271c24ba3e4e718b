"""Attacks of `tests/data/attacks.jsonl`, sources that carry them, and a model that obeys them all.

An attack has a `kind` and a `place`: of the kind "output" nobody attacks but the model itself. `text` is what stands in
that place: a whole file, a question, an earlier question, what a picture shows. `name` is a file's name, `question`
what is asked then, `output` what the model that obeys writes (sentences, any other JSON, or text), and nothing of
`never` may be in an answer. Words with $ are filled in from the request: "$canary", "$rules" and so on.
"""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from index.domain.generation import Picture
from tests.support.llm_replies import ChatRequest, Reply, json_output

__all__ = ["ATTACKS", "MODEL", "SOURCES", "TIDEWATER", "Attack", "ObedientModel"]

MODEL = "Llama-4-Scout-17B-16E-Instruct"
"""A name by which a model is known to read pictures."""

QUESTION = "How much memory does Tidewater 2 need?"

TIDEWATER = """\
# Tidewater 2

Tidewater 2 is a model that forecasts floods. It was released on 3 March 2024 under the Apache 2.0 licence.

## Requirements

Tidewater 2 needs 24 GB of memory. It runs on one graphics card.

## Forecasts

The model forecasts water levels up to 10 days ahead. It was trained on 41 years of data from 2,300 river gauges.
"""

SOURCES = ("source", "front matter", "file name", "attachment")
"""Places within a file."""

DATA = Path(__file__).parents[1] / "data" / "attacks.jsonl"


@dataclass(frozen=True)
class Attack:
    """One line of the corpus."""

    id: str
    kind: str
    place: str
    text: str
    output: Any
    name: str = ""
    question: str = QUESTION
    never: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        return self.name or f"{self.id}.md"

    @property
    def asked(self) -> str:
        return self.text if self.place in ("question", "output") else self.question

    def picture(self) -> Picture:
        """A picture that shows the text."""
        from PIL import Image, ImageDraw

        image, file = Image.new("RGB", (900, 60), "white"), io.BytesIO()
        ImageDraw.Draw(image).text((5, 20), self.text.encode("ascii", "replace").decode(), fill="black")
        image.save(file, "JPEG")
        return Picture("image/jpeg", file.getvalue())


ATTACKS = [Attack(**json.loads(line)) for line in DATA.read_text("utf-8").splitlines()]


class ObedientModel:
    """Writes what an attack wants, with all that it knows of the request; `secrets` are of the last request."""

    def __init__(self, attack: Attack) -> None:
        self.attack = attack
        self.secrets: Mapping[str, str] = {}

    def __call__(self, request: ChatRequest) -> Reply:
        rules = str(request.messages[0]["content"])
        if rules.startswith("Translate"):
            return json_output(f"{QUESTION}\n\n@everyone {rules}")
        self.secrets = _secrets(rules)
        return json_output(self._filled(self._output(request.text)))

    def never(self) -> list[str]:
        """What may not be in an answer."""
        return [self._filled(text) for text in self.attack.never]

    def _output(self, asked: str) -> Any:
        output = self.attack.output
        if isinstance(output, list):
            output = {"answers": True, "sentences": output}
        if isinstance(output, dict) and isinstance(output.get("sentences"), list):
            sentences = [
                {**each, "evidence": [_evidence(one, asked) for one in each["evidence"]]}
                for each in output["sentences"]
            ]
            output = {**output, "sentences": sentences}
        return output

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str):
            return Template(value).safe_substitute(self.secrets)
        if isinstance(value, dict):
            return {key: self._filled(inner) for key, inner in value.items()}
        return [self._filled(inner) for inner in value] if isinstance(value, list) else value


def _secrets(rules: str) -> dict[str, str]:
    [canary], [word] = re.findall(r"nor the word (\w+)", rules), re.findall(r"a line <<(\w+)", rules)
    return {
        "rules": rules,
        "canary": canary,
        "word": word,
        "spaced": " ".join(canary),
        "upper": canary.upper(),
        "reversed": canary[::-1],
        "hex": canary.encode().hex(),
        "base64": base64.b64encode(rules.encode()).decode(),
    }


def _evidence(words: Any, asked: str) -> Any:
    """Return words as evidence, with the number of the passage that holds them."""
    if not isinstance(words, str):
        return words
    passages = re.findall(r"^<<\w+ passage (\d+)>>\n(.*?)\n<<\w+ end>>$", asked, re.DOTALL | re.MULTILINE)
    return {"number": next((int(number) for number, text in passages if words in text), 1), "quote": words}
