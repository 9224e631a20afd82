from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.data_gate import bars_left, gate_code
from reference.gate_bars import at_end, on, one, ordinary, panel_of, scaled, sessions
from technic.data_engine.gate.gate import GATE_CODES, GateRules, gate, usable_bars
from technic.errors import ParameterError
from technic.panel import FIELDS, BarPanel, LongBars

BAR_CODES = ("bad_price", "high_below_low", "unadjusted_split", "price_x100")
DATA_ERRORS = (*BAR_CODES, "volatility", "missing_sessions")
FLOORS = ("price_floor", "dollar_volume_floor")
FALSE_BARS = {"AUMN": "2023-06-08", "CNVS": "2023-06-08"}
TRUE_MOVES = {
    "HOLO": "2024-02-07",
    "VVOS": "2023-11-29",
    "BETR": "2023-08-24",
    "ATXG": "2022-08-31",
}
LARGE = ("AAPL", "AMZN", "GOOGL", "META", "MSFT", "NVDA", "TSLA")


@pytest.fixture(scope="module")
def real(real_data: Path) -> BarPanel:
    """411 real symbols, 548 sessions."""
    frame = pd.read_parquet(real_data / "us_daily_sample.parquet")
    symbols = frame["symbol"].astype("category").cat
    day = frame["date"].to_numpy().astype("datetime64[D]")
    values = [frame[name].to_numpy(np.float64) for name in FIELDS]
    bars = LongBars(
        tuple(symbols.categories), symbols.codes.to_numpy().astype(np.int32), day, *values
    )
    return BarPanel.from_long(bars, np.unique(day))


def columns_of(panel: BarPanel, symbols: tuple[str, ...]) -> np.ndarray:
    """Positions of the symbols in the panel."""
    return np.array([panel.symbols.index(symbol) for symbol in symbols])


@pytest.mark.parametrize("start", ["2022-01-03", "2023-01-03", "2023-06-01"])
@pytest.mark.parametrize("symbol", FALSE_BARS)
def test_false_real_bars_are_named_on_their_day_and_left_out_after_it(real, symbol, start):
    """On the day only the fall is visible; from the next day on the symbol is scanned without."""
    window = real.window(np.datetime64(start), real.sessions[-1])
    column = window.take(columns_of(window, (symbol,)))
    rules = GateRules(min_bars=5, skip=FLOORS)
    bad = int(np.searchsorted(window.sessions, np.datetime64(FALSE_BARS[symbol])))
    assert on(column, window.sessions[bad - 1], rules).detail[0] is None
    assert on(column, window.sessions[bad], rules).code[0] == "unadjusted_split"
    for day in (*window.sessions[bad + 1 : bad + 30 : 3], *window.sessions[bad + 30 :: 60]):
        report = on(column, day, rules)
        assert report.code[0] is None
        assert np.isnat(report.usable_since[0])
        assert column.session[report.breaks.bar, 0].tolist() == [bad]
        assert report.usable_rows[0] == column.rows_at(day)[0] - 1


@pytest.mark.parametrize("symbol", TRUE_MOVES)
def test_wild_but_true_real_moves_stay_whole(real, symbol):
    """On the day of the move and on later days, in a long window and in one begun just before."""
    column = real.take(columns_of(real, (symbol,)))
    rules = GateRules(min_bars=1, skip=FLOORS)
    move = int(np.searchsorted(real.sessions, np.datetime64(TRUE_MOVES[symbol])))
    for start in (0, max(move - 120, 0), *range(move - 8, move + 1)):
        window = column.window(real.sessions[start], real.sessions[-1])
        for day in real.sessions[move : move + 40 : 3]:
            report = on(window, day, rules)
            assert report.code[0] not in DATA_ERRORS
            assert (report.breaks.first[0], len(report.breaks.bar)) == (0, 0)


def test_large_companies_are_never_gated(real):
    """Every session from the 20th bar on, the largest names of the market pass."""
    large = real.take(columns_of(real, tuple(name for name in LARGE if name in real.symbols)))
    assert large.n_symbols >= 5
    for day in real.sessions[19::5]:
        assert on(large, day).passed.all()


