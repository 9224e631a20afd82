"""Dockerfile, render.yaml, compose.yaml and the systemd unit fit the service and each other."""

from __future__ import annotations

import configparser
import copy
import importlib.util
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import yaml

from technic.service.jobs.dispatcher import STOP_S
from technic.service.run import SHUTDOWN_S
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SCHEMA = json.loads(Path(__file__).with_name("render_blueprint_2026_11_29.json").read_text())
SECRET = {f"TECHNIC_{one.name.upper()}" for one in fields(Settings) if not one.repr}
SECRET |= {"TECHNIC_SERVICE_FIRST_KEY", "TECHNIC_SERVICE_DATABASE", "DATABASE_URL"}
KNOWN = {f"TECHNIC_{one.name.upper()}" for one in fields(Settings)}
KNOWN |= {
    f"TECHNIC_SERVICE_{one.name.upper()}"
    for one in fields(ServiceSettings)
    if one.name not in ("settings", "open")
}
NEEDS_S = SHUTDOWN_S + STOP_S


def read(name: str) -> Any:
    """A YAML file of the checkout."""
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def steps(text: str) -> list[tuple[str, str]]:
    """A Dockerfile's instructions: read here by lines, without the reader of the script."""
    found: list[tuple[str, str]] = []
    going_on = False
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        body = line.rstrip("\\").split()
        if going_on:
            name, rest = found.pop()
            found.append((name, f"{rest} {' '.join(body)}"))
        else:
            found.append((body[0], " ".join(body[1:])))
        going_on = line.endswith("\\")
    return found


STEPS = steps(DOCKERFILE)
FINAL = STEPS[max(n for n, (name, _) in enumerate(STEPS) if name == "FROM") :]


def of(name: str, among: list[tuple[str, str]] = STEPS) -> list[str]:
    """What follows an instruction wherever it stands."""
    return [rest for one, rest in among if one == name]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script that runs the steps."""
    loader = SourceFileLoader("try_dockerfile", str(ROOT / "scripts" / "try-dockerfile"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


def hadolint(text: str) -> str:
    """What the linter says of a Dockerfile."""
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [program, "--no-color", "-"], input=text, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("path", ["Dockerfile", "deploy/ray/Dockerfile"])
def test_the_linter_finds_nothing(path: str) -> None:
    """Hadolint's rules, all of them."""
    assert hadolint((ROOT / path).read_text(encoding="utf-8")) == ""


@pytest.mark.parametrize(
    ("good", "bad", "rule"),
    [
        ("node:22.20.0-bookworm", "node", "DL3006"),
        ("node:22.20.0-bookworm", "node:latest", "DL3007"),
        ("WORKDIR /build", "WORKDIR build", "DL3000"),
        ("USER 10001:10001", "USER root", "DL3002"),
        ("STOPSIGNAL SIGTERM", "CMD technic serve", "DL3025"),
    ],
)
def test_the_linter_is_no_decoration(good: str, bad: str, rule: str) -> None:
    """It finds what is made worse."""
    assert good in DOCKERFILE
    assert rule in hadolint(DOCKERFILE.replace(good, bad))


