"""What deploy/ holds is valid, hardened, and fits the program: image, Compose, systemd, Kubernetes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from bot.__main__ import own_files
from bot.client.bot import HANDED_OVER_SECONDS
from bot.client.lifecycle import CLOSE_SECONDS
from bot.settings import BotSettings
from index import Settings
from tests.support.paths import ROOT

DEPLOY = ROOT / "deploy"
DOCKERFILE = DEPLOY / "docker" / "Dockerfile"
HEALTHCHECK = DEPLOY / "docker" / "healthcheck.py"
UNITS = sorted((DEPLOY / "systemd").iterdir())
MANIFESTS = sorted(path for path in (DEPLOY / "kubernetes").glob("*.yaml") if path.name != "kustomization.yaml")
SHARDS = DEPLOY / "kubernetes" / "shards"
KUBERNETES = "1.31"
MOST_EXPOSED = 20
"""Tenths of systemd's score of a unit's exposure, 0 to 100; below 25 it calls a unit "OK"."""


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions with their arguments, lines joined."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text("utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines if line.strip())]


def stage(number: int) -> list[tuple[str, str]]:
    starts = [place for place, (word, _) in enumerate(instructions()) if word == "FROM"]
    return instructions()[starts[number] : [*starts, None][number + 1]]


def document(path: Path) -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return table


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_image_has_two_stages_and_runs_as_a_fixed_user_that_is_not_root():
    assert [word for word, _ in instructions()].count("FROM") == 2
    final = dict(stage(1))
    assert final["USER"] == "10001:10001"
    assert final["VOLUME"] == '["/data"]'
    assert final["HEALTHCHECK"].endswith('CMD ["footnote-healthcheck"]')
    assert final["ENTRYPOINT"] == '["footnote"]'


def test_image_is_built_from_files_that_there_are_and_that_are_sent_to_the_builder():
    allowed = [
        line[1:].strip("/") for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[0] == "!"
    ]
    copied = [name for word, rest in stage(0) if word == "COPY" for name in rest.split()[:-1]]
    assert {"bot", "index", "requirements-lite.txt", "pyproject.toml"} <= set(copied)
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert set(copied) == set(allowed)


def test_image_knows_a_lite_and_a_full_flavour_and_is_lite_by_default():
    assert ("ARG", "FLAVOUR=lite") in stage(0)
    installs = next(rest for word, rest in stage(0) if word == "RUN" and "FLAVOUR" in rest)
    assert "lite) " in installs
    assert "full) " in installs


class Health(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Health)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_healthcheck_asks_the_server_if_there_is_one(server, monkeypatch, status, code):
    monkeypatch.setattr(Health, "status", status)
    ended = run(sys.executable, HEALTHCHECK, HTTP_PORT=str(server.server_port), HTTP_HOST="0.0.0.0")  # noqa: S104
    assert ended.returncode == code
    assert ("503" in ended.stderr) == (code == 1)


def test_healthcheck_says_so_if_nobody_listens(server):
    port = server.server_port
    server.server_close()
    ended = run(sys.executable, HEALTHCHECK, HTTP_PORT=str(port))
    assert ended.returncode == 1
    assert str(port) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_healthcheck_without_a_server_looks_for_a_live_index(tmp_path):
    environment = {"HTTP_PORT": "", "INDEX_DIR": "", "FOOTNOTE_HOME": str(tmp_path)}
    assert run(sys.executable, HEALTHCHECK, **environment).returncode == 1
    (tmp_path / "data" / "index").mkdir(parents=True)
    (tmp_path / "data" / "index" / "LIVE").touch()
    assert run(sys.executable, HEALTHCHECK, **environment).returncode == 0


def test_compose_file_is_valid():
    file = DEPLOY / "compose.yaml"
    ended = run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", file)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("service", ["bot", "second", "llm", "postgres"])
def test_compose_services_have_no_rights_that_they_do_not_need(service):
    table = document(DEPLOY / "compose.yaml")["services"][service]
    assert table["read_only"] is True
    assert table["cap_drop"] == ["ALL"]
    assert table["security_opt"] == ["no-new-privileges:true"]
    assert [port for port in table.get("ports", []) if not port.startswith("127.0.0.1:")] == []
    assert not table.get("privileged")


def test_compose_starts_no_other_server_unless_asked():
    services = document(DEPLOY / "compose.yaml")["services"]
    assert [name for name, table in services.items() if not table.get("profiles")] == ["bot"]


def test_compose_builds_the_image_of_the_repository():
    build = document(DEPLOY / "compose.yaml")["services"]["bot"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DOCKERFILE


def named_variables() -> set[str]:
    """Return the environment variables that Compose, Kubernetes, systemd and the image set for the bot."""
    names = set(document(DEPLOY / "compose.yaml")["services"]["bot"]["environment"])
    generators = document(DEPLOY / "kubernetes" / "kustomization.yaml")["configMapGenerator"]
    names |= {line.partition("=")[0] for generator in generators for line in generator["literals"]}
    (container,) = document(DEPLOY / "kubernetes" / "deployment.yaml")["spec"]["template"]["spec"]["containers"]
    names |= {variable["name"] for variable in container["env"]}
    names |= {
        word for path in UNITS for word in re.findall(r"^Environment=(\w+)=", path.read_text("utf-8"), re.MULTILINE)
    }
    return names | {
        word for word in re.findall(r"(\w+)=", dict(stage(1))["ENV"]) if not word.startswith(("PATH", "PYTHON"))
    }


def test_variables_that_deploy_sets_are_settings():
    settings = {name.upper() for name in (*Settings.model_fields, *BotSettings.model_fields)}
    assert {"FOOTNOTE_HOME", "HTTP_PORT", "HTTP_HOST"} <= named_variables()
    assert named_variables() - settings == {"HOME"}


def test_backup_takes_every_file_that_the_bot_keeps_or_leaves_it_out_as_a_secret():
    """A property of `BotSettings` that ends with `_file` is such a file."""
    settings = BotSettings(_env_file=None)  # type: ignore[call-arg]
    properties = [name for name, value in vars(BotSettings).items() if isinstance(value, property)]
    files = {getattr(settings, name) for name in properties if name.endswith("_file")}
    state, secrets, _ = own_files()
    assert settings.commands_file in files
    assert files <= {*state, *secrets}


def analyzer() -> str:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("there is no systemd-analyze here")
    return tool


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_accepts_the_units(unit, tmp_path):
    """The program is not installed here, so another one stands in for it."""
    tool = analyzer()
    for path in UNITS:
        text = path.read_text("utf-8").replace("/opt/footnote/bin/footnote\n", "/bin/true\n")
        (tmp_path / path.name).write_text(text, "utf-8")
    ended = run(tool, "verify", "--man=no", tmp_path / unit.name)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("unit", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name)
def test_systemd_finds_little_exposed_in_the_units(unit):
    ended = run(analyzer(), "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", unit)
    assert ended.returncode == 0, ended.stdout[-300:] + ended.stderr


def test_service_is_not_started_again_after_a_wrong_setting():
    assert "\nRestartPreventExitStatus=2\n" in (DEPLOY / "systemd" / "footnote.service").read_text("utf-8")


@pytest.mark.parametrize("manifest", [*MANIFESTS, SHARDS / "statefulset.yaml"], ids=lambda path: path.name)
def test_kubernetes_manifests_are_valid(manifest):
    import kubernetes_validate

    table = document(manifest)
    kubernetes_validate.validate(table, KUBERNETES, strict=True)
    assert table["kind"] != "Secret"


def test_kustomization_has_every_manifest_and_secrets_only_by_name():
    table = document(DEPLOY / "kubernetes" / "kustomization.yaml")
    assert sorted(table["resources"]) == [path.name for path in MANIFESTS]
    assert "secretGenerator" not in table
    literals = [line for generator in table["configMapGenerator"] for line in generator["literals"]]
    assert [line for line in literals if re.search("token|secret|key", line, re.IGNORECASE)] == []


def test_pods_of_the_stateful_set_differ_from_the_one_pod_in_their_shards_alone():
    pods = [
        document(path)["spec"]["template"]["spec"]
        for path in (DEPLOY / "kubernetes" / "deployment.yaml", SHARDS / "statefulset.yaml")
    ]
    (one,), (shard,) = (pod["containers"] for pod in pods)
    added = {variable["name"]: variable for variable in shard["env"] if variable not in one["env"]}
    assert sorted(added) == ["SHARD_COUNT", "SHARD_IDS"]
    assert added["SHARD_IDS"]["valueFrom"]["fieldRef"]["fieldPath"].endswith("/pod-index']")
    assert int(added["SHARD_COUNT"]["value"]) == document(SHARDS / "statefulset.yaml")["spec"]["replicas"]
    assert {**shard, "env": one["env"]} == one
    assert {**pods[1], "containers": [], "terminationGracePeriodSeconds": 0} == {
        **pods[0],
        "containers": [],
        "terminationGracePeriodSeconds": 0,
    }


def test_kubernetes_gives_a_process_the_time_to_answer_what_it_took():
    pod = document(SHARDS / "statefulset.yaml")["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > HANDED_OVER_SECONDS + CLOSE_SECONDS


def test_kubernetes_runs_one_pod_with_no_rights_that_it_does_not_need():
    spec = document(DEPLOY / "kubernetes" / "deployment.yaml")["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")
    pod = spec["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert f"{pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}" == dict(stage(1))["USER"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
    written = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert written == {"/data", "/tmp"}  # noqa: S108  a path in the container
