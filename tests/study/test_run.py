"""A study from its hits to its verdict: every number can be counted again from bars and table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from scipy.stats import kurtosis, norm, skew

from support.hard_market import NOW, SESSIONS, hard_market
from support.made_up_market import SYMBOLS
from technic import ScanConfig, run_scan
from technic.errors import MissingExtraError, ParameterError
from technic.settings import Settings
from technic.setups import load_setups
from technic.study import StudyConfig, StudyResult, run_study, study_table
from technic.study.document import study_document
from technic.study.report.page import report_page
from technic.study.table import write_study
from technic.study.trials import ledgers
from technic.testing import FakeProvider, make_bars

SCAN = ScanConfig(
    setups=load_setups("trend_template", "weinstein_stage_2"), where="close > 0", benchmark="AK"
)
FIRST, LAST = str(SESSIONS[-160]), str(SESSIONS[-60])
HORIZONS = (1, 5, 21)


def plain_market() -> FakeProvider:
    """Bars without a split, a dividend or a hole: what follows a hit can be read from them."""
    return FakeProvider(make_bars(SYMBOLS, SESSIONS))


def studied(home: Path, scan: ScanConfig = SCAN, **options: object) -> StudyResult:
    """Study a hundred days of it."""
    config = StudyConfig(scan=scan, first=FIRST, last=LAST, horizons=HORIZONS, **options)
    settings = Settings(home=home)
    return run_study(config, provider=plain_market(), settings=settings, now=NOW, command="as said")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """One study that the tests look at."""
    return studied(tmp_path_factory.mktemp("home"))


def prices() -> tuple[np.ndarray, np.ndarray]:
    """Opens and closes, ``(n_sessions, n_symbols)``, in the order of SESSIONS and SYMBOLS."""
    bars = make_bars(SYMBOLS, SESSIONS)
    opens, closes = np.full((2, len(SESSIONS), len(SYMBOLS)), np.nan)
    at = np.searchsorted(SESSIONS, bars.session)
    own = np.array([SYMBOLS.index(name) for name in bars.symbols])[bars.column]
    opens[at, own], closes[at, own] = bars.open, bars.close
    return opens, closes


def test_returns_are_those_of_the_bars(result: StudyResult):
    """From the next open to the close at the end, less the mean of all symbols; the benchmark's."""
    opens, closes = prices()
    table = study_table(result).to_pylist()
    assert len(table) == len(result.hits) > 300
    for row in table[::7]:
        day = int(np.searchsorted(SESSIONS, np.datetime64(row["session"])))
        symbol = SYMBOLS.index(row["symbol"])
        for horizon in HORIZONS:
            made = closes[day + horizon] / opens[day + 1] - 1
            assert row[f"return_{horizon}"] == pytest.approx(made[symbol], rel=1e-12)
            assert row[f"universe_{horizon}"] == pytest.approx(made.mean(), abs=1e-8)
            index = closes[day + horizon, 0] / closes[day, 0] - 1
            assert row[f"benchmark_{horizon}"] == pytest.approx(index, rel=1e-12)
        late = closes[day + 22, symbol] / opens[day + 2, symbol] - 1
        assert row["return_21_late_1"] == pytest.approx(late, rel=1e-12)


def test_the_sharpe_ratio_is_of_the_means_of_days(result: StudyResult):
    """Over the next session, sessions with hits alone; deflated by the trials of the ledger."""
    table = study_table(result).to_pandas()
    document = study_document(result)
    trials = document["trials"]["total"]
    for one in document["studies"]:
        own = table[table["setup"] == one["name"]].dropna(subset="excess_1")
        days = own.groupby("session")["excess_1"].mean().to_numpy()
        ratio = days.mean() / days.std(ddof=1)
        assert one["sharpe"]["sharpe"] == pytest.approx(ratio, rel=1e-6)
        best = (1 - np.euler_gamma) * norm.ppf(1 - 1 / trials)
        best = (best + np.euler_gamma * norm.ppf(1 - 1 / (trials * np.e))) / np.sqrt(len(days))
        wide = 1 - skew(days) * ratio + (kurtosis(days, fisher=False) - 1) / 4 * ratio**2
        sure = norm.cdf((ratio - best) * np.sqrt(len(days) - 1) / np.sqrt(wide))
        assert one["sharpe"]["probability"] == pytest.approx(sure, rel=1e-6)
        assert 0 < sure < 1


