"""Write the store of schema 1 that the tests upgrade; run it with the code of commit 6050787.

    PYTHONPATH=<checkout of 6050787>/src python tests/support/make_schema_1_store.py FOLDER

It holds whole-market days of two months, a range, a split, a dividend, a problem and one bar
within the day. Paths in its logs are replaced by ``/srv/store`` before it is packed.
"""

from __future__ import annotations

import datetime as dt
import sys

import numpy as np

from technic.data_engine.store import BarStore
from technic.testing import make_bars

ASKED = dt.datetime(2024, 6, 3, 22, 0, tzinfo=dt.UTC)
DAYS = np.busday_offset("2024-01-30", np.arange(8))
LATER = np.busday_offset(DAYS[-1], np.arange(1, 3))


def fill(url: str) -> None:
    """Write every table."""
    store = BarStore.open(url)
    store.write_days(make_bars(["A", "B", "NA"], DAYS), DAYS, ASKED)
    store.write_days(make_bars(["A", "B", "NA"], DAYS[:1], 5), DAYS[:1], ASKED)
    store.write_ranges(make_bars(["B"], LATER), ["B", "GONE"], LATER[0], LATER[1], ASKED)
    splits = actions_type("Splits")(np.array(["A"], object), DAYS[2:3], np.array([2.0]))
    store.write_splits(splits, DAYS[0], DAYS[-1], ASKED)
    paid = actions_type("Dividends")(np.array(["B"], object), DAYS[4:5], np.array([0.25]))
    store.write_dividends(paid, DAYS[0], DAYS[-1], ASKED)
    store.record_problem("GONE", "unknown_symbol", ASKED)
    minutes = make_bars(["A"], DAYS[:1].astype("datetime64[us]") + np.timedelta64(15, "h"))
    store.write_intraday("5min", minutes, ["A"], DAYS[0], DAYS[0], ASKED)


def actions_type(name: str) -> type:
    """Splits or Dividends, wherever that version of the code keeps them."""
    from technic.data_engine import store as package

    return getattr(sys.modules[package.BarStore.__module__], name)


if __name__ == "__main__":
    fill(sys.argv[1])
