"""Packages whose public names are loaded when they are first used."""

import importlib
import subprocess
import sys

import pytest

PACKAGES = ["technic", "technic.data_engine", "technic.setups"]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there_and_no_other(package):
    """What ``__all__`` lists can be had; anything else is the usual error."""
    module = importlib.import_module(package)
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nope'"):
        module.nope  # noqa: B018


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_one_loads_neither_pandas_nor_numpy(package):
    """Before any of its names is used."""
    code = f"import {package}, sys; sys.exit(bool({{'pandas', 'numpy'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