def test_a_page_says_what_fires_with_one_setup_and_that_its_past_stays(tmp_path: Path):
    """Setups beside it are no trials; the days computed again are named."""
    scan = ScanConfig(setups=load_setups("trend_template"))
    beside = load_setups("weinstein_stage_2", "weinstein_stage_4")
    alone = study_document(studied(tmp_path / "alone", scan))
    result = studied(tmp_path / "beside", scan, beside=beside, check_days=1)
    document = study_document(result)
    assert document["overlap_names"] == ["trend_template", *(one.name for one in beside)]
    (own, shared, none), *_ = result.overlap.shared.tolist()
    assert own == len(result.hits) > shared > none == 0
    assert document["trials"]["of_this_study"] == alone["trials"]["of_this_study"]
    assert (alone["check"], len(document["check"]["days"])) == (None, 1)
    page = report_page(result)
    assert f"{100 * shared / own:.1f}" in page
    assert "the past stays as it was" in page
    assert document["check"]["days"][0] in page


def test_hits_are_those_of_the_scans(result: StudyResult):
    """Of some days, each setup's; with ratings and plans as the scan gives them."""
    table = study_table(result).to_pandas()
    for day in sorted(set(table["session"].astype(str)))[::40]:
        scan = run_scan(
            ScanConfig(setups=SCAN.setups, where=SCAN.where, benchmark="AK", as_of=day),
            provider=plain_market(), now=NOW,
        )  # fmt: skip
        own = table[table["session"].astype(str) == day]
        for setup in result.hits.owners:
            kept = set(scan.met(setup)) & set(scan.table["symbol"])
            assert set(own["symbol"][own["setup"] == setup]) == kept
        first = own.iloc[0]
        rows = scan.table.set_index("symbol")
        assert first["tech_rating"] == rows.loc[first["symbol"], "tech_rating"]


def test_every_number_can_be_counted_from_the_table(result: StudyResult):
    """Hits, days, means of returns and of R, how plans ended, and parts by year."""
    table = study_table(result).to_pandas()
    document = study_document(result)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["data_version"] == {"kind": "unknown", "provider": result.trial.record.provider}
    for one in document["studies"]:
        own = table[table["setup"] == one["name"]]
        assert (one["hits"], one["days"]) == (len(own), own["session"].nunique())
        for horizon in HORIZONS:
            excess = own[f"return_{horizon}"] - own[f"universe_{horizon}"]
            assert one["excess"][str(horizon)]["mean"] == pytest.approx(excess.mean(), abs=1e-8)
        excess = own["return_21"] - own["universe_21"]
        by_year = excess.groupby(own["session"].astype(str).str[:4]).mean()
        means = {year: each["mean"] for year, each in one["by"]["year"].items()}
        assert means == pytest.approx(by_year.to_dict(), abs=1e-8)
        plans = one["plans"]["every"]
        over = own[own["plan_over"]]
        assert plans["r"]["mean"] == pytest.approx(over["r"].mean(), abs=1e-8)
        ended = own["outcome"].value_counts().to_dict()
        assert {way: plans["counts"][way] for way in ended} == ended
        taken = over[over["one_a_symbol"]]
        assert one["plans"]["one_a_symbol"]["net"][2]["mean"] == pytest.approx(
            taken["r_net_2"].mean(), abs=1e-8
        )


def assert_turnover(result: StudyResult, end: np.datetime64) -> int:
    """Entered plans of the table are each held to their exit, else to the data's end.

    Return how many are open there.
    """
    table, days, still_open = study_table(result).to_pandas(), len(result.hits.sessions), 0
    for one in result.summaries:
        own = table[(table["setup"] == one.name) & table["one_a_symbol"] & table["entered"].notna()]
        still_open += int((own["outcome"] == "open").sum())
        left = own["left"].fillna(pd.Timestamp(end))
        at = [np.searchsorted(SESSIONS, each.to_numpy("M8[D]")) for each in (own["entered"], left)]
        held = at[1] - at[0] + 1
        assert len(own) > 10
        found = one.turnover
        assert found.entries == pytest.approx(len(own) / days)
        assert found.open_positions == pytest.approx(held.sum() / days)
        assert found.sessions_held == pytest.approx(held.mean())
        assert found.a_year == pytest.approx(252 * len(own) / held.sum())
        cap = np.quantile(own["dollar_volume"], 0.1) * 0.01
        assert found.capacity == pytest.approx(held.sum() / days * cap)
    return still_open


