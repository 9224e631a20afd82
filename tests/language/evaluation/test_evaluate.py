"""A value is the same at one day or among all bars, in any block, however few the bars."""

import numpy as np
import pytest

from reference.bars import random_bars
from support.function_calls import OF_BARS, call_of
from support.packed_panel import packed_panel
from technic.columns import evaluate
from technic.columns.vocabulary import VOCABULARY as BASE
from technic.errors import ParameterError, RuleUnavailableError
from technic.language import NameInfo, read
from technic.language.evaluation import bar_values
from technic.language.evaluation.evaluate import evaluate_bars, evaluate_day
from technic.language.evaluation.program import Program, needs
from technic.panel import FIELDS

N_BARS, N_SYMBOLS = 90, 260
WRITTEN = [
    "close",
    "2 * 3",
    "close > sma(close, 20) and rsi(close, 14) < 60 or volume > 2 * sma(volume, 20)",
    "sma(close, 5)[1] - sma(close, 5)[30]",
    "ema(close[3], 5)[2] - ema(close, 5)",
    "count(is_missing(close[40]), 15)",
    "is_missing(close[40])[5]",
    "where(is_missing(adx(5)), 0 - 1, adx(5))",
    "highest(where(close < open, volume, 0), 10)",
    "ever(close > 0 or 1 > 2, 7)",
    "always(1 > 0 or close > 0, 7)",
    "crosses_above(close, 30)",
    "lowest(stochrsi_d(close), 40)",
    "ema(plus_di(5), 4) - ema(stoch_k(5, 3, 3), 4)",
    "(close / benchmark)[7] ** 2",
    "benchmark[40]",
    "crosses_above(close, sma(close, 20))",
    "rising(highest(high, 9), 3)",
    "value_when(close > highest(high, 20)[1], volume, 60)",
    "close % 3 ** 0.5 + -open",
    "close in (1, 2.5) or not close > 5",
]
SPREADS = {"all end together": 0.0, "a few end elsewhere": 0.1, "most end elsewhere": 0.8}


@pytest.fixture(scope="module")
def panel():
    """More columns than a block of 256, one short."""
    return packed_panel(random_bars(N_BARS, N_SYMBOLS, seed=6))


@pytest.fixture(scope="module")
def closes(panel):
    """Closes with a late start and a gap."""
    found = np.linspace(90.0, 110.0, len(panel.sessions))
    found[[0, 1, 50]] = np.nan
    return found


@pytest.fixture(scope="module")
def nodes():
    """Every function, and expressions of several."""
    return [*(call_of(name) for name in OF_BARS), *(read(text, BASE).node for text in WRITTEN)]


def rows_of(panel, share, latest=N_BARS - 1):
    """Rows to read, a share of them anywhere, also on no bar."""
    rng = np.random.default_rng(int(10 * share) + 1)
    rows = np.minimum(panel.length - 1, latest)
    odd = rng.random(panel.n_symbols) < share
    return np.where(odd, rng.integers(-1, rows + 1), rows)


@pytest.mark.parametrize("share", SPREADS.values(), ids=list(SPREADS))
@pytest.mark.parametrize("latest", [N_BARS - 1, 12, 0])
def test_a_day_has_the_bits_of_that_row_among_all_bars(share, latest, panel, nodes, closes):
    """Wherever each column ends, and also where there are fewer bars than a window needs."""
    rows = rows_of(panel, share, latest)
    days = evaluate_day(nodes, panel, rows, BASE, benchmark=closes)
    everything = evaluate_bars(nodes, panel, BASE, benchmark=closes)
    for node in nodes:
        at_row = everything[node][np.maximum(rows, 0), np.arange(panel.n_symbols)]
        wanted = np.where(rows < 0, np.nan, at_row)
        np.testing.assert_array_equal(days[node], wanted, err_msg=str(node))


