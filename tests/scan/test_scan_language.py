"""Scans by conditions, columns and an order in the scan language, from config to ledger."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import talib

from support.made_up_market import CALENDAR, NOW, SESSIONS, SYMBOLS, assert_same, scan, until
from technic import FilterRules, ScanConfig, ScanResult, run_scan
from technic.cli.render.report import report_lines
from technic.engine.local import LocalRunner
from technic.engine.runner import Runner
from technic.engine.threads import ThreadsRunner
from technic.errors import (
    ExpressionError,
    InputFileError,
    ParameterError,
    RuleUnavailableError,
    UsageError,
)
from technic.export import write
from technic.panel import LongBars
from technic.scan.config_json import config_from_json, config_to_json
from technic.setups.setup import Setup, SetupCondition, SetupOption, SetupParameter
from technic.testing import FakeProvider, make_bars
from technic.universe import universe_of

WHERE = "close > sma(close, 50) and rsi(close, 14) < 60"
SECTORS = ["Energy", "Technology", None]


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Thirty ordinary symbols, 560 sessions up to 2024-03-08."""
    return make_bars(SYMBOLS, SESSIONS)


@pytest.fixture(scope="module")
def whole(bars: LongBars) -> ScanResult:
    """The scan without any condition."""
    return scan(bars)


def frames(result: ScanResult) -> dict[str, pd.DataFrame]:
    """Price frames of the symbols scored."""
    return {symbol: result.prices[symbol] for symbol in result.scored}


def with_sectors(bars: LongBars, config: ScanConfig) -> ScanResult:
    """Scan a market whose listings have sectors and market caps, some of them unknown."""
    facts = {
        "sector": [SECTORS[i % 3] for i in range(len(SYMBOLS))],
        "market_cap": [math.nan if i % 5 == 0 else 1e9 * i for i in range(len(SYMBOLS))],
    }
    provider = FakeProvider(bars, universe=universe_of(SYMBOLS, "made up", facts))
    return run_scan(config, provider=provider, now=NOW)


def test_a_condition_keeps_what_talib_says_it_should(bars: LongBars, whole: ScanResult):
    """Every symbol is where its own bars put it, by TA-Lib on the frames."""
    result = scan(bars, ScanConfig(where=WHERE))
    expected = set()
    for symbol, frame in frames(whole).items():
        close = frame["Close"].to_numpy()
        mean, strength = talib.SMA(close, 50)[-1], talib.RSI(close, 14)[-1]
        if close[-1] > mean and strength < 60:
            expected.add(symbol)
    assert 0 < len(expected) < len(SYMBOLS)
    assert set(result.table["symbol"]) == expected
    counts = result.ledger.counts
    assert counts["kept"] == len(expected)
    assert counts["filter.where"] == len(whole.table) - len(expected)
    assert sum(counts.values()) == result.universe.size


def test_the_ledger_names_the_first_part_that_fails_with_its_numbers(bars: LongBars):
    """False comes before unknown; numbers are those of the day."""
    result = scan(bars, ScanConfig(where="sma(close, 2000) > 1 and close < 0"))
    outcome, detail = result.ledger.of(SYMBOLS[0])
    close = result.prices[SYMBOLS[0]]["Close"].iloc[-1]
    assert outcome == "filter.where"
    assert detail == f"close < 0 is false (close {close:,.6g})"
    unknown = scan(bars, ScanConfig(where="sma(close, 2000) > 1"))
    text = "sma(close, 2000) > 1 is unknown (sma(close, 2000) missing)"
    assert unknown.ledger.of(SYMBOLS[0]) == ("filter.where", text)
    assert len(unknown.table) == 0
    assert unknown.summary()["conditions"] == [
        {
            "owner": "where",
            "name": "sma(close, 2000) > 1",
            "expression": "sma(close, 2000) > 1",
            "true": 0,
            "false": 0,
            "unknown": len(SYMBOLS),
        }
    ]


def test_filters_of_the_config_come_first(bars: LongBars):
    """A symbol has one entry: that of the first filter it fails."""
    config = ScanConfig(where="close < 0", filters=FilterRules(min_rating=101 - 1))
    assert set(scan(bars, config).ledger.counts) == {"filter.min_rating"}


