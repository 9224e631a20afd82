"""The ranked table as arrays, and the frame that is made of it."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from support.made_up_market import SESSIONS, SYMBOLS, scan
from technic.export import FORMATS
from technic.result.table import _places
from technic.testing import make_bars
from technic.view.column_table import ColumnTable

TABLE = ColumnTable(
    {
        "symbol": np.array(["A", "B", "C"], dtype=object),
        "note": np.array(["x", None, "z"], dtype=object),
        "close": np.array([1.0, np.nan, 3.0]),
        "held": np.array([True, False, True]),
    }
)


def test_the_frame_is_pandas_own_of_the_columns_and_made_once():
    """Types and index are those that pandas chooses."""
    pd.testing.assert_frame_equal(TABLE.frame, pd.DataFrame(dict(TABLE.columns)))
    assert TABLE.frame is TABLE.frame


def test_parts_of_it_are_those_that_the_frame_has():
    """First rows, chosen rows, chosen columns."""
    assert (len(TABLE), "note" in TABLE, "nope" in TABLE) == (3, True, False)
    assert TABLE.head(None) is TABLE
    assert TABLE.head(2)["symbol"].tolist() == ["A", "B"]
    assert TABLE.take(np.array([False, True, True]))["symbol"].tolist() == ["B", "C"]
    assert list(TABLE.select(["close", "symbol"]).frame.columns) == ["close", "symbol"]
    assert len(ColumnTable({})) == 0


KEYS = {
    "numbers": np.array([2.0, np.nan, 2.0, -np.inf, np.nan, 7.0, -0.0, 0.0]),
    "distinct": np.array([2.0, 5.0, 1.0, -np.inf, 6.0, 7.0, -3.0, 0.0]),
    "texts": np.array(["b", None, "a", "b", np.nan, "B", "", "é"], dtype=object),
    "whole": np.array([3, 1, 3, 2, 2, 1, 9, 9]),
    "flags": np.array([True, False] * 4),
}


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("names", [*([one] for one in KEYS), ["texts", "numbers"], [*KEYS][::-1]],
                         ids="+".join)  # fmt: skip
def test_rows_come_in_the_order_that_pandas_sorts_them_in(names, ascending):
    """By each key, then by symbol; what is missing comes last whichever way."""
    symbols = np.array(list("HGFEDCBA"), dtype=object)
    ways = [ascending, *(True for _ in names[1:])]
    frame = pd.DataFrame({**{name: KEYS[name] for name in names}, "symbol": symbols})
    expected = frame.sort_values([*names, "symbol"], ascending=[*ways, True], kind="stable")
    places = _places([KEYS[name] for name in names], symbols, ways)
    assert places.tolist() == expected.index.tolist()


@pytest.mark.parametrize("simulated", [False, True])
@pytest.mark.parametrize("chosen", [(), ("close", "note", "rsi_14")])
def test_csv_is_what_pandas_writes_of_the_frame(simulated, chosen):
    """Numbers of every size, texts with commas, quotes and line ends, and what is missing."""
    result = scan(make_bars(SYMBOLS, SESSIONS))
    count = len(result.ranking)
    odd = [1e-7, 1e22, -0.0, 0.1 + 0.2, np.inf, 123456789.0, 1e16, 5e-324]
    more = {
        "odd": np.resize(np.array(odd), count),
        "note": np.resize(np.array(['a,"b"', "c\nd", "e\rf", None, "", "plain"], object), count),
        "mixed": np.resize(np.array([True, None, 1, 2.5], object), count),
        "flag": np.resize(np.array([True, False]), count),
        "whole": np.arange(count),
    }
    ranking = ColumnTable({**result.ranking.columns, **more})
    data = replace(result.data, simulated=simulated)
    result = replace(result, ranking=ranking, chosen=chosen, data=data)
    rows = result.rows(5).copy()
    if simulated:
        rows.insert(1, "data_simulated", "SIMULATED")
    rows["as_of"], rows["data_to"] = result.as_of, result.data.last_session
    text = io.StringIO()
    rows.to_csv(text, index=False, lineterminator="\n")
    assert FORMATS["csv"].render(result, 5).text == text.getvalue()
