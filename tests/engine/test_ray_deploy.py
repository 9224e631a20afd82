"""deploy/ray: what can be held true without a cloud - Ray's own check, pins, names, tokens."""

from __future__ import annotations

import copy
import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from technic import __version__
from technic.settings import Settings

ray = pytest.importorskip("ray")
yaml = pytest.importorskip("yaml")
jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy" / "ray"
IMAGE = re.compile(r"rayproject/ray:([\d.]+)-py(\d)(\d+)")


def cluster() -> dict[str, Any]:
    """The configuration for ``ray up``."""
    return yaml.safe_load((DEPLOY / "cluster.yaml").read_text())


def pods() -> dict[str, dict[str, Any]]:
    """The container of the head's pod and that of the workers'."""
    spec = yaml.safe_load((DEPLOY / "kuberay.yaml").read_text())["spec"]
    groups = {"head": spec["headGroupSpec"], "worker": spec["workerGroupSpecs"][0]}
    return {name: one["template"]["spec"]["containers"][0] for name, one in groups.items()}


def checked(config: dict[str, Any]) -> dict[str, Any]:
    """What ``ray up`` makes of a configuration before it talks to the cloud."""
    from ray.autoscaler._private.util import prepare_config, validate_config

    prepared = prepare_config(copy.deepcopy(config))
    validate_config(prepared)
    return prepared


def test_ray_accepts_the_cluster():
    """By its schema and its rules; it would not accept just anything."""
    config = checked(cluster())
    assert config["available_node_types"]["worker"]["max_workers"] <= config["max_workers"]
    with pytest.raises(ValueError, match="head_node_type"):
        checked(cluster() | {"head_node_type": "nobody"})
    with pytest.raises(jsonschema.ValidationError):
        checked(cluster() | {"max_worker": 3})


def test_all_machines_are_set_up_alike():
    """From this checkout, with the versions and hashes of constraints.txt."""
    config = checked(cluster())
    assert config["head_setup_commands"] == config["worker_setup_commands"]
    mounted = [target for target, source in config["file_mounts"].items() if source == "."]
    commands = "\n".join(config["worker_setup_commands"])
    assert f"--require-hashes --requirement {mounted[0]}/constraints.txt" in commands
    without_pages = "TECHNIC_NO_PAGES=1 pip install --quiet --no-deps --no-build-isolation"
    assert f"{without_pages} {mounted[0]}" in commands
    assert (ROOT / "constraints.txt").is_file()


def test_pins_agree_with_the_constraints():
    """Ray and Python of every image, Ray of the operator, Technic's own version."""
    constraints = (ROOT / "constraints.txt").read_text()
    pinned = re.search(r"^ray==([\d.]+)", constraints, re.MULTILINE)
    assert pinned
    kuberay = (DEPLOY / "kuberay.yaml").read_text()
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    images = IMAGE.findall(cluster()["docker"]["image"] + dockerfile)
    assert len(images) == 2
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    oldest = project["requires-python"].removeprefix(">=").split(".")
    for version, major, minor in images:
        assert version == pinned[1]
        assert (int(major), int(minor)) >= tuple(map(int, oldest))
    assert yaml.safe_load(kuberay)["spec"]["rayVersion"] == pinned[1]
    own = re.findall(r"technic-ray:([\w.]+)", kuberay + dockerfile)
    assert set(own) == {__version__}
    assert len(own) == 3


def test_every_machine_asks_for_a_token():
    """An open Ray runs the code of whoever reaches it."""
    config = cluster()
    assert "-e RAY_AUTH_MODE=token" in config["docker"]["run_options"]
    assert "/home/ray/.ray/auth_token" in config["file_mounts"]
    spec = yaml.safe_load((DEPLOY / "kuberay.yaml").read_text())["spec"]
    assert spec["authOptions"] == {"mode": "token"}


def test_settings_are_ones_that_technic_reads():
    """A scan on the head uses the cluster; bars are kept where every machine can read them."""
    options = " ".join(cluster()["docker"]["run_options"])
    launched = dict(re.findall(r"-e (\w+)=(\S+)", options))
    known = {f"TECHNIC_{field.name.upper()}" for field in fields(Settings)}
    for container in pods().values():
        given = {one["name"]: one["value"] for one in container["env"]}
        for environ in (given, launched):
            assert environ["TECHNIC_RAY_ADDRESS"] == "auto"
            assert environ["TECHNIC_STORE"].startswith("s3://")
            assert {name for name in environ if name.startswith("TECHNIC_")} <= known
    assert pods()["head"]["envFrom"] == pods()["worker"]["envFrom"]


def test_the_image_has_what_its_build_needs():
    """Each file that the Dockerfile copies is there."""
    copied = re.findall(
        r"^COPY --chown=ray:users (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.M
    )
    names = [name for line in copied for name in line.split()]
    assert {"constraints.txt", "pyproject.toml", "hatch_build.py", "src"} <= set(names)
    for name in names:
        assert (ROOT / name).exists(), name
