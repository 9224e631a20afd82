"""run_scan on made-up markets: the ledger adds up, the past stays, blocks do not matter."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.made_up_market import NOW, SESSIONS, SYMBOLS, assert_same, scan, until
from technic import FilterRules, ScanConfig, run_scan
from technic.data_engine.interfaces.records import Failure
from technic.errors import NothingToScanError, ParameterError
from technic.panel import BarPanel, LongBars
from technic.scan import block_rows as scan_block
from technic.scan.column_names import TABLE_COLUMNS
from technic.scan.context import open_context
from technic.scanner_core import _process_symbol, _scan_symbol
from technic.scoring import BENCHMARK_COLUMNS
from technic.settings import load_settings
from technic.setups import load_setups
from technic.testing import FakeProvider, make_bars
from technic.universe import universe_of
from technic.universe.listings import LISTING_COLUMNS


@pytest.fixture(scope="module")
def bars() -> LongBars:
    """Thirty ordinary symbols, 560 sessions up to 2024-03-08."""
    return make_bars(SYMBOLS, SESSIONS)


def test_a_healthy_market_is_ranked_with_nobody_missing(bars: LongBars):
    """Thirty good symbols give thirty rows, best rating first, each with a rating."""
    result = scan(bars)
    assert result.ledger.counts == {"kept": 30}
    ratings = result.table["tech_rating"].tolist()
    assert ratings == sorted(ratings, reverse=True)
    assert not result.table["tech_rating"].isna().any()
    assert result.as_of == "2024-03-08"
    assert result.data.simulated


@pytest.mark.parametrize("day", ["2023-06-30", "2023-12-29", "2024-01-02", "2024-03-07"])
def test_a_past_day_reads_the_same_alone_and_inside_a_longer_history(bars: LongBars, day: str):
    """Bars after the day, and bars before the anchor, change nothing."""
    live = scan(until(bars, day))
    replayed = scan(bars, ScanConfig(as_of=day))
    assert replayed.as_of == live.as_of == day
    assert_same(live, replayed)


@pytest.mark.parametrize("block_size", [1, 2, 7, 256])
def test_block_size_changes_nothing(bars: LongBars, block_size: int):
    """Scanning one by one or all together gives the same table."""
    assert_same(scan(bars), scan(bars, ScanConfig(block_size=block_size)))


def test_the_order_of_the_universe_changes_nothing_but_the_ledgers_order(bars: LongBars):
    """The table is sorted by rating, ties by symbol, whatever the order of the symbols."""
    forward = scan(bars, ScanConfig(symbols=tuple(SYMBOLS)))
    backward = scan(bars, ScanConfig(symbols=tuple(reversed(SYMBOLS))))
    pd.testing.assert_frame_equal(forward.table, backward.table, check_exact=True)
    assert backward.ledger.symbols == tuple(reversed(SYMBOLS))


def test_a_symbol_alone_has_the_numbers_it_has_in_the_market(bars: LongBars):
    """Everything but what compares symbols is a symbol's own."""
    market = scan(bars).table.set_index("symbol")
    alone = scan(bars, ScanConfig(symbols=("CM",))).table.set_index("symbol")
    shared = {"rs_rating", "tech_rating", "signal", "score_relative_strength"}
    plan = {"entry", "stop", "target", "reward_risk", "shares", "plan_note", "has_plan"}
    own = [name for name in market.columns if name not in shared | plan]
    pd.testing.assert_series_equal(market.loc["CM", own], alone.loc["CM", own], check_exact=True)


