"""Dividends come with a sync that asks for them, once, and are kept next to the splits."""

from __future__ import annotations

import datetime as dt

import numpy as np

from support.vendor import CALENDAR, Vendor, reply, syncer
from technic.data_engine.network.run_async import run_async
from technic.data_engine.sync.store_provider import StoredProvider
from technic.testing import make_bars

NOW = dt.datetime(2024, 3, 8, 23, tzinfo=dt.UTC)
SESSIONS = CALENDAR.last(12, np.datetime64("2024-03-08"))
SYMBOLS = ["AAA", "BBB"]
PAID = [
    {"ticker": "AAA", "ex_dividend_date": "2024-03-01", "cash_amount": 0.25},
    {"ticker": "AAA", "ex_dividend_date": "2024-03-01", "cash_amount": 1.5},
    {"ticker": "BBB", "ex_dividend_date": "2024-03-04", "cash_amount": 0.1},
    {"ticker": "BBB", "ex_dividend_date": "2024-03-04", "cash_amount": 0.1},
]


def paying(status: int = 200) -> Vendor:
    """A vendor with four rows of dividends, one of them twice."""

    def dividends(request, _nth):
        if not request.url.endswith("/dividends"):
            return None
        rows = [{"currency": "USD", "distribution_type": "recurring", **row} for row in PAID]
        return reply({"status": "OK", "request_id": "x", "results": rows}, status)

    return Vendor(make_bars(SYMBOLS, SESSIONS), fault=dividends)


def test_dividends_are_asked_only_when_wanted(tmp_path):
    """A plain sync leaves them out; the next one that wants them takes one request more."""
    vendor = paying()
    one = StoredProvider(syncer(vendor, tmp_path / "store", NOW))
    assert one.sync(SYMBOLS, SESSIONS).dividends is None
    assert vendor.kinds["dividends"] == 0
    report = one.sync(SYMBOLS, SESSIONS, dividends=True)
    assert (report.dividends, report.stats.requests) == (3, 1)
    kept = one.syncer.store.dividends()
    found = zip(kept.symbol, kept.session.astype(str), kept.amount, strict=True)
    assert sorted(found) == [
        ("AAA", "2024-03-01", 0.25),
        ("AAA", "2024-03-01", 1.5),
        ("BBB", "2024-03-04", 0.1),
    ]


def test_dividends_that_are_known_are_not_asked_again(tmp_path):
    """The same sync a second time makes no request."""
    vendor = paying()
    one = syncer(vendor, tmp_path / "store", NOW)
    run_async(one.run(SYMBOLS, SESSIONS, dividends=True))
    vendor.log.clear()
    report = run_async(one.run(SYMBOLS, SESSIONS, dividends=True))
    assert (vendor.log, report.dividends) == ([], None)


def test_dividends_that_cannot_be_had_are_said_and_the_bars_stay(tmp_path):
    """What has arrived before is in the store; the report names what is missing."""
    one = syncer(paying(status=403), tmp_path / "store", NOW)
    report = run_async(one.run(SYMBOLS, SESSIONS, dividends=True))
    assert report.feeds["dividends"].reason == "refused"
    assert report.dividends is None
    assert len(one.store.read(None, SESSIONS[0], SESSIONS[-1])) == 24