def test_turnover_and_capacity_are_those_of_the_trades_taken(result: StudyResult):
    """As many as the table has, and programs read them."""
    assert assert_turnover(result, SESSIONS[-1]) == 0
    document = study_document(result)["studies"][0]["turnover"]
    assert document["capacity"] == result.summaries[0].turnover.capacity


def test_one_trade_a_symbol_never_overlaps_another(result: StudyResult):
    """Of a setup and a symbol no trade that is taken begins while another is open."""
    table = study_table(result).to_pandas()
    taken = table[table["one_a_symbol"] & table["left"].notna()].sort_values("session")
    assert len(taken) > 30
    for _, own in taken.groupby(["setup", "symbol"]):
        assert (own["session"].to_numpy()[1:] >= own["left"].to_numpy()[:-1]).all()


def test_every_study_is_a_trial(tmp_path: Path):
    """A second one counts on, and the verdict is held to both."""
    first, second = studied(tmp_path), studied(tmp_path, ScanConfig(where="close > 0"))
    assert first.trial.record.entry.trials == 2 * len(HORIZONS)
    assert second.trial.record.total == 3 * len(HORIZONS)
    (ledger,) = ledgers(tmp_path)
    assert ledger.verify().sound
    assert [one.entry.names for one in ledger.records()] == [
        ("trend_template, and close > 0", "weinstein_stage_2, and close > 0"), ("close > 0",)
    ]  # fmt: skip
    assert ledger.records()[0].entry.command == "as said"
    assert second.comparison is None