failing = st.dictionaries(
    st.sampled_from(SYMBOLS), st.sampled_from(["fetch", "short", "stale", "cheap"]), max_size=30
)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(fates=failing, min_rating=st.sampled_from([None, 30.0, 60.0, 100.0]))
def test_every_symbol_has_one_outcome_and_the_counts_add_up(
    bars: LongBars, fates: dict[str, str], min_rating: float | None
):
    """Whatever goes wrong for whichever symbols, nobody is lost and nobody is counted twice."""
    keep = np.ones(len(bars), dtype=bool)
    price = np.ones(len(bars))
    for symbol, fate in fates.items():
        own = bars.column == SYMBOLS.index(symbol)
        if fate == "short":
            keep &= ~(own & (bars.session < SESSIONS[-10]))
        if fate == "stale":
            keep &= ~(own & (bars.session > SESSIONS[-10]))
        if fate == "cheap":
            price[own] = 0.001
    broken = replace(
        bars, **{n: getattr(bars, n) * price for n in ("open", "high", "low", "close")}
    ).rows(keep)
    failures = {s: Failure("timeout", "no answer") for s, f in fates.items() if f == "fetch"}
    config = ScanConfig(filters=FilterRules(min_rating=min_rating))
    try:
        result = run_scan(config, provider=FakeProvider(broken, failures=failures), now=NOW)
    except NothingToScanError:
        assert len(failures) == len(SYMBOLS)
        return
    assert sum(result.ledger.counts.values()) == result.universe.size == len(SYMBOLS)
    assert result.ledger.counts.get("kept", 0) == len(result.table)
    expected = {"fetch": "fetch.timeout", "short": "gate.few_bars", "stale": "gate.stale"}
    for symbol, fate in fates.items():
        outcome = result.ledger.of(symbol)[0]
        assert outcome == expected.get(fate, outcome)
        assert outcome.startswith(("fetch.", "gate."))


def test_nothing_qualifies_is_an_empty_table_with_reasons(bars: LongBars):
    """A filter that nobody passes pads nothing; the ledger says why."""
    result = scan(bars, ScanConfig(filters=FilterRules(min_price=1e6)))
    assert result.table.empty
    assert result.ledger.counts == {"filter.min_price": 30}
    assert "tech_rating" in result.table.columns


def test_an_outage_is_an_error_not_an_empty_table(bars: LongBars):
    """When no symbol could be fetched the scan fails and says what happened."""
    failures = {symbol: Failure("timeout", "no answer in 10 s") for symbol in SYMBOLS}
    with pytest.raises(NothingToScanError, match=r"fetch.timeout 30.*no answer in 10 s"):
        run_scan(provider=FakeProvider(bars, failures=failures), now=NOW)


def test_a_batch_that_missed_many_is_said(bars: LongBars):
    """Below 95 % with bars a sentence gives both counts."""
    failures = {symbol: Failure("timeout", "no answer") for symbol in SYMBOLS[:2]}
    (warning,) = run_scan(provider=FakeProvider(bars, failures=failures), now=NOW).warnings
    assert "only 28 of 30 symbols asked for have bars (93.3 %)" in warning
    one = {"AK": failures["AK"]}
    assert run_scan(provider=FakeProvider(bars, failures=one), now=NOW).warnings == ()


def test_what_the_prescreen_could_not_check_is_in_the_stats(bars: LongBars):
    """Bare symbols have no company and no type: the rules that need one are off, and listed."""
    assert {"fund", "note"} <= scan(bars).stats.prescreen_off.keys()
    assert "sector" not in scan(bars).stats.prescreen_off


def test_rows_that_are_equal_stand_in_the_order_of_their_symbols(bars: LongBars):
    """Sorting by a column of few values, either way."""
    for sort, ascending in (("signal", True), ("bars", False)):
        backward = ScanConfig(sort=sort, symbols=tuple(reversed(SYMBOLS)))
        table = scan(bars, backward).table
        expected = table.sort_values([sort, "symbol"], ascending=[ascending, True])
        assert table["symbol"].tolist() == expected["symbol"].tolist()


def test_a_symbol_without_a_value_fails_the_filter_on_it(bars: LongBars):
    """A listing too young for a relative-strength rating does not slip through."""
    young = bars.rows((bars.column != 0) | (bars.session >= SESSIONS[-100]))
    result = scan(young, ScanConfig(filters=FilterRules(min_rs_rating=1)))
    assert result.ledger.of("AK") == (
        "filter.min_rs_rating",
        "rs_rating missing, min_rs_rating 1",
    )
    assert result.ledger.counts == {"kept": 29, "filter.min_rs_rating": 1}


