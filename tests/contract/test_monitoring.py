"""Alerts, dashboard and guide name metrics and labels that the bot has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.services.metrics import Metrics
from tests.support.paths import ROOT

ALERTS = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((ROOT / "deploy/grafana/footnote.json").read_text("utf-8"))
GUIDE = (ROOT / "docs/monitoring.md").read_text("utf-8")
OF_PROMETHEUS = {"up"}
METRIC = re.compile(r"\b(?:footnote|process)_\w+|\bup\b")
MATCHER = re.compile(r"(\w+)(=~?)\"([^\"]*)\"")


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in RULES)
    yield from (target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])


def samples() -> list:
    families = text_string_to_metric_families(Metrics().text().decode())
    return [sample for family in families for sample in family.samples]


NAMES = {sample.name for sample in samples()} | OF_PROMETHEUS
LABELS = {(label, value) for sample in samples() for label, value in sample.labels.items()}


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_every_metric_and_label_of_an_expression_exists(expression: str) -> None:
    assert (used := set(METRIC.findall(expression)))
    assert used <= NAMES
    for label, operator, value in MATCHER.findall(expression):
        if label != "job":
            known = [there for name, there in LABELS if name == label]
            assert any(re.fullmatch(value, there) if operator == "=~" else value == there for there in known)
    for opening, closing in ("()", "[]", "{}"):
        assert expression.count(opening) == expression.count(closing)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_it_means_and_why(rule: dict) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert set(rule["annotations"]) == {"summary", "reason"}
    assert rule["alert"] in GUIDE


def test_panels_do_not_overlap() -> None:
    taken = [
        (column, row)
        for panel in DASHBOARD["panels"]
        for column in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for row in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(taken) == len(set(taken))
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_guide_names_every_metric_and_none_that_is_not_there() -> None:
    families = {name for name in NAMES if name.startswith("footnote_")}
    named = set(re.findall(r"footnote_\w+", GUIDE))
    assert named <= families | {name.removesuffix("_bucket") for name in families}
    parts = re.compile(r"_(?:bucket|sum|count|created)$")
    assert {parts.sub("", name) for name in families} <= named
