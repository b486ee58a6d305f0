"""Alert rules and dashboard: every expression is about metrics that a running service has, and fires when it should."""

import json
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.support.api_client import a_project, desk_on
from tests.support.live_server import listening

FOLDER = Path(__file__).parents[2] / "docs/how-to/monitoring"
RULES = [
    rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"] for rule in group["rules"]
]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text("utf-8"))
PANELS = DASHBOARD["panels"]
EXPRESSIONS = {rule["alert"]: rule["expr"] for rule in RULES} | {
    f"{panel['title']} {target['refId']}": target["expr"] for panel in PANELS for target in panel["targets"]
}
SELECTOR = re.compile(r"\b((?:allocator|http)_\w+|up\b)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
GROUPED = re.compile(r"\bby \(([^)]*)\)")
OF_PROMETHEUS = {"up": {"job": {"allocator"}, "instance": {"127.0.0.1:8000"}}}
"""What Prometheus itself knows of whatever it scrapes."""


@pytest.fixture(scope="module")
def exposed(server, tmp_path_factory):
    """Metrics of a service that has done a little of everything: name → label → values."""
    with desk_on(server, tmp_path_factory.mktemp("watched"), time_limit_s=120) as desk:
        desk.planned("W-1")
        batch = desk.upload([a_project("W-2")]).json()["batch_id"]
        desk.post("runs", json={"batches": [batch], "basis": "nothing"})
        desk.post("nights", "oli", json={})
        desk.get("me", "ada", headers={"X-API-Key": "dak_nobody"})
        desk.get("audit", "vic")
        with listening(desk.app) as address:
            httpx.get(f"{address}/pages/sign-in").raise_for_status()
            text = httpx.get(f"{address}/metrics").raise_for_status().text
    found = defaultdict(lambda: defaultdict(set))
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for label, value in {"": "", **sample.labels}.items():
                found[sample.name][label].add(value)
    return {**found, **OF_PROMETHEUS}


def selected_in(expression):
    """Metrics and their matchers; what is grouped by are labels."""
    return SELECTOR.findall(GROUPED.sub("", expression))


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_an_expression_is_about_metrics_labels_and_values_that_there_are(exposed, expression):
    selected = selected_in(expression)
    assert selected
    labels = set()
    for name, matchers in selected:
        assert name in exposed, f"no metric {name}"
        labels |= exposed[name].keys()
        told = MATCHER.findall(matchers)
        assert len(told) == len([each for each in matchers.split('", ') if each.strip()]), matchers
        for label, how, value in told:
            assert label in exposed[name], f"{name} has no label {label}"
            if label == "state" or how == "=":
                wanted = value.split("|") if "~" in how else [value]
                known = exposed[name][label] | {"429"}
                assert set(wanted) <= known, f"{label} of {name} is never {wanted}"
    grouped = {label.strip() for group in GROUPED.findall(expression) for label in group.split(",")}
    assert grouped <= labels


def test_every_metric_of_ours_is_watched_or_shown_and_described(exposed):
    ours = {name for name in exposed if name.startswith("allocator_")} | {"allocator_night_age_seconds"}
    used = {name for expression in EXPRESSIONS.values() for name, _ in selected_in(expression)}
    assert ours - used == set()
    told = (FOLDER.parent / "watch-the-service.md").read_text("utf-8")
    assert {name for name in ours if f"`{name}" not in told} == set()
    assert {rule["alert"] for rule in RULES if f"`{rule['alert']}`" not in told} == set()


def test_alerts_say_what_is_wrong_and_what_to_do():
    for rule in RULES:
        assert set(rule["annotations"]) == {"summary", "action"}, rule["alert"]
        assert rule["labels"]["severity"] in {"critical", "warning"}
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def test_panels_lie_beside_each_other_and_have_ids_of_their_own():
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    cells = [
        (x, y)
        for at in (panel["gridPos"] for panel in PANELS)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_the_dashboard_asks_the_prometheus_that_is_chosen_when_it_is_imported():
    (chosen,) = DASHBOARD["templating"]["list"]
    assert (chosen["type"], chosen["query"]) == ("datasource", "prometheus")
    wanted = {"type": "prometheus", "uid": f"${{{chosen['name']}}}"}
    assert [panel["datasource"] for panel in PANELS] == [wanted] * len(PANELS)
    assert all(target.get("datasource", wanted) == wanted for panel in PANELS for target in panel["targets"])
    # a fixed id would overwrite, or miss, a dashboard of the Grafana that it is imported into
    assert DASHBOARD.get("id") is None
    assert 8 <= len(DASHBOARD["uid"]) <= 40


def test_panels_are_of_kinds_and_units_that_grafana_has():
    for panel in PANELS:
        assert panel["type"] in {"stat", "timeseries"}, panel["title"]
        unit = panel["fieldConfig"]["defaults"]["unit"]
        assert unit in {"short", "s", "bytes", "percentunit", "reqps"}, panel["title"]
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references), panel["title"]


@pytest.fixture(scope="module")
def promtool():
    found = shutil.which("promtool")
    if found is None:
        pytest.skip("promtool is missing: it comes with Debian's package prometheus (see tools/system-parts)")
    return found


def run(*command):
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_prometheus_takes_the_rules_and_every_alert_fires_on_what_it_is_for(promtool, tmp_path):
    run(promtool, "check", "config", str(FOLDER / "prometheus.yml"))
    cases = Path(__file__).with_name("alerts_fire.yml")
    fired = {
        each["alertname"]
        for case in yaml.safe_load(cases.read_text("utf-8"))["tests"]
        for each in case["alert_rule_test"]
        if each["exp_alerts"]
    }
    assert fired == {rule["alert"] for rule in RULES}
    shutil.copy(FOLDER / "alerts.yml", tmp_path)
    shutil.copy(cases, tmp_path)
    run(promtool, "test", "rules", str(tmp_path / cases.name))


def test_prometheus_understands_what_the_dashboard_asks(promtool, tmp_path):
    asked = [target["expr"] for panel in PANELS for target in panel["targets"]]
    rules = [{"record": f"asked_{number}", "expr": expr} for number, expr in enumerate(asked)]
    path = tmp_path / "dashboard.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    run(promtool, "check", "rules", str(path))
