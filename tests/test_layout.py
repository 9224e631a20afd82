"""The listing of the sources stays one that can be read: few loose modules, small files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "technic"
LOOSE_MODULES = 13
MODULES = 20
FILE_LINES = 400
FUNCTION_LINES = 60
OPTION_LISTS = "cli/commands"
"""Commands' parameters are their options, each with its help: there the body alone is counted."""


def sources(package: Path) -> Iterator[Path]:
    """Yield the modules of a package and of those within it."""
    return package.rglob("*.py")


def crowded(package: Path) -> list[str]:
    """Folders with too many modules beside their sub-folders; at the top fewer may stand."""
    counts = {
        str(folder.relative_to(package)): len(list(folder.glob("*.py")))
        for folder in {path.parent for path in sources(package)}
    }
    loose = counts.pop(".")
    found = [f"{name}: {count} modules" for name, count in counts.items() if count > MODULES]
    return [f"{loose} loose modules"] * (loose > LOOSE_MODULES) + sorted(found)


def long_files(package: Path) -> list[str]:
    """Modules with too many lines."""
    found = (
        (path, len(path.read_text(encoding="utf-8").splitlines())) for path in sources(package)
    )
    return sorted(
        f"{path.relative_to(package)}: {lines} lines" for path, lines in found if lines > FILE_LINES
    )


def long_functions(package: Path) -> list[str]:
    """Functions with too many lines."""
    found = []
    for path in sources(package):
        module = path.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            first = node.body[0] if module.startswith(f"{OPTION_LISTS}/") else node
            lines = (node.end_lineno or 0) - first.lineno + 1
            if lines > FUNCTION_LINES:
                found.append(f"{module}: {node.name} has {lines} lines")
    return sorted(found)


@pytest.mark.parametrize("rule", [crowded, long_files, long_functions], ids=lambda f: f.__name__)
def test_the_sources_keep_to_the_layout(rule):
    """At most 13 loose modules, 20 in a folder, 400 lines in a file and 60 in a function."""
    assert rule(PACKAGE) == []


def test_what_is_too_much_is_found(tmp_path: Path):
    """Each rule fails on a package that breaks it by one, and not on one at the limit."""
    (tmp_path / "cli" / "commands").mkdir(parents=True)
    for i in range(LOOSE_MODULES):
        (tmp_path / f"m{i}.py").touch()
    for i in range(MODULES):
        (tmp_path / "cli" / f"m{i}.py").touch()
    options = [f"    option_{i}," for i in range(29)]
    lines = ["def f(", *options, "):", *["    work()"] * FUNCTION_LINES, *[""] * 309]
    long = tmp_path / "cli" / "commands" / "long.py"
    long.write_text("\n".join(lines), encoding="utf-8")
    assert crowded(tmp_path) == long_files(tmp_path) == long_functions(tmp_path) == []

    (tmp_path / "loose.py").touch()
    (tmp_path / "cli" / "more.py").touch()
    long.rename(tmp_path / "cli" / "m0.py")
    (tmp_path / "m0.py").write_text("\n" * 401, encoding="utf-8")
    assert crowded(tmp_path) == ["14 loose modules", "cli: 21 modules"]
    assert long_files(tmp_path) == ["m0.py: 401 lines"]
    assert long_functions(tmp_path) == ["cli/m0.py: f has 91 lines"]


def test_every_room_says_what_it_is_for():
    """The docstring of each package begins with one sentence, which the drawing shows."""
    for path in PACKAGE.rglob("__init__.py"):
        first = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n\n")[0]
        assert first.endswith("."), path