@pytest.mark.parametrize(
    ("block_size", "runner"),
    [(1, ThreadsRunner(3)), (2, LocalRunner()), (7, ThreadsRunner(2)), (256, LocalRunner())],
)
def test_the_answer_is_the_same_in_all_blocks_orders_and_runners(block_size: int, runner: Runner):
    """Conditions, ranks, longer bars, votes, an order of its own: bit for bit."""
    symbols = SYMBOLS[:12]
    bars = make_bars(symbols, SESSIONS)
    config = ScanConfig(
        where="rank(roc(close, 63)) <= 8 and weekly(close > sma(close, 10)) or rs_rating > 60",
        columns=("mom = roc(close, 20)", "tv_rating", "tv_status", "pct = percentile(volume)"),
        sort="zscore(close / sma(close, 200)):asc",
    )
    expected = scan(bars, config)
    assert 0 < len(expected.table) < len(symbols)
    assert_same(expected, scan(bars, replace(config, block_size=block_size), runner=runner))
    provider = FakeProvider(bars, universe=universe_of(symbols[::-1], "turned round"))
    other = run_scan(replace(config, block_size=block_size), provider=provider, now=NOW)
    pd.testing.assert_frame_equal(expected.table, other.table, check_exact=True)


@pytest.mark.parametrize("day", ["2023-06-15", "2023-12-29"])
def test_a_past_day_knows_nothing_of_later_bars(bars: LongBars, day: str):
    """The scan as of a day, with later bars and without them."""
    config = ScanConfig(where="rsi(close, 14) > 45", columns=("tv_rating",), sort="roc(close, 5)")
    then = scan(until(bars, day), replace(config, as_of=day))
    assert 0 < len(then.table) < len(SYMBOLS)
    assert_same(then, scan(bars, replace(config, as_of=day)))


def test_ranks_are_over_the_symbols_that_passed_the_gate(bars: LongBars):
    """By hand: rank of the 63-bar change, whatever a filter keeps."""
    result = scan(bars, ScanConfig(columns=("place = rank(roc(close, 63))",)))
    moves = {s: f["Close"].iloc[-1] / f["Close"].iloc[-64] for s, f in frames(result).items()}
    expected = {s: 1 + sum(m > moves[s] for m in moves.values()) for s in moves}
    assert dict(zip(result.table["symbol"], result.table["place"], strict=True)) == expected
    assert result.summary()["rs_universe"] == len(SYMBOLS)
    assert "ranked_over" not in result.summary()  # its old name
    few = scan(bars, ScanConfig(columns=("place = rank(roc(close, 63))",), where="close > 100"))
    for symbol, place in zip(few.table["symbol"], few.table["place"], strict=True):
        assert place == expected[symbol]


def test_listings_can_be_asked_and_an_unknown_one_is_not_true(bars: LongBars):
    """Symbols without a sector or a market cap are unknown, not false, and not kept."""
    result = with_sectors(bars, ScanConfig(where='sector == "Energy" and market_cap > 5e9'))
    kept = {s for i, s in enumerate(SYMBOLS) if i % 3 == 0 and i % 5 and i > 5}
    assert set(result.table["symbol"]) == kept
    other = with_sectors(bars, ScanConfig(where='not sector == "Energy"'))
    assert set(other.table["symbol"]) == {s for i, s in enumerate(SYMBOLS) if i % 3 == 1}
    unknown = next(s for i, s in enumerate(SYMBOLS) if i % 3 == 2)
    assert other.ledger.of(unknown)[1] == 'not sector == "Energy" is unknown'


