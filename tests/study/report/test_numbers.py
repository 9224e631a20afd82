"""Every number of a report can be counted again from the Parquet file of the same study."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from support.hard_market import SESSIONS
from support.pages import Element, number, read_page
from technic.study.report.curves import equity_figure, equity_of
from technic.study.report.days import day_list, heavy_days
from technic.study.report.page import report_page
from technic.study.run import StudyResult
from technic.study.table import DOCUMENT, write_study

HALF_A_PLACE = 0.005 + 1e-9


@pytest.fixture(scope="module")
def files(
    single: StudyResult, several: StudyResult, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Both studies as files: from here on nothing else is looked at."""
    folder = tmp_path_factory.mktemp("parquet")
    for name, result in (("single", single), ("several", several)):
        write_study(result, folder / f"{name}.parquet")
    return {name: folder / f"{name}.parquet" for name in ("single", "several")}


@pytest.fixture(scope="module")
def hits(files: dict[str, Path]) -> pd.DataFrame:
    """The hits of the single study."""
    return pq.read_table(files["single"]).to_pandas()


@pytest.fixture(scope="module")
def document(files: dict[str, Path]) -> dict:
    """What the file of the single study says beside its rows."""
    return json.loads(pq.read_schema(files["single"]).metadata[DOCUMENT])


def close(told: str, counted: float) -> bool:
    """Whether a number with two decimals says what was counted."""
    return number(told) == pytest.approx(counted, abs=HALF_A_PLACE, nan_ok=True)


def forest_rows(page: Element, label: str) -> dict[tuple[str, str], list[str]]:
    """The rows of a forest by the heading of their group and their name."""
    found, group = {}, ""
    for row in page.named(label).rows()[1:]:
        if len(row) == 1:
            group = row[0]
        else:
            found[group, row[0]] = row
    return found


def test_means_by_horizon_group_and_lag(single_page: Element, hits: pd.DataFrame):
    """The mean of the excess columns, of the hits in which it is known."""
    rows = forest_rows(single_page, "mean excess returns")
    columns = {
        ("in excess of the universe, over", "5 sessions"): hits["excess_5"],
        ("in excess of the universe, over", "21 sessions"): hits["excess_21"],
        ("entered later, over 21 sessions", "1 session later"): hits["excess_21_late_1"],
        ("entered later, over 21 sessions", "2 sessions later"): hits["excess_21_late_2"],
        ("in excess of the benchmark", "21 sessions"): hits["return_21"] - hits["benchmark_21"],
    }
    year = hits["session"].astype(str).str[:4]
    price = pd.cut(hits["close"], [0, 1, 5, 20, 50, 200, np.inf], right=False)
    texts = ["under $1", "$1 to $5", "$5 to $20", "$20 to $50", "$50 to $200", "$200 and more"]
    names = dict(zip(price.cat.categories, texts, strict=True))
    for group, key in (("year", year), ("sector", hits["sector"].fillna("unknown"))):
        for name, own in hits.groupby(key):
            columns[f"by {group}", str(name)] = own["excess_21"]
    for name, own in hits.groupby(price, observed=True):
        columns["by price", names[name]] = own["excess_21"]
    assert len(columns) > 10
    for key, values in columns.items():
        assert number(rows[key][1]) == values.notna().sum(), key
        assert close(rows[key][2], 100 * values.mean()), key
    excess = hits["return_21"] - hits["universe_21"]
    pd.testing.assert_series_equal(hits["excess_21"], excess, check_names=False)


def test_intervals_are_those_of_the_document(single_page: Element, document: dict):
    """Which the file carries; a row of the page for each."""
    (study,) = document["studies"]
    rows = forest_rows(single_page, "mean excess returns")
    for horizon in ("5", "21"):
        told = rows["in excess of the universe, over", f"{horizon} sessions"]
        each = study["excess"][horizon]
        if each["low"] is None:
            assert told[3] == "too few"
            continue
        low, high = told[3].split(" to ")
        assert close(low, 100 * each["low"])
        assert close(high, 100 * each["high"])
    key = {one.one("dt").text: one.one("dd").text for one in single_page.all("dl")[0].all("div")}
    assert [number(key[name]) for name in ("hits", "days", "symbols", "episodes")] == [
        study[name] for name in ("hits", "days", "symbols", "episodes")
    ]
    assert single_page.one("p", **{"class": "lead"}).text == study["says"]


def test_the_course_around_hits_is_in_the_document(single_page: Element, document: dict):
    """By offset: hits, their mean, the universe's, the excess and its interval."""
    curve = document["studies"][0]["curve"]
    at = {offset: place for place, offset in enumerate(curve["offsets"])}
    rows = single_page.figure("Around the hit").one("table").rows()[1:]
    assert len(rows) == 11
    for session, count, *means, interval in rows:
        place = at[int(number(session))]
        each = curve["excess"][place]
        assert number(count) == each["hits"]
        wanted = curve["raw"][place], curve["universe"][place], each["mean"]
        assert all(close(told, 100 * value) for told, value in zip(means, wanted, strict=True))
        assert (interval == "too few") == (each["low"] is None)