@pytest.mark.parametrize(
    ("as_of", "message"),
    [
        ("soon", "YYYY-MM-DD"),
        ("2024-03-09", "trading session.*2024-03-08"),
        ("2024-03-11", "at most 2024-03-08"),
    ],
)
def test_a_bad_day_is_an_error(bars: LongBars, as_of: str, message: str):
    """An unparsable date, a Saturday and a day after the data never mean today."""
    with pytest.raises(ParameterError, match=message):
        scan(bars, ScanConfig(as_of=as_of))


def test_old_data_is_said_in_one_sentence(bars: LongBars):
    """A default day that is not the last completed session is a warning with both days."""
    (warning,) = run_scan(
        provider=FakeProvider(bars), now=dt.datetime(2024, 3, 14, 12, tzinfo=dt.UTC)
    ).warnings
    assert "2024-03-08" in warning
    assert "2024-03-13" in warning
    assert scan(bars).warnings == ()


def test_a_poisoned_symbol_is_an_entry_with_its_text(
    bars: LongBars, monkeypatch: pytest.MonkeyPatch
):
    """One symbol whose scoring raises is recorded; every other row stays as it was."""
    clean = scan(bars)
    evaluate = scan_block.evaluate

    def poisoned(panel, rows, *args):
        if "BN" in panel.symbols:
            raise ZeroDivisionError("poison in the well")
        return evaluate(panel, rows, *args)

    monkeypatch.setattr(scan_block, "evaluate", poisoned)
    result = scan(bars)
    assert result.ledger.of("BN") == ("error.ZeroDivisionError", "poison in the well")
    assert result.ledger.counts["kept"] == 29
    own = ["symbol", "close", "rsi_14", "score_trend"]
    expected = clean.table.loc[clean.table["symbol"] != "BN", own].sort_values("symbol")
    pd.testing.assert_frame_equal(
        result.table[own].sort_values("symbol").reset_index(drop=True),
        expected.reset_index(drop=True),
        check_exact=True,
    )


def test_explanations_add_up_to_the_rating(bars: LongBars):
    """Every contribution is shown and their sum is the rating in the table."""
    result = scan(bars)
    for symbol, rating in zip(result.table["symbol"], result.table["tech_rating"], strict=True):
        explanation = result.explain(symbol)
        assert explanation.tech_rating == rating
        total = sum(part.contribution for part in explanation.contributions)
        assert total == pytest.approx(rating, abs=1e-9)


def test_explaining_a_symbol_that_was_not_scored_says_why(bars: LongBars):
    """The ledger's entry is the explanation."""
    result = scan(bars, ScanConfig(symbols=("AK", "NOPE")))
    with pytest.raises(ParameterError, match="NOPE.*fetch.no_data"):
        result.explain("NOPE")
    with pytest.raises(ParameterError, match="one of the 2 symbols"):
        result.explain("ZZZ")


def test_a_notebook_shows_the_best_rows_with_what_they_rest_on(bars: LongBars):
    """Headline with SIMULATED, regime, warnings, main columns, ledger; text of files is escaped."""
    listings = universe_of(SYMBOLS, "made-up", {"company": [f"<b>{s}</b> & Co." for s in SYMBOLS]})
    later = dt.datetime(2024, 3, 14, 12, tzinfo=dt.UTC)
    html = run_scan(provider=FakeProvider(bars, universe=listings), now=later)._repr_html_()
    assert "as of 2024-03-08 · 30 of 30 symbols kept" in html
    for text in ("SIMULATED", "market trend", "the data ends 2024-03-08", "kept 30", "and 5 more"):
        assert text in html
    assert html.count("<tr") == 26
    assert html.count("<th>") == 13
    assert "&lt;b&gt;AK&lt;/b&gt; &amp; Co." in html
    assert "<b>AK" not in html