def test_bases_are_pinned_and_one_python_is_used() -> None:
    """What is compiled in the builder, where strip is, runs on the very same Python."""
    bases = [rest.split()[0] for rest in of("FROM")]
    assert all(re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+-[a-z-]+", base) for base in bases)
    _, builder, final = bases
    assert final.startswith("python:")
    assert final == builder.replace("-bookworm", "-slim-bookworm")


def test_the_image_is_the_environment_and_nothing_else() -> None:
    """No sources, no pip cache, no compiler; versions and hashes are the locked ones."""
    assert of("COPY", FINAL) == ["--from=builder /opt/technic /opt/technic"]
    installs = [rest for rest in of("RUN") if "pip install" in rest]
    assert len(installs) == 2
    assert "--require-hashes --requirement constraints-service.txt" in installs[0]
    assert "--no-deps --no-build-isolation" in installs[1]
    assert not [rest for rest in of("RUN") if "apt-get install" in rest and "rm -rf" not in rest]


def test_the_container_runs_without_rights_and_holds_no_secret() -> None:
    """A number as the user, since platforms check that it is not root's."""
    assert of("USER", FINAL) == ["10001:10001"]
    names = {pair.split("=")[0] for rest in of("ENV") + of("ARG") for pair in rest.split()}
    assert not names & SECRET
    assert not [name for name in names if re.search("KEY|SECRET|PASSWORD|TOKEN", name)]
    assert of("VOLUME", FINAL) == ["/data"]
    assert "TECHNIC_HOME=/data" in of("ENV", FINAL)[0]
    assert "PORT=10000" in of("ENV", FINAL)[0]
    assert json.loads(of("CMD", FINAL)[0]) == ["technic", "serve", "--host", "0.0.0.0"]


@pytest.fixture(scope="module")
def answering() -> Iterator[tuple[int, dict[str, int]]]:
    """A server that answers with the status it is told to."""
    status = {"/health": 200}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status.get(self.path, 404))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1], status
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("file", ["Dockerfile", "compose.yaml"])
@pytest.mark.parametrize(("code", "healthy"), [(200, True), (503, False), (400, False)])
def test_the_health_check_tells_well_from_ill(
    answering: tuple[int, dict[str, int]], file: str, code: int, healthy: bool
) -> None:
    """It is run as the container runs it."""
    port, status = answering
    status["/health"] = code
    if file == "Dockerfile":
        command = json.loads(of("HEALTHCHECK", FINAL)[0].partition("CMD ")[2])
    else:
        command = read(file)["services"]["technic"]["healthcheck"]["test"][1:]
        command[-1] = command[-1].replace(":10000/", f":{port}/")
    assert command[0] == "python"
    done = subprocess.run(
        [sys.executable, *command[1:]], env={"PORT": str(port)}, capture_output=True, check=False
    )
    assert (done.returncode == 0) is healthy


def test_the_script_runs_every_step_of_the_dockerfile(script: ModuleType, tmp_path: Path) -> None:
    """In its order, and none besides."""
    ran: list[tuple[str, str]] = []

    trial = script.Trial(tmp_path)
    trial.copy = lambda _root, rest, _workdir: ran.append(("COPY", rest))
    trial.step = lambda _root, _environ, command: ran.append(("RUN", command))
    ends = [trial.run(stage) for stage in script.stages(DOCKERFILE)]
    assert ran == [step for step in STEPS if step[0] in ("COPY", "RUN")]
    assert script.instructions(DOCKERFILE) == STEPS
    assert (ends[-1]["USER"], ends[-1]["CMD"]) == (of("USER")[0], of("CMD")[0])
    with pytest.raises(SystemExit, match="ONBUILD is not known"):
        script.instructions("FROM x\nONBUILD RUN y\n")


def test_only_what_is_copied_reaches_the_builder(script: ModuleType, tmp_path: Path) -> None:
    """Neither history nor data nor a file with keys."""
    patterns = script.Trial(tmp_path).patterns
    copied = [rest.split()[:-1] for rest in of("COPY") if not rest.startswith("--from")]
    for source in (one for sources in copied for one in sources):
        path = ROOT / source
        inside = path if path.is_file() else path / "technic" / "version.py"
        assert script.reaches_builder(inside.relative_to(ROOT).as_posix(), patterns), source
    for other in (
        ".git/config", ".env", "technic.toml", "tests/conftest.py", "docs/cli.md",
        "scripts/check", "src/technic/__pycache__/version.cpython-311.pyc",
        "src/technic/service/pages/vendor/tabulator.mjs",
    ):  # fmt: skip
        assert not script.reaches_builder(other, patterns), other