def test_few_real_symbols_are_cut(real):
    """A gate that cut much more than the known defects would take history from true moves."""
    report = on(real, real.sessions[-1], GateRules(skip=("few_bars", "stale")))
    assert np.count_nonzero(report.breaks.first) <= 20
    assert sum(code in DATA_ERRORS for code in report.code) <= 20


def test_real_answers_are_those_of_the_plain_loop(real):
    """Every fifth symbol of the sample on some days, code by code and bar by bar."""
    part = real.take(slice(0, real.n_symbols, 5))
    values = np.stack([getattr(part, name) for name in FIELDS], axis=-1)
    for day in part.sessions[[15, 60, 200, 361, 547]]:
        rows, today = part.rows_at(day), int(np.searchsorted(part.sessions, day))
        report = on(part, day)
        usable, _ = usable_bars(part, rows, report, np.arange(part.n_symbols))
        for i, symbol in enumerate(part.symbols):
            bars = [
                (int(part.session[row, i]), *values[row, i].tolist()) for row in range(rows[i] + 1)
            ]
            assert report.code[i] == gate_code(bars, today), symbol
            expected = [bar[0] for bar in bars_left(bars)[0]]
            assert usable.session[: report.usable_rows[i] + 1, i].tolist() == expected, symbol


def test_later_bars_change_nothing(real):
    """The gate of a past day is the same in a panel that ends there."""
    rules = GateRules(min_bars=1, skip=FLOORS)
    for day in real.sessions[[3, 25, 180, 359, 480]]:
        full, until = on(real, day, rules), on(real.window(real.sessions[0], day), day, rules)
        assert full.code.tolist() == until.code.tolist()
        assert full.detail.tolist() == until.detail.tolist()


@pytest.mark.parametrize("width", [1, 2, 7, 256])
def test_no_answer_depends_on_the_other_columns(real, width):
    """Code and figures of a symbol are the same in blocks of any width."""
    day = np.datetime64("2023-11-30")
    whole = on(real, day)
    codes, details = [], []
    for start in range(0, real.n_symbols, width):
        report = on(real.take(slice(start, start + width)), day)
        codes += report.code.tolist()
        details += report.detail.tolist()
    assert codes == whole.code.tolist()
    assert details == whole.detail.tolist()


def test_an_ordinary_series_passes():
    """A panel with nothing wrong has neither codes nor sentences."""
    report = at_end(panel_of({name: ordinary(seed=i) for i, name in enumerate("ABCD")}))
    assert report.passed.all()
    assert report.detail.tolist() == [None] * 4
    assert report.counts() == {}


def test_recent_thresholds_are_where_they_say():
    """20 bars, today, 1.0 and 250,000 dollars pass; one less or one more does not."""
    flat = {name: np.full(40, 1.0) for name in FIELDS[:4]} | {"volume": np.full(40, 250_000.0)}
    assert one(flat) is None
    assert one({name: values[:20] for name, values in flat.items()}) is None
    assert one({name: values[:19] for name, values in flat.items()}) == "few_bars"
    assert one(scaled(flat, slice(None), 0.9999, 2.0)) == "price_floor"
    assert one(scaled(flat, slice(None), 1.0, 0.9999)) == "dollar_volume_floor"
    for late, code in ((0, None), (1, "stale")):
        panel = panel_of({"A": flat, "B": flat}, {"A": slice(40 - late, 40)})
        assert at_end(panel).code.tolist() == [code, None]


def test_only_the_last_twenty_bars_are_averaged():
    """Turnover of a month ago does not lift a symbol over the floor."""
    bars = scaled(ordinary(), slice(-20, None), 1.0, 0.001)
    assert one(bars) == "dollar_volume_floor"
    assert one(scaled(bars, -1, 1.0, 1000.0)) is None


def test_absurd_volatility_is_a_matter_of_many_bars():
    """A price that keeps jumping between two levels is caught, one explosion is not."""
    bars = scaled(ordinary(), slice(-20, None, 2), 1.7)
    assert one(bars) == "volatility"
    assert one(scaled(ordinary(), slice(-5, None, 2), 1.7)) is None