def test_without_the_extra_several_setups_are_refused_before_they_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """With the command that installs it, at once: no trial is written down, no day scanned."""
    monkeypatch.setattr("technic.study.statistics.comparisons.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match="arch; install it with: .*install arch"):
        studied(tmp_path)
    assert ledgers(tmp_path) == []


def test_the_universe_is_that_of_the_day(tmp_path: Path):
    """Whoever a file says is delisted by a day is no part of its mean, nor hit."""
    turn = SESSIONS[-110]
    listed = tmp_path / "universe.csv"
    ends = {name: turn if at >= 10 else "" for at, name in enumerate(SYMBOLS)}
    rows = "".join(f"{name},{day}\n" for name, day in ends.items())
    listed.write_text(f"symbol,delistingDate\n{rows}")
    found = studied(tmp_path, ScanConfig(universe=str(listed), where="close > 0"))
    opens, closes = prices()
    hit = study_table(found).to_pandas().groupby("session")
    few = 0
    for session, own in hit:
        day = int(np.searchsorted(SESSIONS, np.datetime64(session)))
        members = 10 if SESSIONS[day] >= turn else len(SYMBOLS)
        assert sorted(own["symbol"]) == sorted(SYMBOLS[:members])
        made = closes[day + 5, :members] / opens[day + 1, :members] - 1
        assert own["universe_5"].iloc[0] == pytest.approx(made.mean(), abs=1e-8)
        few += members == 10
    assert 0 < few < len(hit)


@pytest.mark.parametrize("kept", [3, 2], ids=["there", "missing"])
def test_data_without_those_who_left_are_those_of_survivors(tmp_path: Path, kept: int):
    """Listings may say who was delisted; where the data lack their bars, that is told."""
    names = (*SYMBOLS[:10], *(f"{name}9" for name in SYMBOLS[:3]))
    rows = [f"{name},{SESSIONS[-110] if name.endswith('9') else ''}" for name in names]
    listed = tmp_path / "universe.csv"
    listed.write_text("\n".join(("symbol,delistingDate", *rows, f"OLD,{SESSIONS[-400]}\n")))
    provider = FakeProvider(make_bars((*SYMBOLS[:10], *names[10 : 10 + kept]), SESSIONS))
    config = StudyConfig(
        scan=ScanConfig(universe=str(listed), where="close > 0"), first=str(SESSIONS[-120]),
        last=str(SESSIONS[-100]), horizon=5, horizons=(5,),
    )  # fmt: skip
    found = run_study(config, provider=provider, settings=Settings(home=tmp_path), now=NOW)
    told = [one for one in found.warnings if "survivors" in one]
    assert len(told) == (kept < 3)
    assert found.dated_universe == (kept == 3)
    if told:
        assert told[0].startswith("1 of 3 symbols that left the listings during the study have no")


def test_who_hits_always_is_the_universe(tmp_path: Path):
    """The hits of a condition that all meet have no excess, and that is said as none."""
    found = studied(tmp_path, ScanConfig(where="close > 0"))
    (one,) = found.summaries
    assert one.excess[21].mean == pytest.approx(0, abs=1e-9)
    assert one.word in ("none", "too_few")


def test_nothing_that_was_hit_is_too_few(tmp_path: Path):
    """No hit is an answer, and a trial."""
    found = studied(tmp_path, ScanConfig(where="close < 0"))
    assert (found.summaries[0].word, found.summaries[0].hits) == ("too_few", 0)
    assert study_table(found).num_rows == 0
    assert found.trial.record.total == len(HORIZONS)


def test_later_bars_change_no_finished_outcome(tmp_path: Path):
    """What is known at the end of shorter data stays as it is."""
    end = SESSIONS[-54]
    bars = make_bars(SYMBOLS, SESSIONS)
    short = FakeProvider(bars.rows(bars.session <= end))
    config = StudyConfig(scan=SCAN, first=FIRST, last=LAST, horizons=HORIZONS)
    settings = Settings(home=tmp_path)
    shorter = run_study(config, provider=short, settings=settings, now=NOW)
    assert assert_turnover(shorter, end) > 0
    one = study_table(shorter).to_pandas()
    other = study_table(studied(tmp_path)).to_pandas()
    assert len(one) == len(other)
    for name in (*(f"return_{horizon}" for horizon in HORIZONS), "r"):
        known = one[name].notna()
        assert known.any()
        assert (one[name][known] == other[name][known]).all()
    # losses end sooner than gains: R is of the hits whose plans had their whole time
    over = one["plan_over"]
    assert 0 < over.sum() < len(over)
    assert one["session"][over].max() < one["session"][~over].min()
    for summary, whole in ((shorter, one), (shorter, other)):
        for setup in summary.summaries:
            own = whole[over & (whole["setup"] == setup.name)]
            assert setup.every.r.mean == pytest.approx(own["r"].mean(), abs=1e-8, nan_ok=True)


def test_the_table_is_written_whole(result: StudyResult, tmp_path: Path):
    """As Parquet, equal to the table in memory."""
    write_study(result, tmp_path / "hits.parquet")
    assert pq.read_table(tmp_path / "hits.parquet").equals(study_table(result))


def test_a_market_of_everything_hard_is_studied(tmp_path: Path):
    """Splits, halts, gaps, ends: each hit has its account, none an impossible return."""
    config = StudyConfig(
        scan=ScanConfig(where="close > 0"), first="2023-09-01", last="2024-05-31", horizons=(5, 21)
    )
    found = run_study(config, provider=hard_market(), settings=Settings(home=tmp_path), now=NOW)
    table = study_table(found).to_pandas()
    assert table["return_21"].abs().max() < 1.5  # a missed split would show as more
    assert table["return_21"].notna().mean() > 0.9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scan": ScanConfig()}, "setup"),
        ({"horizon": 0}, "horizon"),
        ({"horizons": (1, 2.5)}, "horizon"),
        ({"horizons": tuple(range(1, 40))}, "at most 20 horizons"),
        ({"confidence": 1.0}, "confidence"),
    ],
    ids=["nothing", "zero", "half", "many", "certain"],
)
def test_what_cannot_be_studied_is_said(options: dict[str, object], message: str):
    """Before anything is read, naming the parameter."""
    with pytest.raises(ParameterError, match=message):
        StudyConfig(**{"scan": SCAN, "first": FIRST, **options})
