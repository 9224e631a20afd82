"""Feeds of splits, adjusted closes and dividends as evidence for and against a split.

All bars are made by hand: a stock at about 40 dollars and a million shares a day, then spoiled.
"""

from __future__ import annotations

import numpy as np
import pytest

from reference.gate_bars import Bars, ordinary, panel_of, scaled, sessions
from technic.data_engine.gate.gate import GateReport, GateRules, gate
from technic.data_engine.interfaces.known_actions import KnownActions
from technic.data_engine.interfaces.records import SplitRecord
from technic.panel import FIELDS, BarPanel

ANY = GateRules(min_bars=1, price_floor=0.0)
DAYS = sessions(80)
DAY = 60


def falls(factor: float, dollars: float = 1.0, share: float | None = None) -> Bars:
    """A level ``factor`` times the one before from bar 60 on, at ``dollars`` times the turnover.

    ``share``: what share volume is multiplied by after it; the reciprocal unless given.
    """
    bars = ordinary()
    bars["volume"][DAY] = 1e6
    bars = scaled(bars, slice(DAY, None), factor, 1 / factor if share is None else share)
    bars["volume"][DAY] *= dollars
    return bars


def record(
    witness: str = "column",
    ratio: float | None = None,
    day: int = DAY,
    applied: bool = False,
    covered: np.ndarray | None = None,
) -> SplitRecord:
    """What a witness has: one split, or none; of every day unless ``covered`` says less."""
    days = DAYS[[] if ratio is None else [day]].astype("datetime64[D]")
    ratios = np.array([] if ratio is None else [ratio])
    if witness == "feed" and covered is None:
        covered = DAYS.astype("datetime64[D]")
    return SplitRecord(witness, days, ratios, applied, covered)


def judged(bars: Bars, known: KnownActions, length: int = 80) -> GateReport:
    """The report on the last of ``length`` bars."""
    panel = panel_of({"A": {name: bars[name][:length] for name in FIELDS}})
    return on_day(panel, known, length - 1)


def on_day(panel: BarPanel, known: KnownActions, bar: int) -> GateReport:
    """The report on the session of a bar."""
    day = panel.sessions[bar]
    return gate(panel, panel.rows_at(day), day, ANY, known)


def with_splits(one: SplitRecord) -> KnownActions:
    """Splits of A."""
    return KnownActions({"A": one})


def with_dividend(amount: float, day: int = DAY) -> KnownActions:
    """One payment of A."""
    return KnownActions({}, {"A": (DAYS[[day]].astype("datetime64[D]"), np.array([amount]))})


def cut_at(report: GateReport) -> str | None:
    """The first usable day, None where all of the history is."""
    return None if np.isnat(report.usable_since[0]) else str(report.usable_since[0])


SPLIT_DAY = str(DAYS[DAY])


@pytest.mark.parametrize("factor", [0.8, 0.75, 0.5, 1 / 3, 0.1, 2.0, 10.0])
def test_a_move_that_the_adjusted_closes_have_as_well_is_true(factor):
    """It looks like a split in every respect, and its vendor saw none."""
    bars = falls(factor)
    assert cut_at(judged(bars, KnownActions())) == SPLIT_DAY
    report = judged(bars, with_splits(record()))
    assert cut_at(report) is None
    assert (report.code[0], report.detail[0]) == (None, None)
    assert cut_at(judged(bars, with_splits(record(applied=True)))) is None


def test_a_move_that_may_be_a_print_waits_for_the_next_bar_even_so():
    """Adjusted closes tell splits; a bar in other units is in both columns."""
    known = with_splits(record())
    small, large = falls(0.75), falls(0.25)
    assert judged(small, known, DAY + 1).code[0] is None
    today = judged(large, known, DAY + 1)
    assert today.code[0] == "unadjusted_split"
    assert "the adjusted closes have the same move" in today.detail[0]
    assert judged(large, known, DAY + 2).code[0] is None
    gone = scaled(ordinary(), DAY, 1 / 25, 25.0)
    report = judged(gone, known)
    assert report.usable_rows[0] == 78
    assert "gone with the next bar" in report.detail[0]