def test_what_is_not_there_is_said_before_anything_is_fetched(bars: LongBars):
    """Listings without the column, a benchmark that was not named, a word nobody knows."""
    with pytest.raises(RuleUnavailableError, match=r"'sector' needs a column .* not there"):
        scan(bars, ScanConfig(where='sector == "Energy"'))
    with pytest.raises(RuleUnavailableError, match=r"--benchmark"):
        scan(bars, ScanConfig(where="close / benchmark > 1"))
    with pytest.raises(RuleUnavailableError, match="rs_line"):
        scan(bars, ScanConfig(columns=("rs_line",)))
    with pytest.raises(ExpressionError, match="did you mean close"):
        scan(bars, ScanConfig(where="clse > 1"))
    with pytest.raises(ExpressionError, match="condition"):
        scan(bars, ScanConfig(where="close"))
    with pytest.raises(ParameterError, match="sort is 'tech_ratin'.*tech_rating"):
        scan(bars, ScanConfig(sort="tech_ratin"))
    with pytest.raises(ParameterError, match="columns is 'close'"):
        scan(bars, ScanConfig(columns=("close = open",)))
    with pytest.raises(ExpressionError, match="operator is missing"):
        scan(bars, ScanConfig(columns=("a b = open",)))
    with pytest.raises(ParameterError, match="one meaning for each name; columns has x = high"):
        scan(bars, ScanConfig(columns=("x = low", "x = high")))


def test_a_benchmark_is_read_on_the_sessions_of_each_symbol(bars: LongBars, tmp_path):
    """The ratio to a file of closes, by hand."""
    rng = np.random.default_rng(5)
    closes = 100 * np.cumprod(1 + rng.normal(0, 0.01, len(SESSIONS)))
    path = tmp_path / "index.csv"
    pd.DataFrame({"Date": SESSIONS.astype(str), "Close": closes}).to_csv(path, index=False)
    result = scan(bars, ScanConfig(benchmark=str(path), columns=("ratio = close / benchmark",)))
    for symbol, ratio in zip(result.table["symbol"], result.table["ratio"], strict=True):
        last = result.prices[symbol]["Close"].iloc[-1]
        assert ratio == pytest.approx(last / closes[-1], rel=1e-9)


def test_history_is_as_long_as_the_expressions_need():
    """Rounded up to whole years; a mean that has settled only where it was asked for."""
    bars = make_bars(SYMBOLS[:4], SESSIONS)

    def year(**asked: object) -> int:
        result = scan(bars, ScanConfig(bars=30, **asked))  # type: ignore[arg-type]
        return int(str(result.prices.panel.sessions[0])[:4])

    assert year() == 2024
    assert year(where="sma(close, 47) > 0") == 2024  # as many as 2024 has so far
    assert year(where="sma(close, 48) > 0") == 2023
    assert year(columns=("sma(close, 41)[7]",)) == 2023
    assert year(sort="sma(close, 48)") == 2023
    assert year(where="ema(close, 20) > 0") == 2024
    assert year(where="ema(close, 20) > 0", max_history=100) == 2023
    assert year(where="ema(close, 20) > 0", max_history=48) == 2023
    assert year(where="ema(close, 20) > 0", max_history=47) == 2024
    with pytest.raises(ParameterError, match=r"max_history is 100, .*at least 200, which"):
        year(where="ema(close, 200) > 0", max_history=100)
    with pytest.raises(ParameterError, match=r"max_history is 29, allowed: at least 30, "):
        year(where="close > 0", max_history=29)


def test_a_running_total_says_from_where_it_is_summed(bars: LongBars):
    """Obv and the A/D line are sums from the base window's start, whatever they are part of."""
    result = scan(bars, ScanConfig(columns=("obv", "flow = ad() / volume")))
    start = CALENDAR.anchor(np.datetime64("2024-03-08"), 300)
    said = [text for text in result.warnings if "is a sum from" in text]
    assert [text.partition(" ")[0] for text in said] == ["obv()", "ad()"]
    assert all(f"from {start} on" in text for text in said)
    frame = frames(result)[result.table["symbol"].iloc[0]]
    steps = np.sign(frame["Close"].diff().fillna(1.0)) * frame["Volume"]
    assert result.table["obv"].iloc[0] == pytest.approx(steps.sum(), rel=1e-12)


