"""Hits told apart by a fact: its value on the hit's day, in fifths of the day or between edges."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from support.facts import filing, table_of
from support.made_up_market import NOW, SESSIONS, SYMBOLS
from technic import ScanConfig, run_scan
from technic.errors import ExpressionError, ParameterError
from technic.facts.place import fact_home
from technic.facts.store import FactStore
from technic.settings import Settings
from technic.study import StudyConfig, StudyResult, run_study, study_table
from technic.study.document import study_document
from technic.study.report.page import report_page
from technic.study.statistics.hit_groups import group_rule, hit_groups
from technic.testing import FakeProvider, make_bars

ENDS = ("2022-09-30", "2022-12-31", "2023-03-31", "2023-06-30", "2023-09-30")
STARTS = ("2022-07-01", "2022-10-01", "2023-01-01", "2023-04-01", "2023-07-01")
KNOWN = ("2022-11-01", "2023-02-01", "2023-05-01", "2023-08-01", "2023-11-01")
BY = ("revenue", "revenue_growth_yoy: -1, 3, 10")
NAMES = ("revenue", "revenue_growth_yoy")
FIFTHS = ["lowest fifth", "second fifth", "third fifth", "fourth fifth", "highest fifth"]
EDGES = [(-1.0, "under -1"), (3.0, "-1 to 3"), (10.0, "3 to 10"), (math.inf, "10 and more")]
FIRST, LAST = "2023-10-25", "2023-11-10"


def filings():
    """Five quarters of every second symbol, of which some grow; three have one revenue."""
    for cik, symbol in enumerate(SYMBOLS[::2], start=1):
        for at, (start, end, day) in enumerate(zip(STARTS, ENDS, KNOWN, strict=True)):
            base = 100.0 * (4 if cik in (5, 6) else cik)
            value = base + at * cik * (-1.0) ** cik
            value = 400.0 if cik in (4, 5, 6) and at < 4 else value
            fact = ("revenue", "Revenues", start, end, value)
            yield filing((cik, symbol), "10-Q", f"{day}T12:00:00", fact)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with a store of facts."""
    home = tmp_path_factory.mktemp("home")
    FactStore(fact_home(home, simulated=True)).append(table_of(*filings()))
    return Settings(home=home)


def studied(settings: Settings, last: str = LAST, **asked: object) -> StudyResult:
    """Study the days in which the last quarter becomes known."""
    scan = ScanConfig(where="close > sma(close, 20)")
    config = StudyConfig(
        scan=scan, first=FIRST, last=last, horizon=1, horizons=(1, 5), by=BY, **asked
    )
    provider = FakeProvider(make_bars(SYMBOLS, SESSIONS))
    return run_study(config, provider=provider, settings=settings, now=NOW)


@pytest.fixture(scope="module")
def result(settings: Settings) -> StudyResult:
    """One study that the tests look at."""
    return studied(settings)


