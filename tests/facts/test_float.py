"""The float from the public float of a 10-K, against a plain loop over filings and closes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from support.facts import calendar, day, filing, splits_of, table_of, term, value
from technic.facts.reader import FactReader

SESSIONS = calendar().between(day("2022-01-03"), day("2023-12-29"))
COVER = "dei:EntityCommonStockSharesOutstanding"
FLOAT_DAYS = ("2022-03-31", "2022-05-31", "2022-07-02", "2022-12-31", "2023-06-30")
KNOWN_DAYS = ("2023-02-14", "2023-02-15", "2023-03-01", "2023-08-01", "2023-11-30")


def annual(day_of_float: str, known: str, worth: float, *, cover: bool = True, cik: int = 1):
    """A 10-K: the public float on a day, and the shares on its cover."""
    facts = [("public_float", "dei:EntityPublicFloat", None, day_of_float, worth)]
    if cover:
        facts.append(("shares_outstanding", COVER, None, known, 5e6))
    accn = f"{cik:010}-{known[2:4]}-{known[5:7]}{known[8:]}{day_of_float[8:]}"
    return filing((cik, "AA"), "10-K", f"{known}T21:30:00", *facts, accn=accn)


def closes_of(known: dict[str, float]):
    """Closes as traded on the last session up to a day."""

    def closes(symbols, asked):
        assert set(symbols) <= {"AA"}
        at = np.searchsorted(calendar().sessions, asked, side="right") - 1
        found = [known.get(str(one), np.nan) for one in calendar().sessions[at]]
        return np.array(found)

    return closes


def loop(filings, closes, splits, on):
    """Shares in the shares of a day: of the latest float known, over its close, then split."""
    best = None
    for float_day, known, worth in filings:
        after = calendar().sessions[calendar().sessions > day(known)][0]  # accepted in the evening
        if day(on) < after:
            continue
        if best is None or (float_day, known) > best[:2]:
            best = (float_day, known, worth)
    if best is None:
        return np.nan
    session = calendar().sessions[calendar().sessions <= day(best[0])][-1]
    shares = best[2] / closes.get(str(session), np.nan)
    for split_day, ratio in sorted(splits):
        if best[0] < split_day <= on:
            shares *= ratio
    return shares


@pytest.mark.parametrize("seed", range(30))
def test_the_float_is_that_of_a_loop(seed):
    """As of days around filings and splits; without a close of its day it is missing."""
    rng = np.random.default_rng(seed)
    pairs = [one for one in itertools.product(FLOAT_DAYS, KNOWN_DAYS) if one[0] < one[1]]
    chosen = rng.permutation(len(pairs))[: rng.integers(1, 6)]
    written = [(*pairs[at], 1e6 * float(rng.integers(1, 900))) for at in chosen]
    prices = rng.uniform(10.0, 90.0, len(SESSIONS)).round(2).tolist()
    closes = dict(zip(SESSIONS.astype(str).tolist(), prices, strict=True))
    if seed % 3 == 0:
        closes.pop("2022-07-01")
    split_days = rng.choice(SESSIONS, 3, replace=False).astype(str).tolist()
    splits = list(zip(split_days, (2.0, 3.0, 0.1), strict=True))[: seed % 4]
    rows = table_of(*(annual(*one) for one in written))
    own = splits_of(*(("AA", when, ratio) for when, ratio in splits))
    reader = FactReader(rows, calendar(), own, closes_of(closes))
    for on in ("2023-02-14", "2023-02-15", "2023-02-16", "2023-03-02", "2023-08-02", "2023-12-29"):
        expected = loop(written, closes, splits, on)
        np.testing.assert_array_equal(value(reader, "float_shares", "AA", on), expected)


def sourced(reader, text="float_shares", on="2023-12-29"):
    """What is said of a value."""
    return reader.provenance(term(text), "AA", day(on))


def test_it_says_that_it_is_a_float_of_a_filing():
    """Label, day and filing; the reason where it is missing."""
    rows = annual("2022-07-02", "2023-02-14", 9e8)
    found = sourced(FactReader(table_of(rows), calendar(), None, closes_of({"2022-07-01": 30.0})))
    assert found.value == 3e7
    assert found.route == "10-K float, 2022-07-02"
    assert found.form == "10-K"
    assert [part.concept for part in found.parts] == ["public_float"]


@pytest.mark.parametrize(
    ("closes", "cover", "reason"),
    [
        (None, True, "missing: prices as they were traded on 2022-07-02 are not known"),
        ({}, True, "missing: the data has no close of 2022-07-02, the day of the public float"),
        ({"2022-07-01": 30.0}, False, "missing: the cover page counts no shares of a single class"),
    ],
)  # fmt: skip
def test_it_says_why_it_is_missing(closes, cover, reason):
    """Without prices as traded, without a close of the day, with several classes."""
    rows = annual("2022-07-02", "2023-02-14", 9e8, cover=cover)
    given_ = None if closes is None else closes_of(closes)
    found = sourced(FactReader(table_of(rows), calendar(), None, given_))
    assert np.isnan(found.value)
    assert found.route == reason


def test_a_vendors_count_goes_before_it():
    """And the share sold short is of whichever is there."""
    shorts = filing(
        (0, "AA"), "", "2023-03-10T21:30:00",
        ("short_interest", "finra:x", None, "2023-02-28", 6e6), source="finra",
    )  # fmt: skip
    rows = [annual("2022-07-02", "2023-02-14", 9e8), shorts]
    closes = closes_of({"2022-07-01": 30.0})
    assert value(FactReader(table_of(*rows), calendar(), None, closes), "short_pct_float", "AA",
                 "2023-03-13") == 20.0  # fmt: skip
    count = filing(
        (0, "AA"), "", "2023-03-10T21:30:00",
        ("float_shares", "vendor:x", None, "2023-02-28", 2.4e7), source="vendor",
    )  # fmt: skip
    reader = FactReader(table_of(*rows, count), calendar(), None, closes)
    assert value(reader, "float_shares", "AA", "2023-03-13") == 2.4e7
    assert value(reader, "short_pct_float", "AA", "2023-03-13") == 25.0
