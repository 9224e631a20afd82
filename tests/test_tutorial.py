"""The tutorial notebook runs from top to bottom, and its answers render."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

TUTORIAL = Path(__file__).resolve().parents[1] / "docs" / "tutorial.ipynb"
PATIENCE = 300


def html_of(notebook: Any, beginning: str) -> str:
    """Return what the cell whose source ends so has shown as HTML."""
    (cell,) = [cell for cell in notebook.cells if cell.source.splitlines()[-1] == beginning]
    return "".join(output.data.get("text/html", "") for output in cell.outputs if "data" in output)


@pytest.mark.filterwarnings("ignore")  # of the kernel's own packages
def test_the_tutorial_runs_and_shows_tables_and_charts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """In a kernel of its own, as a reader would run it; it is stored without outputs."""
    import nbformat
    from nbclient import NotebookClient

    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))
    notebook = nbformat.read(TUTORIAL, as_version=4)
    assert not [cell for cell in notebook.cells if cell.get("outputs")]
    NotebookClient(
        notebook,
        timeout=PATIENCE,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()
    assert "SIMULATED" in html_of(notebook, "result")
    assert "<table" in html_of(notebook, "result.explain(best)")
    assert "<svg" in html_of(notebook, "result.plot(best)")
    assert "dip" in html_of(notebook, "pullbacks.rows(10)")
    assert "files" in html_of(notebook, "own")
    assert (tmp_path / "saved" / "scan.json").is_file()
    assert not [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stderr"
    ]