def expected(settings: Settings, day: str) -> dict[str, tuple[dict[str, float], dict[str, str]]]:
    """Values and groups of all symbols, from the scan as of the day and plain loops."""
    provider = FakeProvider(make_bars(SYMBOLS, SESSIONS))
    config = ScanConfig(as_of=day, columns=NAMES)
    table = run_scan(config, provider=provider, settings=settings, now=NOW).table
    assert len(table) == len(SYMBOLS)
    found = {}
    for name in NAMES:
        values = dict(zip(table["symbol"], table[name].astype(float), strict=True))
        known = [value for value in values.values() if not math.isnan(value)]
        groups = {}
        for symbol, value in values.items():
            if math.isnan(value):
                groups[symbol] = "unknown"
            elif name == "revenue":
                groups[symbol] = FIFTHS[5 * sum(one < value for one in known) // len(known)]
            else:
                groups[symbol] = next(text for edge, text in EDGES if value < edge)
        found[name] = values, groups
    return found


@pytest.mark.parametrize("day", ["2023-10-31", "2023-11-01", LAST])
def test_a_hit_has_the_value_and_the_group_of_its_day(
    result: StudyResult, settings: Settings, day: str
):
    """As the scan of the day has it; growth is unknown until the fifth quarter is filed."""
    wanted, seen = expected(settings, day), set()
    rows = [row for row in study_table(result).to_pylist() if str(row["session"]) == day]
    assert len(rows) > 5
    for row in rows:
        for name in NAMES:
            values, groups = wanted[name]
            value = values[row["symbol"]]
            assert row[f"by_{name}"] == (None if math.isnan(value) else value)
            assert row[f"by_{name}_group"] == groups[row["symbol"]]
            seen.add((name, groups[row["symbol"]]))
    grown = {group for name, group in seen if name == "revenue_growth_yoy"}
    assert (grown == {"unknown"}) == (day == "2023-10-31")
    assert ("revenue", "unknown") in seen


def test_later_days_move_no_hit(result: StudyResult, settings: Settings):
    """A study that ends earlier has the same values and groups on its days."""
    names = ["session", "symbol", *(f"by_{name}{end}" for name in NAMES for end in ("", "_group"))]
    short = study_table(studied(settings, last="2023-11-02")).select(names).to_pylist()
    whole = study_table(result).select(names).to_pylist()
    assert len(whole) > len(short) > 20
    assert short == whole[: len(short)]


def test_each_group_has_its_interval_wherever_a_study_is_told(result: StudyResult):
    """Hits that are judged are in one group each, the unknown in their own; page, JSON, rows."""
    (one,) = result.summaries
    rows = [row for row in study_table(result).to_pylist() if row["excess_1"] is not None]
    for name in NAMES:
        groups = one.groups[name]
        for text, interval in groups.items():
            own = [row["excess_1"] for row in rows if row[f"by_{name}_group"] == text]
            assert interval.hits == len(own)
            assert interval.mean == pytest.approx(sum(own) / len(own), abs=1e-8)
        assert sum(interval.hits for interval in groups.values()) == len(rows)
        assert list(groups)[-1] == "unknown"
    assert list(one.groups)[:6] == [
        "year", "sector", "regime", "volatility", "price", "liquidity",
    ]  # fmt: skip
    (document,) = study_document(result)["studies"]
    assert set(document["by"]["revenue"]) == set(one.groups["revenue"])
    assert "by revenue_growth_yoy" in report_page(result)


def test_a_number_may_be_a_rating_too(settings: Settings):
    """It is computed once, and judged as both."""
    both = studied(settings, last="2023-10-27", ratings=("revenue",))
    assert [one.name for one in both.ratings] == ["revenue"]
    assert [one.name for one in both.by] == list(NAMES)


@pytest.mark.parametrize(
    ("by", "says"),
    [
        ("revenue: 3, 1", "each above the one before"),
        ("revenue: 1, x", "a number of a scan, such as pe_ttm"),
        ("revenue:", "a number of a scan, such as pe_ttm"),
        ("price = close", "another name than year, sector"),
        ("sector", "a number that differs between symbols"),
    ],
)
def test_what_tells_no_hits_apart_is_refused(settings: Settings, by: str, says: str):
    """With what would be right."""
    scan = ScanConfig(where="close > 0")
    config = dict(scan=scan, first=FIRST, last=LAST)
    with pytest.raises(ParameterError, match=says):
        run_study(StudyConfig(**config, by=(by,)), settings=settings, now=NOW)


def test_the_number_is_asked_of_hits_once(settings: Settings, tmp_path: Path):
    """No hits, a word nobody knows, the same number twice, too many."""
    with pytest.raises(ParameterError, match="nothing without hits"):
        StudyConfig(scan=ScanConfig(), ratings=("tech_rating",), by=("pe_ttm",))
    scan = ScanConfig(where="close > 0")
    with pytest.raises(ParameterError, match="at most 4 numbers"):
        StudyConfig(scan=scan, by=("close",) * 5)
    with pytest.raises(ParameterError, match="each number once"):
        run_study(StudyConfig(scan=scan, by=("ps", "ps: 1")), settings=settings, now=NOW)
    with pytest.raises(ExpressionError, match=r"^by: 'pe_tmt' is no name"):
        run_study(StudyConfig(scan=scan, by=("pe_tmt",)), settings=settings, now=NOW)


def test_edges_may_be_written_with_units():
    """As everywhere."""
    rule = group_rule("market_cap_of_day: 300M, 2B, 10B")
    assert rule == ("market_cap_of_day", (3e8, 2e9, 1e10))
    assert group_rule("x = close / sma(close, 5)") == ("x = close / sma(close, 5)", ())


def test_fifths_are_of_the_day_alone():
    """Ten times as high on the next day is the same fifth; four values of a day are too few."""
    values = np.array([[5.0, 1, 2, 4, 3], [50, 10, 20, 40, 30], [5, 1, 2, 4, np.nan]])
    session = np.repeat(np.arange(3, dtype=np.int32), 5)
    symbol = np.tile(np.arange(5, dtype=np.int32), 3)
    (found,) = hit_groups({"x": ()}, {"x": values}, session, symbol)
    names = [found.names[code] for code in found.code]
    assert names[:5] == names[5:10] == [FIFTHS[at] for at in (4, 0, 1, 3, 2)]
    assert names[10:] == ["unknown"] * 5
    np.testing.assert_array_equal(found.value, values.ravel())
