"""Special dividends count in relative strength: by hand, by brute force, whoever reads the bars."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.made_up_market import NOW, SESSIONS, SYMBOLS, assert_same
from support.stored_market import (
    ASKED,
    IN_BLOCKS,
    Listing,
    fill,
    raw_bars,
    scan_stored,
    splits,
    stored,
)
from technic import ScanConfig, run_scan
from technic.data_engine import get_price_history_batch
from technic.data_engine.adjust import restated_dividends, total_return_adjust
from technic.data_engine.interfaces.records import Dividends, Splits
from technic.data_engine.store import BarStore
from technic.engine.threads import ThreadsRunner
from technic.panel import BarPanel, LongBars
from technic.scan.special_dividends import by_symbol, strength_columns
from technic.scoring.relative_strength import RS_WEIGHTS
from technic.settings import Settings

PAID = [
    ("AK", "2023-11-15", 0.40),  # a special dividend
    ("AK", "2023-05-10", 0.30),  # another
    ("AO", "2024-01-10", 0.049),  # not quite
    ("BN", "2023-12-01", 0.25),  # before its split of 2024-01-16
    ("BN", "2023-12-01", 0.01),  # the regular one, paid on the same day
    ("CL", "2024-03-07", 1.2),  # more than the share was worth: a wrong row
    ("DK", "2022-03-01", 0.5),  # before any return begins
    ("EP", "2024-03-11", 0.5),  # after the last session
]
"""Symbol, ex-date, share of the close before that was paid."""


def day(text):
    """A date as numpy has it."""
    return np.datetime64(text, "D")


def dividends(bars: LongBars) -> Dividends:
    """``PAID`` in dollars of the day."""
    amounts = []
    for symbol, ex, part in PAID:
        own = (bars.column == bars.symbols.index(symbol)) & (bars.session < day(ex))
        amounts.append(part * bars.close[own][np.argmax(bars.session[own])])
    names = np.array([symbol for symbol, _, _ in PAID], dtype=object)
    days = np.array([ex for _, ex, _ in PAID], dtype="datetime64[D]")
    return Dividends(names, days, np.array(amounts))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the made-up market that knows of no dividend, to be copied."""
    with pytest.MonkeyPatch.context() as patch:
        return fill(tmp_path_factory.mktemp("plain") / "store", patch)


@pytest.fixture
def other(plain: Path, tmp_path: Path) -> Path:
    """A copy that a test may write to."""
    return Path(shutil.copytree(plain, tmp_path / "store"))