@pytest.mark.parametrize(
    ("hole", "code"),
    [
        (slice(70, 80), None),
        (slice(69, 80), "missing_sessions"),
        (slice(3, 33), None),
    ],
    ids=["10 recent", "11 recent", "30 long ago"],
)
def test_missing_sessions_are_counted(hole, code):
    """More than 10 of the last 60; a halt of long ago is none of them."""
    assert one(ordinary(100), hole) == code


def test_bars_without_volume_are_counted():
    """More than 10 of 20; the turnover of the others can be above the floor."""
    assert one(scaled(ordinary(), slice(-10, None), 1.0, 0.0)) is None
    assert one(scaled(ordinary(), slice(-11, None), 1.0, 0.0)) == "zero_volume"


def test_the_first_code_that_applies_is_given():
    """A symbol with every kind of defect gets the codes in their order as they are skipped."""
    bars = scaled(ordinary(100), slice(None), 0.01, 1e-3)
    bars = scaled(bars, slice(-20, None, 2), 0.6)
    bars["volume"][-13:] = 0.0
    bars["high"][-1], bars["close"][-1] = bars["low"][-1] / 2, 0.0
    panel = panel_of({"A": bars, "B": ordinary(100)}, {"A": slice(68, 80)})
    today = panel.sessions[-1]
    rules, seen = GateRules(min_bars=200, max_stale_sessions=0), []
    while (code := gate(panel, panel.rows_at(today), today, rules).code[0]) is not None:
        seen.append(code)
        rules = dataclasses.replace(rules, skip=(*rules.skip, code))
    alone = ("stale", "unadjusted_split", "price_x100")  # of a day that has not these others
    assert seen == [code for code in GATE_CODES if code not in alone]


def test_sentences_name_the_day_and_the_figures():
    """The ledger shows why, with enough to look the bar up."""
    columns = {
        "ZERO": scaled(ordinary(), 79, 0.0),
        "TICK": scaled(ordinary(), 79, 100.0),
        "HIGH": ordinary(),
        "LEFT": scaled(scaled(ordinary(), 60, 0.0), 70, 0.0),
        "CHEAP": scaled(ordinary(), slice(None), 0.01, 100.0),
        "YOUNG": {name: values[:7] for name, values in ordinary().items()},
    }
    columns["HIGH"]["high"][79] *= 100.0
    panel = panel_of(columns)
    detail = dict(zip(panel.symbols, at_end(panel).detail, strict=True))
    day, close = str(panel.sessions[79]), columns["HIGH"]["close"]
    assert detail["ZERO"].startswith(f"{day}: open 0, high 0, low 0, close 0, volume ")
    assert (
        f"close {close[79] * 100:.2f} after {close[78]:.2f} on {day} is 100 times it"
        in (detail["TICK"])
    )
    assert detail["HIGH"].startswith(f"{day}: open ")
    assert f"a hundredth of the previous close {close[78]:.2f}, volume x " in detail["HIGH"]
    assert detail["LEFT"].startswith(f"2 bars are left out, the last: {panel.sessions[70]}: open 0")
    assert "below 1" in detail["CHEAP"]
    assert detail["YOUNG"] == "7 bars, at least 20 are needed"
    halted = at_end(panel_of({"A": ordinary(50)}, {"A": slice(30, 41)}))
    assert halted.detail[0] == "11 of the last 50 sessions missing"


def test_counts_add_up(real):
    """Every symbol has passed or is counted under one code, in the order of the checks."""
    report = on(real, "2024-03-08")
    counts = report.counts()
    assert sum(counts.values()) + report.passed.sum() == real.n_symbols
    assert list(counts) == [code for code in GATE_CODES if code in counts]
    assert all(text is not None for text in report.detail[~report.passed])