def test_the_blueprint_has_fields_that_render_knows() -> None:
    """As they were published on the day in the schema's name."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(read("render.yaml"), SCHEMA)


def without(blueprint: Any, name: str) -> None:
    """Take a field out of the service."""
    del blueprint["services"][0][name]


def put(blueprint: Any, **values: Any) -> None:
    """Put fields into the service."""
    blueprint["services"][0].update(values)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda b: put(b, helthCheckPath="/health"),
        lambda b: put(b, plan="pro-plus"),
        lambda b: put(b, env="docker"),
        lambda b: put(b, maxShutdownDelaySeconds=301),
        lambda b: put(b, autoDeployTrigger="checks"),
        lambda b: put(b, numInstances=2),
        lambda b: without(b, "runtime"),
        lambda b: b["services"][0]["disk"].update(path="/data"),
        lambda b: b["services"][0]["envVars"][0].update(sync=False),
        lambda b: b["services"][0]["envVars"].append({"key": "A_KEY", "sync": True}),
        lambda b: b.update(service=[]),
    ],
)
def test_a_field_that_render_does_not_know_is_found(spoil: Any) -> None:
    """Misspelt, of another time, out of range, or said twice."""
    blueprint = copy.deepcopy(read("render.yaml"))
    spoil(blueprint)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(blueprint, SCHEMA)


def test_the_blueprint_is_one_service_that_fits_the_container() -> None:
    """Its disk is the home, its delay is what the service needs to end, no secret is in it."""
    (service,) = read("render.yaml")["services"]
    assert service["plan"] == "pro plus"
    assert service["autoDeployTrigger"] == "checksPass"
    assert (ROOT / service["dockerfilePath"]).is_file()
    assert service["disk"]["mountPath"] == of("VOLUME", FINAL)[0]
    assert service["healthCheckPath"] == "/health"
    assert NEEDS_S + 5 <= service["maxShutdownDelaySeconds"] <= 300
    values = {one["key"]: one for one in service["envVars"]}
    assert values["TECHNIC_HOME"]["value"] == service["disk"]["mountPath"]
    assert values["PORT"]["value"] == of("EXPOSE", FINAL)[0]
    assert values["TECHNIC_SERVICE_SCHEDULE"]["value"] == "1"
    assert set(values) <= KNOWN | {"PORT"}
    assert {key for key in values if key in SECRET} == {
        "TECHNIC_POLYGON_KEY",
        "TECHNIC_SERVICE_FIRST_KEY",
    }
    assert all(one.get("sync") is False for key, one in values.items() if key in SECRET)


def test_the_composition_has_no_password_of_its_own() -> None:
    """It does not start without one, and the service waits for the database."""
    services = read("compose.yaml")["services"]
    technic, database = services["technic"], services["database"]
    given = {**technic["environment"], **database["environment"]}
    demanded = {key for key, value in given.items() if "${DATABASE_PASSWORD:?" in value}
    assert demanded == {"TECHNIC_SERVICE_DATABASE", "POSTGRES_PASSWORD"}
    others = {key: value for key, value in technic["environment"].items() if key not in demanded}
    assert all(value == f"${{{key}:-}}" for key, value in others.items())
    assert set(technic["environment"]) <= KNOWN
    assert technic["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "pg_isready" in database["healthcheck"]["test"]
    assert re.fullmatch(r"postgres:\d+\.\d+-[a-z]+", database["image"])
    assert "ports" not in database


def test_the_composition_holds_the_container_tight() -> None:
    """Its root cannot be written, it gains nothing, it is reached from this machine alone."""
    technic = read("compose.yaml")["services"]["technic"]
    assert technic["read_only"] is True
    assert technic["cap_drop"] == ["ALL"]
    assert technic["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in technic["ports"])
    assert f"data:{of('VOLUME', FINAL)[0]}" in technic["volumes"]
    assert int(technic["stop_grace_period"].removesuffix("s")) >= NEEDS_S + 5


def test_the_unit_ends_in_time_and_holds_the_service_tight() -> None:
    """Read as systemd's own files are; a name that stands twice is no mistake there."""
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(ROOT / "deploy" / "systemd" / "technic.service")
    service = unit["Service"]
    assert int(service["TimeoutStopSec"]) >= NEEDS_S + 5
    assert service["ExecStart"].split()[1:] == [
        "serve", "--host", "127.0.0.1", "--port", "8000",
    ]  # fmt: skip
    assert f"TECHNIC_HOME=/var/lib/{service['StateDirectory']} " in service["Environment"]
    for name, value in {
        "DynamicUser": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
        "NoNewPrivileges": "yes", "PrivateTmp": "yes", "CapabilityBoundingSet": "",
    }.items():  # fmt: skip
        assert service[name] == value, name


def test_the_page_names_settings_that_exist() -> None:
    """And the files and commands that it speaks of."""
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bTECHNIC_[A-Z0-9_]+\b", page))
    assert named <= KNOWN | {"TECHNIC_HOME", "TECHNIC_NO_PAGES"}
    assert len(named) >= 8
    for path in ("Dockerfile", "render.yaml", "compose.yaml", "deploy/systemd/technic.service"):
        assert path in page
        assert (ROOT / path).is_file()
    assert "has not been built" in page