@pytest.mark.parametrize("width", [1, 2, 7, 256])
def test_a_block_of_any_width_gives_the_same_bits(width, panel, nodes, closes):
    """Alone, among a few, among many."""
    rows = rows_of(panel, 0.2)
    whole = evaluate_day(nodes, panel, rows, BASE, benchmark=closes)
    starts = range(0, N_SYMBOLS, width) if width > 7 else (0, 1, 4, 131, N_SYMBOLS - width)
    for start in starts:
        columns = slice(start, start + width)
        part = evaluate_day(nodes, panel.take(columns), rows[columns], BASE, benchmark=closes)
        for node in nodes:
            np.testing.assert_array_equal(part[node], whole[node][columns], err_msg=str(node))


def test_alone_or_with_other_expressions_the_bits_are_the_same(panel, nodes, closes):
    """What expressions share changes nothing."""
    rows = rows_of(panel, 0.1)
    together = evaluate_day(nodes, panel, rows, BASE, benchmark=closes)
    for node in nodes:
        alone = evaluate_day([node], panel, rows, BASE, benchmark=closes)
        np.testing.assert_array_equal(alone[node], together[node], err_msg=str(node))


def test_later_bars_change_nothing(panel, nodes, closes):
    """What comes after a row may be anything at all."""
    rows = rows_of(panel, 0.3, latest=60)
    spoiled = {name: getattr(panel, name).copy() for name in FIELDS}
    late = np.arange(N_BARS)[:, None] > rows
    for array in spoiled.values():
        array[late & np.isfinite(array)] = 1e9
    found = evaluate_day(nodes, packed_panel(spoiled), rows, BASE, benchmark=closes)
    wanted = evaluate_day(nodes, panel, rows, BASE, benchmark=closes)
    for node in nodes:
        np.testing.assert_array_equal(found[node], wanted[node], err_msg=str(node))


@pytest.mark.parametrize(("n_bars", "n_symbols"), [(0, 3), (0, 0), (1, 1), (5, 0)])
def test_panels_without_bars_or_symbols_work(n_bars, n_symbols, nodes):
    """Nothing in, nothing out."""
    small = packed_panel({name: np.full((n_bars, n_symbols), 5.0) for name in FIELDS})
    rows = small.length - 1
    closes = np.full(n_bars, 100.0)
    for values in evaluate_day(nodes, small, rows, BASE, benchmark=closes).values():
        assert values.shape == (n_symbols,)
    for values in evaluate_bars(nodes, small, BASE, benchmark=closes).values():
        assert values.shape == (n_bars, n_symbols)


@pytest.mark.parametrize(("bars", "columns"), [(1, 4), (7, 4), (60, 1), (1000, 9)])
def test_the_size_of_a_tile_changes_no_bit(bars, columns, panel, nodes, closes, monkeypatch):
    """Tiles of one bar and of all, of one symbol and of all; the last ones cut short."""
    few = panel.take(slice(0, 9))
    wanted = evaluate_bars(nodes, few, BASE, benchmark=closes)
    monkeypatch.setattr(bar_values, "_tile", lambda *_: (bars, columns))
    for node, found in evaluate_bars(nodes, few, BASE, benchmark=closes).items():
        np.testing.assert_array_equal(found, wanted[node], err_msg=str(node))


@pytest.mark.parametrize(
    ("text", "n_bars", "height", "width"),
    [
        ("close", 5_000, 192, 1_024),
        ("sma(close, 60)", 5_000, 240, 819),
        ("highest(high, 400)[100]", 5_000, 2_000, 98),
        ("highest(high, 400)", 1_000, 1_000, 196),
        ("sma(ema(close, 900), 20)", 300, 192, 1_024),
        ("close", 0, 1, 196_608),
        ("close", 10_000_000, 192, 1_024),
        ("sum(close, 2500)", 10_000_000, 10_000, 32),
    ],
)
def test_a_tile_is_high_beside_what_its_windows_look_back(text, n_bars, height, width):
    """And no higher than there are bars; what a recursion needs is computed once for all tiles."""
    program = Program(BASE.functions)
    needed = needs(program.steps, [program.add(read(text, BASE).node)])
    assert bar_values._tile(needed, n_bars) == (height, width)