def test_what_has_not_settled_is_listed_and_used(bars: LongBars):
    """An EMA of 200 needs 1,122 bars; the votes of the Technical Rating likewise."""
    result = scan(bars, ScanConfig(where="ema(close, 200) > 0", columns=("tv_rating",)))
    listed = {one.expression: (one.bars_needed, one.bars) for one in result.not_settled}
    loaded = len(result.prices.panel.sessions)
    assert listed == {"ema(close, 200)": (1122, loaded), "tv_rating": (1122, loaded)}
    assert len(result.table) == len(SYMBOLS)
    settled = scan(bars, ScanConfig(where="ema(close, 20) > 0 and sma(close, 200) > 0"))
    assert settled.not_settled == ()


def test_bars_that_are_not_there_settle_nothing(bars: LongBars):
    """The window may reach back beyond the data: 560 bars are 560, however many were asked for."""
    result = scan(bars, ScanConfig(where="ema(close, 200) > 0", max_history=1122))
    assert len(result.prices.panel.sessions) >= 1122
    longest = max(len(frame) for frame in frames(result).values())
    assert [(one.expression, one.bars) for one in result.not_settled] == [
        ("ema(close, 200)", longest)
    ]


def test_a_column_is_named_as_it_is_written_and_says_what_was_computed(bars: LongBars):
    """Defaults are not in the heading; the result and the terminal write them out."""
    chosen = ("vcp_pivot()", "close  / open", "x = stoch_k(14)", "close")
    result = scan(bars, ScanConfig(columns=chosen, sort="close / open:desc"))
    assert result.chosen == ("vcp_pivot()", "close / open", "x", "close")
    computed = result.summary(1)["columns"]
    assert computed["x"] == "stoch_k(14, 3, 3)"
    assert computed["vcp_pivot()"].startswith("vcp_pivot(2, 6,")
    assert (computed["close / open"], computed["close"]) == ("close / open", "close")
    told = [str(line) for line in report_lines(result, None, 100)]
    assert "column x = stoch_k(14, 3, 3)" in told
    assert sum(line.startswith("column ") for line in told) == 2
    values = result.table["close / open"].tolist()
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("name", ["csv", "json", "md", "parquet", "xlsx"])
def test_a_column_that_is_asked_for_twice_is_there_once(bars: LongBars, tmp_path, name: str):
    """Two columns of one name are none that a file can have."""
    result = scan(bars, ScanConfig(columns=("close", "symbol", "close", "x = 1", "x = 1")))
    assert list(result.rows(1).columns) == ["symbol", "close", "x", "last_bar"]
    write(result, name, 2, tmp_path / f"rows.{name}")


def test_a_text_that_no_listing_has_is_a_warning(bars: LongBars):
    """A misspelt sector would look as if nothing qualified; one that is spelt well is quiet."""
    result = with_sectors(bars, ScanConfig(where='sector in ("Enrgy", "Technology")'))
    assert [text for text in result.warnings if "sector" in text] == [
        "no listing has the sector 'Enrgy' that a condition asks for; did you mean 'Energy'?"
    ]
    turned = with_sectors(bars, ScanConfig(where='close > 0 and not "Enrgy" == sector'))
    assert any("'Enrgy'" in text for text in turned.warnings)
    right = with_sectors(bars, ScanConfig(where='sector == "Energy" or symbol == "AK"'))
    assert not any("no listing" in text for text in right.warnings)


def test_chosen_columns_are_what_every_format_prints(bars: LongBars, tmp_path):
    """Symbol first, the columns as asked, the day of the last bar; conditions as yes and no."""
    config = ScanConfig(columns=("close", "up = close > open", "tv_status"), sort="symbol")
    result = scan(bars, config)
    wanted = ["symbol", "close", "up", "tv_status", "last_bar"]
    frame = result.prices[SYMBOLS[0]].iloc[-1]
    assert list(result.rows(3).columns) == wanted
    row = json.loads(json.dumps(result.summary(1)["rows"]))[0]
    assert row["up"] is bool(frame["Close"] > frame["Open"])
    for name in ("csv", "parquet", "xlsx", "md", "json"):
        write(result, name, 2, tmp_path / f"rows.{name}")
    assert list(pd.read_parquet(tmp_path / "rows.parquet").columns) == wanted
    of_all = ("data_simulated", "as_of", "data_to")
    marked = [name for name in pd.read_csv(tmp_path / "rows.csv") if name not in of_all]
    assert marked == wanted
    sheet = pd.read_excel(tmp_path / "rows.xlsx", header=2)
    assert list(sheet.columns) == wanted
    assert (
        "| # | symbol | price $ | up | tv_status | last bar |" in (tmp_path / "rows.md").read_text()
    )
    # the table itself keeps every column
    assert {"tech_rating", "entry", *wanted} <= set(result.table.columns)


