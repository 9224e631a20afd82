"""What a notebook and a prompt show of answers: short texts, tables, a bar while they are made."""

from __future__ import annotations

import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from technic import ScanConfig, ScanResult, diff, load_saved, plan_requests, run_scan, verify
from technic.notebook.progress import notebook_progress
from technic.result.ledger import Ledger
from technic.result.symbol_report import symbol_report
from technic.testing import make_panel

MOST = 2_000


@pytest.fixture(scope="module")
def result() -> ScanResult:
    """A scan of a few made-up symbols."""
    panel = make_panel(n_symbols=40)
    frames = {symbol: panel.frame(symbol) for symbol in panel.symbols}
    return run_scan(ScanConfig(symbols=panel.symbols), price_cache=frames)


def test_every_answer_is_short_at_a_prompt(result: ScanResult, tmp_path):
    """However much it holds; it says what it is of."""
    result.save(tmp_path / "saved")
    saved = load_saved(tmp_path / "saved")
    best = result.scored[0]
    plan = plan_requests(ScanConfig(provider="demo"), days=3)
    answers = {
        "result": result,
        "explanation": result.explain(best),
        "plot": result.plot(best),
        "report": symbol_report(result, best),
        "ledger": result.ledger,
        "prices": result.prices,
        "panel": result.prices.panel,
        "saved": saved,
        "diff": diff(saved, saved),
        "plan": plan,
        "requests": plan.plan,
        "config": result.config,
    }
    long = {name: len(repr(answer)) for name, answer in answers.items() if len(repr(answer)) > MOST}
    assert not long
    assert result.as_of in repr(result)
    assert repr(ScanConfig(min_price=1)).startswith("ScanConfig(filters=FilterRules(")
    assert repr(ScanConfig(bars=5)) == "ScanConfig(bars=5)" != repr(ScanConfig(bars=6))
    assert "40 symbols" in repr(result.ledger)
    assert not [name for name, answer in answers.items() if "\n" in repr(answer)]


def test_a_verification_is_short_as_well(tmp_path):
    """Of the demo market, for it has to be run again."""
    run_scan(ScanConfig(provider="demo", symbols=("NZAT",))).save(tmp_path / "saved")
    said = repr(verify(tmp_path / "saved"))
    assert said.startswith("<Verification ")
    assert said.endswith("identical>")
    assert len(said) < MOST


def test_a_long_answer_is_cut():
    """A ledger of very many outcomes."""
    names = [f"error.{'Long' * 20}{number}" for number in range(100)]
    ledger = Ledger(
        tuple(map(str, range(100))), np.array(names, object), np.array([""] * 100, object)
    )
    assert len(repr(ledger)) < MOST


def test_an_explanation_shows_a_table_that_adds_up(result: ScanResult):
    """Every part is a row, and the points of the sub-scores make the rating."""
    explanation = result.explain(result.scored[0])
    page = explanation._repr_html_()
    assert page.count("<tr") == 2 + len(explanation.subscores) + len(explanation.contributions)
    assert math.isclose(
        sum(part.contribution for part in explanation.contributions), explanation.tech_rating
    )
    assert f"{explanation.tech_rating:.2f}</th>" in page
    assert "<script" not in page


class Shown:
    """What stands for the display of a notebook: the contents, in order."""

    def __init__(self) -> None:
        self.contents: list[dict[str, str]] = []

    def display(self, content: dict[str, str], *, raw: bool, display_id: bool) -> Shown:
        """Show for the first time."""
        assert raw
        assert display_id
        self.contents.append(content)
        return self

    def update(self, content: dict[str, str], *, raw: bool) -> None:
        """Replace what is shown."""
        assert raw
        self.contents.append(content)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """A notebook's kernel as IPython tells of it."""
    shown = Shown()
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=shown.display))
    return shown


def test_a_bar_is_shown_in_a_notebook_and_gone_at_the_end(notebook: Shown):
    """Not at once, and not at each symbol."""
    times = iter([0.0, 0.1, 0.6, 0.7, 1.0, 1.1, 1.2])
    bar = notebook_progress(lambda: next(times))
    assert bar is not None
    for done in (1, 2, 3, 4):
        bar("fetch", done, 5)
    bar("fetch", 5, 5)
    assert [content["text/plain"] for content in notebook.contents] == [
        "fetching prices 2 of 5",
        "fetching prices 4 of 5",
        "",
    ]
    assert 'value="2" max="5"' in notebook.contents[0]["text/html"]


def test_a_short_run_shows_no_bar(notebook: Shown):
    """There is nothing to wait for."""
    times = iter([0.0, 0.1, 0.2])
    bar = notebook_progress(lambda: next(times))
    assert bar is not None
    bar("scan", 1, 2)
    bar("scan", 2, 2)
    assert not notebook.contents


def test_a_terminal_of_ipython_and_a_script_show_none(monkeypatch: pytest.MonkeyPatch):
    """There the caller says where to report."""
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: object()))
    assert notebook_progress() is None
    monkeypatch.delitem(sys.modules, "IPython")
    assert notebook_progress() is None


def test_a_scan_reports_to_the_notebook_by_itself(monkeypatch: pytest.MonkeyPatch):
    """Unless it is told where to."""
    told: list[str] = []
    monkeypatch.setattr(
        "technic.scanner_core.notebook_progress",
        lambda: lambda *step: told.append(step[0]),
    )
    config = ScanConfig(provider="demo", symbols=("NZAT",))
    run_scan(config)
    assert told
    told.clear()
    run_scan(config, progress=lambda *_: None)
    assert not told