def test_how_r_is_spread(single_page: Element, hits: pd.DataFrame):
    """Quarters of R, their middles named."""
    rows = single_page.figure("How R is spread").one("table").rows()[1:]
    known = hits.loc[hits["plan_over"], "r"].dropna()
    quarter = (known.clip(-3, 5) * 4).round() / 4
    wanted = quarter.value_counts().sort_index()
    assert [number(name.split(" and ")[0]) for name, _ in rows] == wanted.index.tolist()
    assert [number(count) for _, count in rows] == wanted.tolist()
    assert sum(number(count) for _, count in rows) == len(known) > 100


def test_sums_of_r_and_how_deep_they_fell(single_page: Element, hits: pd.DataFrame):
    """Of the trades one a symbol, by the session on which they ended, at each level of costs."""
    rows = single_page.figure("Sum of R, with costs").one("table").rows()[1:]
    taken = hits[hits["one_a_symbol"] & hits["plan_over"] & hits["r"].notna()]
    for (_, total, fall), column in zip(rows, ("r", "r_net_1", "r_net_2", "r_net_3"), strict=True):
        course = taken.groupby("left")[column].sum().sort_index().cumsum()
        assert close(total, course.iloc[-1])
        high = course.cummax().clip(lower=0)
        assert close(fall, (course - high).min())


def test_how_plans_ended(single_page: Element, hits: pd.DataFrame):
    """Each way and each note, in both readings."""
    columns = {
        "stop first": hits["outcome"] == "stop",
        "target first": hits["outcome"] == "target",
        "time stop": hits["outcome"] == "time",
        "entry not touched": hits["outcome"] == "not_entered",
        "stop and target in one bar, counted as the stop": hits["both"],
        "filled at an open beyond the entry": hits["entry_gap"],
        "left at an open beyond stop or target": hits["exit_gap"],
    }
    rows = {row[0]: row[1:] for row in single_page.named("how plans ended").rows()[1:]}
    for name, held in columns.items():
        every, single = (number(one) for one in rows.get(name, ["0", "0"]))
        assert (every, single) == (held.sum(), (held & hits["one_a_symbol"]).sum()), name
    plans = forest_rows(single_page, "R of the plans, with costs")
    over = hits.loc[hits["plan_over"], "r_net_2"]
    assert close(plans["every signal, costs + slippage of", "5 + 10 bp"][2], over.mean())
    taken = hits[hits["one_a_symbol"] & hits["plan_over"]]
    assert close(plans["one a symbol, costs + slippage of", "0 + 0 bp"][2], taken["r"].mean())


def test_what_trading_comes_to(single_page: Element, hits: pd.DataFrame):
    """Break-even costs, positions, how long they are held, turnover, and what fits."""
    taken = hits[hits["one_a_symbol"] & hits["plan_over"] & hits["r"].notna()]
    cheap, dear = ((taken["r"] - taken[f"r_net_{level}"]).sum() / 1e-4 for level in (1, 2))
    traded = (10 * cheap - 3 * dear) / (10 * 2 - 3 * 5)  # 2 and 3 bp, 5 and 10 bp
    words = next(one.text for one in single_page.all("p") if one.text.startswith("Breaks even"))
    told = [float(one.replace(",", "")) for one in re.findall(r"\d[\d,]*\.?\d*", words)]
    assert told[0] == pytest.approx(taken["r"].sum() / traded / 1e-4, abs=0.51)
    entered = hits[hits["one_a_symbol"] & hits["entered"].notna() & (hits["outcome"] != "broken")]
    first, last = (pd.to_datetime(entered[name]) for name in ("entered", "left"))
    at = {day: place for place, day in enumerate(pd.DatetimeIndex(SESSIONS))}
    held = last.fillna(pd.Timestamp(SESSIONS[-1])).map(at) - first.map(at) + 1
    days = hits["session"].nunique()
    wanted = held.sum() / days, held.mean(), 252 / held.mean()
    assert told[1:4] == pytest.approx(wanted, abs=0.051)
    fits = held.sum() / days * entered["dollar_volume"].dropna().quantile(0.1) / 100
    assert told[4] == pytest.approx(fits / 1e6, abs=0.051)


def test_the_calendar_and_its_days(single_page: Element, hits: pd.DataFrame):
    """Months, days, and of each day its best ranked hits with their trades."""
    month = hits["session"].astype(str).str[:7]
    rows = single_page.figure("Calendar of hits").one("table").rows()[1:]
    assert [row[0] for row in rows] == sorted(set(month))
    for name, count, mean in rows:
        own = hits[month == name]
        assert number(count) == len(own)
        assert close(mean, 100 * own["excess_21"].mean())
    days = single_page.all("details", **{"class": "day"})
    assert len(days) > 50
    for day in days[::9]:
        date, count, mean = day.one("summary").text.split(" \u00b7 ")
        own = hits[hits["session"].astype(str) == date]
        assert int(count.split()[0]) == len(own)
        assert close(mean.removeprefix("mean excess "), 100 * own["excess_21"].mean())
        ranked = own.dropna(subset="rank").sort_values("rank").set_index("symbol")
        told = [row for row in day.one("table").rows()[1:] if row[1:2] != ["\u2013"]][:10]
        assert [row[0] for row in told] == ranked.index[:10].tolist()
        for symbol, rank, excess, ended, r, left in told:
            row = ranked.loc[symbol]
            assert number(rank) == row["rank"]
            assert close(excess, 100 * row["excess_21"])
            outcome = "none" if pd.isna(row["outcome"]) else row["outcome"]
            assert ended == outcome.replace("_", " ")
            assert close(r, row["r"])
            assert left == ("\u2013" if pd.isna(row["left"]) else str(row["left"])[:10])


