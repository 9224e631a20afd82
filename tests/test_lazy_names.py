"""Packages whose public names are loaded when they are first used."""

import importlib
import subprocess
import sys

import pytest

import technic

PACKAGES = ["technic", "technic.data_engine", "technic.export", "technic.health", "technic.setups"]
PACKAGES += ["technic.study"]


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there_and_no_other(package):
    """What ``__all__`` lists can be had; anything else is the usual error."""
    module = importlib.import_module(package)
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nope'"):
        module.nope  # noqa: B018


def test_the_public_names_are_those_that_are_documented():
    """README and docs import these from ``technic``; ``dir`` shows them and nothing else."""
    names = "diff get_price_history get_price_history_batch history load_saved plan_requests"
    names += " run_ray_scans run_scan verify FilterRules ScanConfig ScanResult __version__"
    assert set(dir(technic)) == set(technic.__all__) == set(names.split())


def test_verify_stays_the_function_when_its_package_is_imported():
    """A package of the same name would replace it."""
    code = "import technic; f = technic.verify; import technic.verification.verification; "
    code += "import technic.result.diff; assert technic.verify is f and callable(technic.diff)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_importing_technic_loads_nothing_but_the_list_of_names():
    """No module of another package, and of technic only the lazy names and the version."""
    code = "import sys; before = set(sys.modules); import technic; "
    code += "print(*sorted(n for n in set(sys.modules) - before "
    code += "if n.partition('.')[0] not in sys.stdlib_module_names))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["technic", "technic._lazy", "technic.version"]


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_one_loads_neither_pandas_nor_numpy(package):
    """Before any of its names is used."""
    code = f"import {package}, sys; sys.exit(bool({{'pandas', 'numpy'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
