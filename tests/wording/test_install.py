"""The line that installs what is missing, for the tool that made the environment."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from technic.errors import MissingExtraError
from technic.wording import install
from technic.wording.install import extra_packages, install_command, requirements_of

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
    monkeypatch.setattr(install, "requires", lambda _: METADATA)
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
    assert said == "to_polars() needs polars; install it with: python -m pip install polars"

    def not_installed(_: str) -> list[str]:
        raise install.PackageNotFoundError

    monkeypatch.setattr(install, "requires", not_installed)
    assert str(MissingExtraError("to_polars()", "polars", "polars")) == said