def test_a_benchmark_of_each_symbols_own_bars_is_cut_with_them(panel, monkeypatch):
    """As in weekly bars: the closes lie as the fields do."""
    node = read("close / benchmark", BASE).node
    own = panel.close * 2.0
    monkeypatch.setattr(bar_values, "_tile", lambda *_: (40, 9))
    found = evaluate_bars([node], panel, BASE, benchmark=own)[node]
    np.testing.assert_array_equal(found[panel.session >= 0], 0.5)


def test_results_are_the_callers_own(panel):
    """Writing into one reaches neither the panel nor what was known."""
    known = {"sma_50": np.full(N_SYMBOLS, 7.0)}
    nodes = [read(text, BASE).node for text in ("close", "sma_50", "close[1]")]
    rows = rows_of(panel, 0.0)
    for values in evaluate_day(nodes, panel, rows, BASE, known=known).values():
        assert not np.shares_memory(values, panel.close)
        values[:] = -1.0
    assert (known["sma_50"] == 7.0).all()
    assert not np.shares_memory(evaluate_bars(nodes[:1], panel, BASE)[nodes[0]], panel.close)


def test_columns_of_the_scan_are_computed_unless_they_are_known(panel):
    """The catalog's values, or those that were handed in."""
    node = read("sma_10 > close * 2 or rsi_14 > 50", BASE).node
    rows = rows_of(panel, 0.1)
    columns = evaluate(panel, rows, ["sma_10", "rsi_14", "close"])
    above = columns["rsi_14"] > 50
    found = evaluate_day([node], panel, rows, BASE)[node]
    np.testing.assert_array_equal(found == 1.0, above)
    known = {"rsi_14": 100.0 - columns["rsi_14"]}
    turned = evaluate_day([node], panel, rows, BASE, known=known)[node]
    np.testing.assert_array_equal(turned == 1.0, columns["rsi_14"] < 50)


def test_a_benchmark_that_is_not_there_is_asked_for():
    """A rule that cannot run fails, and names the option."""
    small = packed_panel(random_bars(5, 2, seed=1))
    node = read("close > benchmark", BASE).node
    with pytest.raises(RuleUnavailableError, match="--benchmark"):
        evaluate_day([node], small, small.length - 1, BASE)


def test_a_column_nobody_has_values_of_is_refused():
    """Names of the day that are no columns of the catalog have to be handed in."""
    small = packed_panel(random_bars(5, 2, seed=1))
    vocabulary = BASE.extended({"score_trend": NameInfo("number", "day", "A score.")})
    node = read("score_trend > 5", vocabulary).node
    with pytest.raises(RuleUnavailableError, match="score_trend"):
        evaluate_day([node], small, small.length - 1, vocabulary)


def test_all_bars_are_refused_for_values_of_the_day(panel):
    """A weekly value is one of the scan's day."""
    with pytest.raises(ParameterError, match="at every bar"):
        evaluate_bars([read("weekly(close)", BASE).node], panel, BASE)


INFINITE = [
    "close ** 4",
    "close * close",
    "close + high",
    "1 / volume",
    "sum(close, 25)",
    "rvol(5)",
    "close / (close - close)",
    "0 - close ** 2",
    "log(close - close)",
    "pct_change(volume)",
    "(close * 0) ** -1",
    "ema(sum(close, 25), 2)",
    "round(close, 10)",
    "percent_of(close, 1 / close)",
]


@pytest.mark.parametrize("text", INFINITE)
def test_nothing_is_ever_infinite(text):
    """What overflows or divides by nothing is missing, at a day and among all bars."""
    bars = random_bars(30, 3, seed=2)
    bars |= {name: bars[name] / np.nanmax(bars[name], axis=0) * 1.7e308 for name in FIELDS[:4]}
    bars["volume"][5:12] = 0.0
    huge = packed_panel(bars)
    node = read(text, BASE).node
    found = evaluate_bars([node], huge, BASE)[node]
    assert np.isnan(found[6:, 0]).any()
    assert not np.isinf(found).any()
    for row in (6, 11, 29):
        day = evaluate_day([node], huge, np.minimum(row, huge.length - 1), BASE)[node]
        assert not np.isinf(day).any()
