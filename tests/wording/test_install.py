"""The line that installs what is missing, for the tool that made the environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from technic.errors import MissingExtraError
from technic.wording.install import EXTRAS, extra_packages, install_command, requirements_of

ROOT = Path(__file__).resolve().parents[2]
FOR = {"mcp": "the tools of agents", "service": "the service and sites"}
METADATA = [
    "numpy>=2.2",
    "polars>=1.30; extra == 'polars'",
    "psycopg[binary]>=3.2; extra == 'service'",
    'uvloop>=0.21; (sys_platform != "win32" and implementation_name == "cpython") and extra == '
    '"service"',
    "mcp>=2.3; extra == 'mcp'",
    "technic-scanner[service]; extra == 'mcp'",
]


def test_pipx_injects_into_its_own_environment(tmp_path: Path):
    """Under the name that it has there, a suffix included."""
    home = tmp_path / "technic-scanner"
    home.mkdir()
    (home / "pipx_metadata.json").write_text("{}", encoding="utf-8")
    assert install_command(["polars"], home) == "pipx inject technic-scanner polars"
    both = install_command(["psycopg[binary]", "jinja2"], home)
    assert both == 'pipx inject technic-scanner "psycopg[binary]" jinja2'


def test_uv_is_told_the_environment(tmp_path: Path):
    """One of its tools has no pip."""
    home = tmp_path / "with blank"
    home.mkdir()
    (home / "uv-receipt.toml").write_text("", encoding="utf-8")
    assert install_command(["polars"], home) == f'uv pip install --python "{home}" polars'


def test_pip_is_that_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """By name where it is active, else by its path: another python may come first."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    assert install_command(["ray"]) == f"{tmp_path / 'bin/python'} -m pip install ray"
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    assert install_command(["ray"]) == "python -m pip install ray"


def test_an_extra_is_its_packages(monkeypatch: pytest.MonkeyPatch):
    """Those of this platform; uvloop is none of Windows."""
    monkeypatch.setattr("importlib.metadata.requires", lambda _: METADATA)
    assert extra_packages("technic-scanner", "service") == ("psycopg[binary]", "uvloop")
    both = ("mcp", "psycopg[binary]", "uvloop")
    assert extra_packages("technic-scanner", "mcp") == both
    assert extra_packages("technic-scanner", "none") == ()
    monkeypatch.setattr(sys, "platform", "win32")
    assert list(requirements_of(METADATA)) == [
        ("numpy", None),
        ("polars", "polars"),
        ("psycopg[binary]", "service"),
        ("mcp", "mcp"),
        ("technic-scanner[service]", "mcp"),
    ]


def test_a_missing_extra_is_told_by_its_packages(monkeypatch: pytest.MonkeyPatch):
    """Whether Technic is on an index or was installed from a folder; or is only imported."""
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    said = str(MissingExtraError("to_polars()", "polars", "polars"))
    assert said == (
        "to_polars() needs polars of the extra polars, which is for polars frames; "
        "install it with: python -m pip install polars"
    )

    def not_installed(_: str) -> list[str]:
        raise PackageNotFoundError

    monkeypatch.setattr("importlib.metadata.requires", not_installed)
    assert str(MissingExtraError("to_polars()", "polars", "polars")) == said


def test_every_extra_says_what_it_is_for():
    """In messages, and on the page that lists them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = set(project["optional-dependencies"]) - {"all"}
    assert set(EXTRAS) == extras
    page = (ROOT / "docs/install.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\|.*\| `(\w+)` \|$", page, re.MULTILINE)) == extras


@pytest.mark.parametrize(
    ("command", "missing", "extra"),
    [
        (["mcp"], "anyio", "mcp"),
        (["site", "DIR"], "starlette", "service"),
        (["serve"], "fastapi", "service"),
        (["keys", "list"], "sqlalchemy", "service"),
    ],
)
def test_a_command_names_the_extra_that_it_needs(
    tmp_path: Path, command: list[str], missing: str, extra: str
):
    """Not the package alone that happened to be looked for first, which nobody has asked for."""
    code = f"import sys; sys.modules[{missing!r}] = None; from technic.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        cwd=tmp_path,
        env={**os.environ, "TECHNIC_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    said = f"technic {command[0]} needs {missing} of the extra {extra}, which is for {FOR[extra]};"
    assert said in " ".join(done.stderr.split())


def test_a_module_of_ours_that_is_missing_is_no_missing_extra():
    """It would send people to install what they have."""
    ours = ModuleNotFoundError("no module", name="technic.service.gone")
    with pytest.raises(ModuleNotFoundError, match="no module"):
        raise MissingExtraError.of("technic serve", "service", ours)
