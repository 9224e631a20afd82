"""All built-in setups in one scan: what they find, by plain loops; and that the past stays so."""

from __future__ import annotations

import numpy as np
import pytest

from reference.chart_patterns import NEEDS, TWINS
from reference.language_cells import UNSURE, Cell, Worlds
from reference.language_interpreter import History, Interpreter, across
from support.made_up_market import SESSIONS, SYMBOLS, assert_same, scan, until
from technic import ScanConfig, ScanResult, run_scan
from technic.language.syntax.nodes import Call, Node
from technic.panel import FIELDS
from technic.scan.config import DEFAULT_BARS
from technic.scan.expressions.vocabulary import vocabulary
from technic.sessions import build_calendar
from technic.setups import Setup, check_setup, load_setups
from technic.setups.patterns import PATTERNS
from technic.study.all_setups import all_setup_names
from technic.testing import make_bars

SETUPS = load_setups(*all_setup_names(benchmark=True))
FRIDAY = "2026-06-26"
BENCHMARK = "HQIS"
# one symbol of the simulated market for each setup that it meets on that day, and some others
PICKED = (
    *("VQEZ", "HQIS", "HQOC", "QXUK", "PZUW", "CKOF", "RZOP", "GQEB"),
    *("XZAC", "KQYN", "FKUL", "HXYL", "ZZEC", "PZIB.B", "TXAP", "LZYT"),
    *("NQIN", "ZVAH", "WZAG", "LQIK", "XZAZ"),
    # weak ones, that the strong ones rank above
    *("WVAD", "JJIW", "TXIL", "DKYS", "NQYD", "HXIM", "GXUP", "QJAL", "VQIW", "PQYP"),
)


@pytest.fixture(scope="module")
def result() -> ScanResult:
    """The scan of some symbols of the simulated market by all setups."""
    config = ScanConfig(
        provider="demo",
        as_of=FRIDAY,
        symbols=PICKED,
        rank_among="shown",  # the loops see these symbols alone
        benchmark=BENCHMARK,
        setups=SETUPS,
    )
    return run_scan(config)


def history_of(result: ScanResult, symbol: str) -> History:
    """The bars that were scanned as lists, with the benchmark on them."""
    panel = result.prices.panel
    column = panel.symbols.index(symbol)
    at = [int(i) for i in panel.session[: panel.length[column], column]]
    closes = [float(result.benchmark.closes[i]) for i in at]
    return History(
        [panel.sessions[i].item() for i in at],
        {name: getattr(panel, name)[: len(at), column].tolist() for name in FIELDS},
        [None if np.isnan(close) else close for close in closes],
    )


def by_loops(node: Node, symbols: list[Interpreter], worlds: Worlds) -> list[Cell]:
    """One condition for each symbol; a chart pattern by its own plain loop."""
    rows = [len(one.history.sessions) - 1 for one in symbols]
    if not (isinstance(node, Call) and node.function in TWINS):
        return across(node, symbols, rows, worlds)
    given = zip(PATTERNS[node.function].parameters, node.arguments, strict=True)
    values = {p.name: int(n.value) if p.takes == "bars" else n.value for p, n in given}
    twin, needed = TWINS[node.function], NEEDS[node.function](values)
    cells: list[Cell] = []
    # a pattern reads its own window: that of the base, or a longer one where it may need more
    start = build_calendar(2027).anchor(np.datetime64(FRIDAY), max(DEFAULT_BARS, needed)).item()
    for one in symbols:
        first = sum(day < start for day in one.history.sessions)
        bars = {field: values[first:] for field, values in one.history.bars.items()}
        found = twin(bars, values) is not None
        cells.append(found if found or len(bars["close"]) >= needed else None)
    return cells


def test_each_setup_finds_what_plain_loops_find(result: ScanResult):
    """Condition by condition, symbol by symbol; only what hangs on rounding may differ."""
    worlds = Worlds(4)
    rating = result.columns["rs_rating"].tolist()
    symbols = [
        Interpreter(history_of(result, symbol), worlds, {}, {"rs_rating": value})
        for symbol, value in zip(result.scored, rating, strict=True)
    ]
    compared = 0
    for setup in SETUPS:
        nodes = check_setup(setup, vocabulary())
        met = set(result.scored)
        for one in setup.conditions:
            cells = by_loops(nodes[f"conditions.{one.name}"], symbols, worlds)
            (found,) = [r for r in result.conditions if (r.owner, r.name) == (setup.name, one.name)]
            for symbol, cell, value in zip(
                result.scored, cells, found.values.tolist(), strict=True
            ):
                if cell is UNSURE:
                    cell = None if np.isnan(value) else bool(value)
                else:
                    compared += 1
                wanted = np.nan if cell is None else float(cell)
                np.testing.assert_equal(value, wanted, err_msg=f"{setup.name}.{one.name}, {symbol}")
                if cell is not True:
                    met.discard(symbol)
        assert set(result.met(setup.name)) == met
    assert compared > 0.98 * len(result.conditions) * len(result.scored)


def test_the_market_has_something_for_every_setup(result: ScanResult):
    """Two empty lists would agree as well."""
    assert [one.name for one in SETUPS if not result.met(one.name)] == []


BARS = make_bars(SYMBOLS, SESSIONS, seed=11)


def config_of(*setups: Setup, as_of: str | None = None) -> ScanConfig:
    """Ask for setups over the made-up symbols, on all their bars; one of them is the benchmark."""
    return ScanConfig(
        benchmark=SYMBOLS[0], setups=setups, bars=len(SESSIONS) - 70, sort="symbol", as_of=as_of
    )


@pytest.mark.parametrize("at", [-1, -2, -20, -63])
def test_no_setup_looks_ahead(at: int):
    """A scan of a past day is that of the bars as they were known on that day."""
    day = str(SESSIONS[at])
    config = config_of(*SETUPS, as_of=day)
    past, then = scan(BARS, config), scan(until(BARS, day), config)
    assert_same(past, then)
    assert len(past.conditions) == sum(len(one.conditions) for one in SETUPS)
    for left, right in zip(past.conditions, then.conditions, strict=True):
        assert (left.owner, left.name) == (right.owner, right.name)
        np.testing.assert_array_equal(left.values, right.values)


@pytest.fixture(scope="module")
def together() -> ScanResult:
    """All setups over the made-up symbols."""
    return scan(BARS, config_of(*SETUPS))


@pytest.mark.parametrize("setup", SETUPS, ids=lambda one: one.name)
def test_a_setup_alone_finds_what_it_finds_among_all(setup: Setup, together: ScanResult):
    """Other setups change nothing, and what a scan keeps is what meets its setup."""
    alone = scan(BARS, config_of(setup))
    assert alone.met(setup.name) == together.met(setup.name)
    assert tuple(alone.table["symbol"]) == alone.met(setup.name)