@pytest.mark.parametrize(("where", "kept"), [("1 < 2", 30), ("2 < 1", 0)])
def test_a_condition_about_nothing_is_the_same_for_everybody(bars: LongBars, where: str, kept: int):
    """Constants alone: true or false of each symbol."""
    assert len(scan(bars, ScanConfig(where=where, columns=("seven = 7",))).table) == kept


def test_rows_are_in_the_order_of_an_expression(bars: LongBars):
    """Largest first unless asked otherwise; ties by symbol."""
    result = scan(bars, ScanConfig(sort="roc(close, 20)"))
    moves = [
        result.prices[s]["Close"].iloc[-1] / result.prices[s]["Close"].iloc[-21]
        for s in result.table["symbol"]
    ]
    assert moves == sorted(moves, reverse=True)
    tied = scan(bars, ScanConfig(sort="where(close > 0, 1, 2):asc"))
    assert list(tied.table["symbol"]) == sorted(SYMBOLS)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"where": ""}, "the expression is empty"),
        ({"max_history": 2000}, "max_history is 2000, allowed: nothing where no expression"),
        ({"sort": "5"}, "sort is '5', allowed: a value that differs"),
    ],
)
def test_what_says_nothing_is_refused(bars: LongBars, given: dict[str, object], message: str):
    """A filter that is left out in silence would keep everybody."""
    with pytest.raises(UsageError, match=message):
        scan(bars, ScanConfig(**given))  # type: ignore[arg-type]


def test_a_rank_without_a_group_is_shown_as_it_was_written(bars: LongBars):
    """``rank(x)``; what is shown can be read again."""
    result = scan(bars, ScanConfig(where="rank(roc(close, 20)) <= 3"))
    assert [one.text for one in result.conditions] == ["rank(roc(close, 20)) <= 3"]
    assert len(result.table) == 3


def strong(**changes: object) -> Setup:
    """A small setup: above a mean, with a parameter, an order and a column."""
    given: dict[str, object] = {
        "name": "strong",
        "title": "Strong",
        "meaning": "Above its mean.",
        "source": "here",
        "parameters": (SetupParameter(name="days", value=50, meaning="of the mean", least=2),),
        "conditions": (
            SetupCondition(name="above", where="close > sma(close, days)"),
            SetupCondition(name="moving", where="roc(close, 20) > 0"),
        ),
        "rank_by": "roc(close, days)",
        "columns": ("gap = 100 * (close / sma(close, days) - 1)",),
    }
    return Setup(**(given | changes))  # type: ignore[arg-type]


def test_a_setup_filters_ranks_and_adds_its_columns(bars: LongBars):
    """As the same scan written out by hand."""
    result = scan(bars, ScanConfig(setups=(strong(),)))
    by_hand = scan(
        bars,
        ScanConfig(
            where="close > sma(close, 50) and roc(close, 20) > 0",
            sort="roc(close, 50)",
            columns=("gap = 100 * (close / sma(close, 50) - 1)",),
        ),
    )
    pd.testing.assert_frame_equal(result.table, by_hand.table, check_exact=True)
    assert 0 < len(result.table) < len(SYMBOLS)
    assert result.met("strong") == tuple(result.table["symbol"])
    assert result.ledger.counts["filter.setup"] == len(SYMBOLS) - len(result.table)
    assert result.summary()["setups"] == {"strong": list(result.table["symbol"])}
    assert {one.name for one in result.conditions} == {"above", "moving"}
    refused = next(s for s in SYMBOLS if s not in set(result.table["symbol"]))
    assert result.ledger.of(refused)[1].startswith(("above: close > sma(close, 50) is", "moving: "))