@pytest.mark.parametrize("ratio", [5 / 4, 3 / 2, 5 / 3, 2.0, 7.0, 0.7, 0.5, 0.1])
def test_a_split_of_the_adjusted_closes_alone_is_found_however_the_day_traded(ratio):
    """At forty times the usual turnover trading says news; the vendor knows better."""
    bars = falls(1 / ratio, dollars=40.0)
    assert cut_at(judged(bars, KnownActions())) is None
    known = with_splits(record(ratio=ratio))
    assert judged(bars, known, DAY).code[0] is None
    today = judged(bars, known, DAY + 1)
    assert today.code[0] == "unadjusted_split"
    assert cut_at(today) is None
    for length in (DAY + 2, 80):
        report = judged(bars, known, length)
        assert cut_at(report) == SPLIT_DAY
        assert "the adjusted closes do" in report.detail[0]


def test_the_sentence_names_the_ratio_as_it_is_written():
    """Ratios that trading alone does not tell apart."""
    for ratio, name in ((5 / 3, "5:3 split"), (3.5, "7:2 split"), (1 / 8, "1:8 reverse split"),
                        (1 / 1.3, "1:1.30 reverse split")):  # fmt: skip
        detail = judged(falls(1 / ratio), with_splits(record(ratio=ratio))).detail[0]
        assert f"an unadjusted {name} (dollar volume" in detail


@pytest.mark.parametrize("ratio", [2.0, 4.0, 0.1])
@pytest.mark.parametrize("witness", ["feed", "column"])
def test_prices_that_are_adjusted_twice_are_found(witness, ratio):
    """The vendor had applied the split already: the old prices end far on the other side."""
    known = with_splits(record(witness, ratio, applied=True))
    once, twice = ordinary(), falls(ratio, dollars=40.0)
    assert judged(once, known).detail[0] is None
    report = judged(twice, known)
    assert cut_at(report) == SPLIT_DAY
    assert "prices before it are adjusted twice" in report.detail[0]
    raw = judged(falls(1 / ratio, dollars=40.0), known)
    assert cut_at(raw) == SPLIT_DAY
    assert "twice" not in raw.detail[0]


@pytest.mark.parametrize("applied", [True, False])
def test_a_known_split_that_prices_do_not_show_changes_nothing(applied):
    """Nor does one with another move on its day: a fifth up on the day of a 4:1 split."""
    for bars in (ordinary(), falls(1.2, dollars=40.0)):
        assert judged(bars, with_splits(record(ratio=4.0, applied=applied))).detail[0] is None


def test_where_a_feed_has_no_split_trading_must_be_all_the_more_ordinary():
    """Feeds lack some splits: a clean one is still cut, one on a busy day no longer."""
    silent = with_splits(record("feed", applied=True))
    for factor in (0.5, 0.25, 10.0):
        report = judged(falls(factor), silent)
        assert cut_at(report) == SPLIT_DAY
        assert "the feed of splits has none" in report.detail[0]
    busy = falls(0.75, dollars=4.0)
    assert cut_at(judged(busy, KnownActions())) == SPLIT_DAY
    assert judged(busy, KnownActions(), DAY + 1).code[0] == "unadjusted_split"
    for length in (DAY + 1, DAY + 2, 80):
        assert judged(busy, silent, length).detail[0] is None


@pytest.mark.parametrize("asked", [slice(0, DAY), slice(DAY + 1, 80), slice(0, 0)])
def test_a_feed_that_was_not_asked_for_the_day_says_nothing(asked):
    """No answer is no evidence."""
    known = with_splits(record("feed", applied=True, covered=DAYS[asked].astype("datetime64[D]")))
    assert cut_at(judged(falls(0.75, dollars=4.0), known)) == SPLIT_DAY


def test_a_day_without_a_factor_is_judged_by_trading_alone():
    """An adjusted close is missing there: neither for nor against."""
    known = with_splits(record(ratio=np.nan))
    assert cut_at(judged(falls(0.5), known)) == SPLIT_DAY
    assert cut_at(judged(falls(0.5, dollars=40.0), known)) is None


@pytest.mark.parametrize("paid", [0.2, 0.25, 0.5])
def test_a_known_special_dividend_explains_a_fall_of_its_size(paid):
    """The price falls by what is paid out and shares trade as ever; unknown, it looks like 5:4."""
    bars = falls(1 - paid, share=1.0)
    amount = paid * bars["close"][DAY - 1]
    for length in (DAY + 1, DAY + 2, 80):
        report = judged(bars, with_dividend(amount), length)
        assert (report.code[0], report.detail[0]) == (None, None)
    assert cut_at(judged(bars, KnownActions())) == SPLIT_DAY