def test_empty_panels_and_empty_columns_are_answered():
    """No symbols: an empty report. A symbol without a bar yet: few_bars."""
    panel = panel_of({"OLD": ordinary(), "NEW": {k: v[:5] for k, v in ordinary().items()}})
    assert on(panel, panel.sessions[40]).code.tolist() == [None, "few_bars"]
    assert on(panel, panel.sessions[40]).detail[1] == "0 bars, at least 20 are needed"
    assert len(at_end(panel.take(slice(0, 0))).code) == 0
    nothing = {name: np.empty(0) for name in FIELDS}
    days, column = np.empty(0, "datetime64[D]"), np.empty(0, np.int32)
    bars = LongBars(("A", "B"), column, days, **nothing)
    empty = BarPanel.from_long(bars, sessions(30))
    assert at_end(empty).code.tolist() == ["few_bars", "few_bars"]


def test_a_day_that_is_no_session_and_rows_after_it_are_refused():
    """A wrong day never means another one, and look-ahead is an error."""
    panel = panel_of({"A": ordinary()})
    rows = panel.rows_at(panel.sessions[-1])
    with pytest.raises(ParameterError, match="as_of"):
        gate(panel, rows, np.datetime64("2020-01-11"))
    with pytest.raises(ParameterError, match="as_of"):
        gate(panel, rows, np.datetime64("2030-01-07"))
    with pytest.raises(ParameterError, match="rows"):
        gate(panel, rows, panel.sessions[-2])
    with pytest.raises(ParameterError, match="rows"):
        gate(panel, rows + 1, panel.sessions[-1])
    with pytest.raises(ParameterError, match="rows"):
        gate(panel, np.zeros(2, dtype=np.intp), panel.sessions[-1])


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_bars": 0},
        {"min_bars": 20.0},
        {"min_bars": True},
        {"max_stale_sessions": -1},
        {"price_floor": -0.01},
        {"price_floor": float("nan")},
        {"dollar_volume_floor": "250000"},
        {"split_factor": 1.0},
        {"x100_tolerance": 0.5},
        {"open_outside_pct": float("inf")},
        {"skip": ("no_such_code",)},
        {"skip": "stale"},
    ],
    ids=lambda wrong: "{}={!r}".format(*next(iter(wrong.items()))),
)
def test_rules_that_mean_nothing_are_refused(wrong):
    """The message names the parameter."""
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        GateRules(**wrong)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_random_defects_get_the_code_of_the_plain_loop(data):
    """Random bars with random cells multiplied, on random days, in one panel."""
    columns, missing = {}, {}
    factors = st.sampled_from([100.0, 0.01, 0.5, 2.0, 0.25, 4.0, 25.0, 0.04, 0.0, -1.0, 1.02])
    for name in "ABC":
        size = data.draw(st.integers(15, 60))
        liquidity = data.draw(st.sampled_from([1.0, 0.005, 0.0]))
        bars = scaled(ordinary(size, data.draw(st.integers(0, 99))), slice(None), 1.0, liquidity)
        for _ in range(data.draw(st.integers(0, 2))):
            at, price = data.draw(st.integers(0, size - 1)), data.draw(factors)
            until = data.draw(st.sampled_from([at + 1, size]))
            volume = data.draw(st.sampled_from([1.0, 0.0, 1 / price if price else 1.0, 50.0]))
            bars = scaled(bars, slice(at, until), price, volume)
        columns[name] = bars
        hole = data.draw(st.integers(0, size - 1))
        missing[name] = slice(hole, hole + data.draw(st.sampled_from([0, 0, 3, 14, 40])))
        if missing[name].stop >= size and hole == 0:
            missing[name] = slice(0, 0)
    panel = panel_of(columns, missing)
    day = panel.sessions[data.draw(st.integers(0, len(panel.sessions) - 1))]
    rows, today = panel.rows_at(day), int(np.searchsorted(panel.sessions, day))
    report = on(panel, day)
    usable, _ = usable_bars(panel, rows, report, np.arange(panel.n_symbols))
    for i in range(panel.n_symbols):
        cells = [
            (int(panel.session[row, i]), *(float(getattr(panel, f)[row, i]) for f in FIELDS))
            for row in range(max(rows[i] + 1, 0))
        ]
        assert report.code[i] == gate_code(cells, today)
        expected = [cell[0] for cell in bars_left(cells)[0]]
        assert usable.session[: report.usable_rows[i] + 1, i].tolist() == expected