@pytest.fixture(scope="module")
def folder(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the made-up market that knows what was paid."""
    folder = Path(shutil.copytree(plain, tmp_path_factory.mktemp("paying") / "store"))
    paid = dividends(raw_bars())
    BarStore.open(str(folder)).write_dividends(paid, day("2022-01-01"), day("2024-03-31"), ASKED)
    return folder


def strength(panel: BarPanel, paid: Dividends) -> dict[str, np.ndarray]:
    """Both columns at the last bars of a panel, from the plain returns of its closes."""
    rows = panel.length - 1
    close = {h: panel.close[rows - h, np.arange(panel.n_symbols)] for h in (0, *RS_WEIGHTS)}
    returns = {f"return_{h}_pct": (close[0] / close[h] - 1.0) * 100.0 for h in RS_WEIGHTS}
    return strength_columns(panel, rows, returns, by_symbol(paid))


def test_a_special_dividend_worked_by_hand():
    """10.00 for 200 bars, 4.00 paid, 6.00 since: nobody lost anything, and the score is 0."""
    close = np.where(np.arange(300) < 200, 10.0, 6.0)
    zeros = np.zeros(300, np.int32)
    bars = LongBars(("MBI",), zeros, SESSIONS[:300], close, close, close, close, close)
    panel = BarPanel.from_long(bars, SESSIONS[:300])
    paid = Dividends(np.array(["MBI"], object), SESSIONS[200:201], np.array([4.0]))
    known, unknown = strength(panel, paid), strength(panel, Dividends.none())
    assert known["rs_score"] == pytest.approx(0.0)
    assert known["special_dividends_pct"] == pytest.approx(40.0)
    # 63 bars ago the price was 6 already; 126, 189 and 252 bars ago it was 10
    assert unknown["rs_score"] == pytest.approx(3 * 0.2 * -40.0)
    assert unknown["special_dividends_pct"] == 0.0


@pytest.mark.parametrize(
    ("ago", "counted"),
    [
        (-1, ()),
        (0, tuple(RS_WEIGHTS)),
        (62, tuple(RS_WEIGHTS)),
        (63, (126, 189, 252)),
        (251, (252,)),
    ],
)
def test_a_return_counts_what_was_paid_after_the_bar_it_starts_from(ago: int, counted):
    """The ex-date's own close has fallen already; an ex-date after the last bar is to come."""
    close = np.full(300, 10.0)
    bars = LongBars(("A",), np.zeros(300, np.int32), SESSIONS[:300], *[close] * 5)
    paid = Dividends(np.array(["A"], object), SESSIONS[299 - ago : 300 - ago], np.array([2.0]))
    found = strength(BarPanel.from_long(bars, SESSIONS[:300]), paid)
    assert found["rs_score"] == pytest.approx(sum(RS_WEIGHTS[h] for h in counted) * 25.0)
    assert found["special_dividends_pct"] == pytest.approx(20.0 if counted else 0.0)


def test_scores_are_those_of_total_return_prices(folder: Path):
    """Brute force: put the special dividends back into every price, then take plain returns."""
    bars = raw_bars()
    whole = dividends(bars)
    special = np.isin(whole.symbol.astype(str), ["AK", "BN", "DK"])
    some = Dividends(whole.symbol[special], whole.session[special], whole.amount[special])
    adjusted = total_return_adjust(bars, splits(), some, SESSIONS[-1])
    result = scan_stored(folder)
    scores = result.table.set_index("symbol")["rs_score"].dropna()
    assert len(scores) > 20
    for symbol, score in scores.items():
        own = adjusted.column == SYMBOLS.index(symbol)
        close = adjusted.close[own][np.argsort(adjusted.session[own])]
        plain = sum(w * (close[-1] / close[-1 - h] - 1.0) * 100.0 for h, w in RS_WEIGHTS.items())
        assert score == pytest.approx(plain, rel=1e-9, abs=1e-9), symbol
    paid = result.table.set_index("symbol")["special_dividends_pct"]
    assert paid[paid > 0].to_dict() == pytest.approx({"AK": 70.0, "BN": 26.0})
    assert [text for text in result.warnings if "special dividends" in text] == [
        "relative strength counts special dividends (5 % of the price or more) of 2 symbols, "
        "listed in special_dividends_pct; no other value does"
    ]


def test_all_but_relative_strength_is_price_alone(folder: Path, other: Path):
    """Returns, averages and sub-scores are those of a store that knows of no dividend."""
    paying = scan_stored(folder)
    plain = scan_stored(other)
    assert paying.scored == plain.scored
    moved = {
        name
        for name in plain.columns
        if plain.columns[name].tobytes() != paying.columns[name].tobytes()
    }
    assert {"rs_score", "rs_rating", "special_dividends_pct"} <= moved
    of_rating = {"tech_rating", "score_relative_strength"}
    assert moved <= {"rs_score", "rs_rating", "special_dividends_pct"} | of_rating
    assert not plain.columns["special_dividends_pct"].any()


@pytest.mark.parametrize("as_of", ["2023-11-15", "2024-01-16"])
def test_runners_and_blocks_from_the_store_agree(folder: Path, as_of):
    """Bit for bit, on the days around the ex-dates and the split."""
    config = ScanConfig(as_of=as_of, block_size=16)
    whole = scan_stored(folder, config)
    streamed = scan_stored(folder, config, IN_BLOCKS)
    assert (whole.stats.streamed, streamed.stats.streamed) == (False, True)
    for other in (streamed, scan_stored(folder, config, runner=ThreadsRunner(3))):
        assert_same(whole, other)
        assert whole.warnings == other.warnings


@pytest.mark.parametrize("as_of", ["2023-11-14", "2023-11-15", "2023-12-01"])
def test_a_past_day_knows_only_what_was_paid_by_then(folder: Path, other: Path, as_of):
    """The same scan of a store that was never told of a later ex-date."""
    paid = dividends(raw_bars())
    past = paid.session <= day(as_of)
    some = Dividends(paid.symbol[past], paid.session[past], paid.amount[past])
    BarStore.open(str(other)).write_dividends(some, day("2022-01-01"), day("2024-03-31"), ASKED)
    config = ScanConfig(as_of=as_of)
    left, right = scan_stored(folder, config), scan_stored(other, config)
    assert_same(left, right)
    counted = left.table.set_index("symbol")["special_dividends_pct"]
    assert counted["AK"] == pytest.approx(70.0 if as_of >= "2023-11-15" else 30.0)
    assert (counted["BN"] > 0) == (as_of >= "2023-12-01")


def test_a_price_cache_knows_what_its_store_knows(folder: Path, tmp_path):
    """The batch brings the dividends along; total-return prices need none."""
    options = {
        "provider": Listing(stored(folder).syncer),
        "settings": Settings(home=tmp_path),
        "now": NOW,
    }
    cache = get_price_history_batch(SYMBOLS, len(SESSIONS), **options)
    config = ScanConfig(symbols=tuple(SYMBOLS))
    cached = run_scan(config, price_cache=cache, **options)
    direct = run_scan(config, price_cache=None, **options)
    assert cached.stats.batch.requests == 0
    assert_same(cached, direct)
    assert (cached.table["special_dividends_pct"] > 0).sum() == 2
    half = get_price_history_batch(SYMBOLS[:15], len(SESSIONS), **options)
    assert_same(run_scan(config, price_cache=half, **options), direct)
    whole = get_price_history_batch(["AK"], len(SESSIONS), adjust="total_return", **options)
    assert len(whole.dividends.symbol) == 0


def test_amounts_are_restated_by_later_splits_and_added_up_by_day():
    """2.00 and 0.50 before a 4:1 split are 0.625; after it, or of another symbol, as they are."""
    names = np.array(["B", "A", "A", "A"], object)
    days = np.array(["2024-01-02", "2024-01-03", "2024-01-03", "2024-02-01"], "datetime64[D]")
    paid = Dividends(names, days, np.array([1.0, 2.0, 0.5, 0.3]))
    cut = Splits(
        np.array(["A"], object), np.array(["2024-02-01"], "datetime64[D]"), np.array([4.0])
    )
    found = restated_dividends(paid, cut, day("2024-01-01"), day("2024-02-01"))
    assert found.symbol.tolist() == ["A", "A", "B"]
    assert found.amount.tolist() == [0.625, 0.3, 1.0]
    earlier = restated_dividends(paid, cut, day("2024-01-03"), day("2024-01-31"))
    assert (earlier.symbol.tolist(), earlier.amount.tolist()) == (["A"], [2.5])
    none = restated_dividends(replace(paid), Splits.none(), day("2025-01-01"), day("2025-02-01"))
    assert len(none.symbol) == 0


@pytest.mark.parametrize(
    ("first", "last", "as_of", "unknown"),
    [
        ("2022-01-01", "2024-03-31", None, None),
        # 252 sessions up to 2024-03-08 begin on 2023-03-09, by the calendar of the exchange
        ("2023-03-09", "2024-03-08", None, None),
        ("2023-03-10", "2024-03-08", None, "1 of them (2023-03-09 to 2023-03-09)"),
        ("2022-01-01", "2024-01-31", None, "26 of them (2024-02-01 to 2024-03-08)"),
        ("2022-01-01", "2024-01-31", "2024-01-31", None),
        ("2023-11-01", "2023-11-30", None, "231 of them (2023-03-09 to 2024-03-08)"),
    ],
)
def test_a_year_of_which_some_dividends_are_not_known_is_told(
    first: str, last: str, as_of: str | None, unknown: str | None, other: Path
):
    """Those asked for are compared with the days on which one would count, up to the scan's."""
    paid = dividends(raw_bars())
    inside = (paid.session >= day(first)) & (paid.session <= day(last))
    some = Dividends(paid.symbol[inside], paid.session[inside], paid.amount[inside])
    BarStore.open(str(other)).write_dividends(some, day(first), day(last), ASKED)
    for memory in (None, IN_BLOCKS):
        result = scan_stored(other, ScanConfig(as_of=as_of), memory)
        told = [text for text in result.warnings if "no dividends were asked" in text]
        assert len(told) == (unknown is not None)
        assert all(f"of 252 sessions, and of {unknown} no dividends" in text for text in told)


def test_where_no_dividends_were_ever_asked_for_nothing_is_told(plain: Path):
    """No rank counts one then; docs/scoring.md says what that means."""
    result = scan_stored(plain)
    assert not any("dividends" in text for text in result.warnings)


def test_a_price_cache_says_which_dividends_it_knows(other: Path, tmp_path):
    """Its scan is told what a scan of its store is, also where some symbols are not in it."""
    paid = dividends(raw_bars())
    some = Dividends(paid.symbol[:1], paid.session[:1], paid.amount[:1])
    BarStore.open(str(other)).write_dividends(some, day("2023-11-01"), day("2024-03-08"), ASKED)
    provider = Listing(stored(other).syncer)
    options = {"provider": provider, "settings": Settings(home=tmp_path), "now": NOW}
    config = ScanConfig(symbols=tuple(SYMBOLS))
    (wanted,) = [text for text in run_scan(config, **options).warnings if "were asked" in text]
    for symbols in (SYMBOLS, SYMBOLS[:15]):
        cache = get_price_history_batch(symbols, len(SESSIONS), **options)
        assert wanted in run_scan(config, price_cache=cache, **options).warnings