def test_a_dividend_explains_its_own_day_and_size_alone():
    """Others leave the fall what it was, and so does one larger than the price."""
    bars = falls(0.5)
    close = bars["close"][DAY - 1]
    for known in (
        with_dividend(0.1 * close),
        with_dividend(0.5 * close, DAY - 1),
        with_dividend(0.5 * close, DAY + 1),
        with_dividend(1.5 * close),
    ):
        assert cut_at(judged(bars, known)) == SPLIT_DAY


def test_a_dividend_and_a_split_on_one_day_leave_the_split():
    """What is left of the fall when the payment is taken out is a half."""
    bars = falls(0.4)
    report = judged(bars, with_dividend(0.2 * bars["close"][DAY - 1]))
    assert cut_at(report) == SPLIT_DAY
    assert "unadjusted 2:1 split" in report.detail[0]


def test_a_split_on_a_day_without_a_bar_belongs_to_the_next_one():
    """A halt over the day: the night runs from the last close to the next open."""
    bars = falls(0.5, dollars=40.0)
    panel = panel_of({"A": bars}, {"A": slice(DAY - 3, DAY)})
    known = with_splits(record(ratio=2.0, day=DAY - 2))
    assert cut_at(on_day(panel, known, 79)) == SPLIT_DAY
    busy = panel_of({"A": falls(0.25, dollars=4.5)}, {"A": slice(DAY - 3, DAY)})
    for asked, cut in ((DAYS, None), (np.delete(DAYS, DAY - 2), SPLIT_DAY)):
        silent = with_splits(record("feed", applied=True, covered=asked.astype("datetime64[D]")))
        assert cut_at(on_day(busy, silent, 79)) == cut


KNOWN = KnownActions(
    {
        "MOVE": record(),
        "SPLIT": record(ratio=2.0),
        "TWICE": record("feed", 4.0, applied=True),
        "SILENT": record("feed", applied=True),
        "LATER": record(ratio=2.0, day=75),
    },
    {"PAID": (DAYS[[DAY]].astype("datetime64[D]"), np.array([10.0]))},
)


def market() -> BarPanel:
    """One column for each kind of evidence, and one of which nothing is known."""
    return panel_of(
        {
            "MOVE": falls(0.5),
            "SPLIT": falls(0.5, dollars=40.0),
            "TWICE": falls(4.0, dollars=40.0),
            "SILENT": falls(0.75, dollars=4.0),
            "LATER": falls(0.5),
            "PAID": falls(0.75, share=1.0),
            "NOTHING": falls(0.5),
        }
    )


def test_what_is_known_of_later_days_changes_nothing():
    """As of each day: what is known then gives what all that is known later gives, sentence too."""
    panel = market()
    for bar in range(DAY - 1, 80):
        day = panel.sessions[bar]
        so_far = KnownActions(
            {
                symbol: SplitRecord(
                    one.witness,
                    one.session[one.session <= day],
                    one.ratio[one.session <= day],
                    one.applied,
                    None if one.covered is None else one.covered[one.covered <= day],
                )
                for symbol, one in KNOWN.splits.items()
            },
            {s: (d[d <= day], a[d <= day]) for s, (d, a) in KNOWN.dividends.items()},
        )
        whole, then = on_day(panel, KNOWN, bar), on_day(panel, so_far, bar)
        assert whole.code.tolist() == then.code.tolist()
        assert whole.detail.tolist() == then.detail.tolist()
        assert whole.breaks.first.tolist() == then.breaks.first.tolist()
        cut = panel.window(panel.sessions[0], day)
        assert on_day(cut, KNOWN, bar).detail.tolist() == whole.detail.tolist()
    assert [s for s, f in zip(panel.symbols, whole.breaks.first, strict=True) if f == DAY] == [
        "SPLIT", "TWICE", "NOTHING",
    ]  # fmt: skip


def test_alone_a_symbol_is_judged_as_in_company():
    """Evidence on others says nothing."""
    panel = market()
    together = on_day(panel, KNOWN, 79)
    for i, symbol in enumerate(panel.symbols):
        alone = on_day(panel.take(slice(i, i + 1)), KNOWN, 79)
        assert alone.detail[0] == together.detail[i], symbol


def test_what_is_skipped_is_not_looked_for():
    """A witness makes no exception."""
    panel = panel_of({"A": falls(0.5)})
    rules = GateRules(skip=("unadjusted_split",))
    day = panel.sessions[-1]
    report = gate(panel, panel.rows_at(day), day, rules, with_splits(record(ratio=2.0)))
    assert report.detail[0] is None