def test_several_setups_run_in_one_pass(bars: LongBars):
    """A symbol stays that meets one of them; the table says which."""
    weak = strong(
        name="weak",
        conditions=(SetupCondition(name="below", where="close < sma(close, days)"),),
        columns=(),
        rank_by=None,
    )
    both = scan(bars, ScanConfig(setups=(strong(), weak)))
    alone = {one.name: scan(bars, ScanConfig(setups=(one,))) for one in (strong(), weak)}
    for name, result in alone.items():
        assert set(both.met(name)) == set(result.table["symbol"]) != set()
        said = both.table.set_index("symbol")["setups"]
        assert {s for s in said.index if name in said[s]} == set(result.table["symbol"])
    assert both.config.sort == "tech_rating:desc"


def test_a_setup_sets_rules_that_the_user_left_alone(bars: LongBars):
    """Universe, pre-screen and plan; the user's own values win; two that differ are refused."""
    rules = (SetupOption(name="min_market_cap", values=("5e9",)),)
    plan = (SetupOption(name="target_r", values=("3",)),)
    config = ScanConfig(setups=(strong(prescreen=rules, plan=plan),))
    assert config.prescreen.min_market_cap == 5e9
    assert config.plan.target_r == 3.0
    own = ScanConfig(setups=(strong(plan=plan),), plan=replace(config.plan, target_r=4.0))
    assert own.plan.target_r == 4.0
    both = scan(bars, ScanConfig(setups=(strong(plan=plan), strong(name="other"))))
    assert "the trade plan of setup strong holds for other too, in one pass" in both.warnings
    risky = (SetupOption(name="risk_pct", values=("500",)),)
    with pytest.raises(InputFileError, match=r"^mine.toml: plan.risk_pct is 500"):
        ScanConfig(setups=(strong(path="mine.toml", plan=risky),))
    with pytest.raises(ParameterError, match="differ in plan"):
        ScanConfig(setups=(strong(plan=plan), strong(name="other", plan=rules)))
    with pytest.raises(ParameterError, match="target is"):
        ScanConfig(setups=(strong(plan=(SetupOption(name="target", values=("3",)),)),))
    assert scan(bars, ScanConfig(setups=(strong(symbols=("AK", "AL")),))).universe.size == 2


def test_a_parameter_can_be_set_within_its_range():
    """Another value is another scan; what is out of range or unknown is refused."""
    assert strong().with_parameters({"days": 20}).values == {"days": 20.0}
    with pytest.raises(ParameterError, match="days is 1"):
        strong().with_parameters({"days": 1})
    with pytest.raises(ParameterError, match="parameter is 'dayz', allowed: days"):
        strong().with_parameters({"dayz": 20})


def test_a_setup_that_cannot_be_read_says_which_condition():
    """The sentence names setup and condition, and points into its text."""
    bad = strong(conditions=(SetupCondition(name="above", where="close > smaa(close, days)"),))
    with pytest.raises(ExpressionError, match=r"setup strong, conditions.above: .*smaa") as caught:
        scan(make_bars(SYMBOLS[:2], SESSIONS), ScanConfig(setups=(bad,)))
    assert "^" in caught.value.pointer()


def test_a_config_with_setups_survives_its_way_through_json():
    """What is saved with a result is read back equal."""
    config = ScanConfig(setups=(strong(),), where="close > 1", columns=("x = close / open",))
    text = json.dumps(config_to_json(config))
    assert config_from_json(json.loads(text), "scan.json") == config


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"where": 5}, "where is 5"),
        ({"setups": ("vcp",)}, "load_setups"),
        ({"columns": "close"}, "columns is 'close'"),
        ({"max_history": 0}, "max_history is 0"),
        ({"setups": (strong(), strong())}, "each setup once"),
    ],
)
def test_bad_values_are_refused_by_the_config(given: dict[str, object], message: str):
    """Before anything is parsed."""
    with pytest.raises(ParameterError, match=message):
        ScanConfig(**given)  # type: ignore[arg-type]