def test_a_mean_of_a_day_stays_with_its_percent(single: StudyResult):
    """No line ends between the two; of a day whose outcomes are open it says so."""
    said = re.findall("<summary>[^<]* (mean excess [^<]*)</summary>", report_page(single))
    assert len(said) > 50
    for mean in said:
        assert re.fullmatch("mean excess [+\u2212]?\\d+\\.\\d\\d\u00a0%", mean)
    outcomes = replace(
        single.outcomes, returns={21: np.full_like(single.outcomes.returns[21], np.nan)}
    )
    own = np.arange(len(single.hits))
    html = day_list(replace(single, outcomes=outcomes), 0, own, (50, 5), brief=False)
    assert "mean excess not\u00a0known" in html
    assert not re.search("mean excess \u2013|\u2013 %", html)


def test_costs_are_named_as_everywhere(single: StudyResult):
    """Costs and slippage apart: their sum is not what "breaks even at" means."""
    equity = equity_of(single, np.arange(len(single.hits)))
    drawn = read_page(equity_figure(equity, 60))
    names = [one.text for one in drawn.all("text") if one.text.endswith("bp")]
    assert names == ["0 + 0 bp", "2 + 3 bp", "5 + 10 bp", "15 + 30 bp"]


def test_days_that_weigh_most_are_told(single: StudyResult, hits: pd.DataFrame):
    """Where not all can be: by the sum of the excess of their hits, whatever its sign."""
    days = heavy_days(single, np.arange(len(hits)), 60, 4)
    weight = hits.groupby("session")["excess_21"].sum().abs().sort_values(ascending=False)
    told = [np.datetime64(single.hits.sessions[day.session]) for day in days]
    assert told == sorted(weight.index[:15].to_numpy().astype("datetime64[D]"))
    assert all(len(day.told) == 4 < day.hits for day in days)


def test_who_is_missing(single_page: Element, hits: pd.DataFrame):
    """Delisted, unknown, and what the mean would be if they had lost everything."""
    rows = single_page.named("hits whose symbol was delisted").rows()
    _, count, delisted, within, never, unknown, *means = map(
        lambda text: text if text == "where" else number(text), rows[1]
    )
    session, last = (pd.to_datetime(hits[name]) for name in ("session", "last_bar"))
    sessions = np.unique(session)
    known = hits["return_21"].notna()
    far = dict(zip(sessions[:-21], sessions[21:], strict=True))
    end = session.map(far).fillna(session.max())
    inside = known & hits["delisted"] & (last < end)
    gone = ~known & hits["delisted"] & (last <= session)
    lost = ~known & hits["over_21"] & ~gone
    assert (count, delisted, within) == (len(hits), hits["delisted"].sum(), inside.sum())
    assert (never, unknown) == (gone.sum(), lost.sum())
    assert min(delisted, within, never, unknown) > 0
    total = -1 - hits["universe_21"]
    for told, worst in zip(means, (~known & known, lost, lost | inside), strict=True):
        values = hits["excess_21"].where(~worst, total)
        assert told == pytest.approx(100 * values[known | worst].mean(), abs=HALF_A_PLACE)


def test_the_table_of_all_setups(several_page: Element, files: dict[str, Path]):
    """A row each, with hits, means, R and what is left after ordinary costs."""
    table = pq.read_table(files["several"]).to_pandas()
    rows = {row[0]: row for row in several_page.named("all setups").rows()[1:]}
    assert sorted(rows) == ["high_tight_flag", "trend_template", "weinstein_stage_2"]
    for name in ("trend_template", "weinstein_stage_2"):
        own = table[table["setup"] == name]
        taken = own[own["one_a_symbol"] & own["plan_over"]]
        row = rows[name]
        assert number(row[2]) == own["excess_21"].notna().sum() > 100
        assert close(row[4], 100 * own["excess_21"].mean())
        assert close(row[9], taken["r"].mean())
        assert close(row[10], taken["r_net_2"].mean())
    first, second = (
        set(zip(own["session"], own["symbol"], strict=True))
        for own in (
            table[table["setup"] == name] for name in ("trend_template", "weinstein_stage_2")
        )
    )
    pair = several_page.named("setups that fire together").rows()[1]
    assert pair[0] == "trend_template and weinstein_stage_2"
    both = len(first & second)
    shares = 100 * both / len(first), 100 * both / len(second), 100 * both / len(first | second)
    assert number(pair[1]) == both
    assert [number(one) for one in pair[2:]] == pytest.approx(shares, abs=0.05)