def test_a_saved_result_holds_table_ledger_and_config(bars: LongBars, tmp_path):
    """What is written can be read back to the same table and the same counts."""
    result = scan(bars)
    folder = result.save(tmp_path / "out")
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "table.parquet"), result.table)
    assert len(pd.read_parquet(folder / "ledger.parquet")) == 30
    document = json.loads((folder / "scan.json").read_text())
    assert document["ledger"] == {"kept": 30}
    assert document["config"]["bars"] == 300


def test_the_scan_of_one_symbol_is_its_row_in_the_scan_of_the_market(bars: LongBars):
    """With where, columns, setups and a benchmark: all that compares no symbols is the same."""
    config = ScanConfig(
        benchmark="EP",
        where="close > 0 and rsi(close, 14) > 1",
        columns=("gap = open / close[1] - 1", "tv_rating"),
        setups=load_setups("trend_template"),
    )
    market = scan(bars, config)
    at = market.scored.index("DL")
    context = open_context(config, load_settings(os.environ, Path.cwd()), NOW, FakeProvider(bars))
    rows = _scan_symbol("DL", config, context=context)
    (processed,) = _process_symbol("DL", config, context=context).rows
    compared = {"rs_score", "rs_rating", "tech_rating", "rating_coverage"}
    alone = set(market.columns) - compared - {"score_relative_strength"}
    assert alone <= set(rows.columns)
    assert {*BENCHMARK_COLUMNS, "tv_rating", "score_trend", "rsi_14"} <= alone
    for name in alone:
        assert rows.columns[name][0].tobytes() == market.columns[name][at].tobytes(), name
        assert processed.columns[name][0].tobytes() == rows.columns[name][0].tobytes(), name
    shown = {text: values[at] for one in market.conditions for text, values in one.shown.items()}
    assert rows.columns["rsi(close, 14)"][0] == shown["rsi(close, 14)"]
    opens, closes = (market.prices["DL"][name] for name in ("Open", "Close"))
    gap = rows.columns["open / close[1] - 1"][0]
    assert gap == pytest.approx(opens.iloc[-1] / closes.iloc[-2] - 1, rel=1e-12)


def test_a_symbol_is_scanned_from_a_price_cache_without_a_request(bars: LongBars):
    """Nothing but a symbol, a config and the frames need be given."""
    panel = BarPanel.from_long(bars, SESSIONS)
    frames = {symbol: panel.frame(symbol) for symbol in SYMBOLS[:3]}
    rows = _scan_symbol(SYMBOLS[1], ScanConfig(columns=("sma(close, 7)",)), frames)
    assert rows.symbols == (SYMBOLS[1],)
    assert rows.columns["sma(close, 7)"][0] == pytest.approx(
        frames[SYMBOLS[1]]["Close"].iloc[-7:].mean(), rel=1e-12
    )


def test_what_one_symbol_raises_becomes_its_entry(bars: LongBars, monkeypatch: pytest.MonkeyPatch):
    """_process_symbol is the boundary; _scan_symbol lets through what was raised."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("poison")

    context = open_context(ScanConfig(), load_settings({}, Path.cwd()), NOW, FakeProvider(bars))
    monkeypatch.setattr(scan_block, "gate", broken)
    (entry,) = _process_symbol("DL", ScanConfig(), context=context).poisoned
    assert (entry.symbol, entry.error, entry.detail) == ("DL", "ZeroDivisionError", "poison")
    with pytest.raises(ZeroDivisionError, match="poison"):
        _scan_symbol("DL", ScanConfig(), context=context)


def test_a_column_nobody_has_is_refused_before_anything_is_fetched(bars: LongBars):
    """The message names the nearest columns; what the check knows is what the table has."""
    provider = FakeProvider(bars)
    with pytest.raises(ParameterError, match=r"sort is 'rsi14'.*rsi_14"):
        run_scan(ScanConfig(sort="rsi14"), provider=provider, now=NOW)
    assert provider.asked == []
    table = scan(bars).table
    assert set(table.columns) <= set(TABLE_COLUMNS)
    assert set(TABLE_COLUMNS) - set(table.columns) <= set(LISTING_COLUMNS)
