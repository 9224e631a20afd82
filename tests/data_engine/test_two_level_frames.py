import datetime as dt

import numpy as np
import pandas as pd
import pytest

from technic.data_engine.price_frames import cache_of
from technic.errors import ParameterError
from technic.sessions import build_calendar

CALENDAR = build_calendar(2024)
DAYS = CALENDAR.last(5, np.datetime64(dt.date(2024, 3, 8)))


def frame(base):
    """Return the price frame of one symbol."""
    close = base + np.arange(5.0)
    columns = {"Open": close, "High": close + 1, "Low": close - 1, "Close": close, "Volume": close}
    return pd.DataFrame(columns, index=pd.DatetimeIndex(DAYS, name="Date"))


def table(by="Price"):
    """Return what yf.download answers for two symbols, by field or by ticker."""
    wide = pd.concat({"AAA": frame(10), "BRK-B": frame(20)}, axis=1, names=["Ticker", "Price"])
    return wide if by == "Ticker" else wide.swaplevel(axis=1).sort_index(axis=1)


@pytest.mark.parametrize("by", ["Price", "Ticker"])
@pytest.mark.parametrize("kind", ["whole", "mapping of wholes", "one each"])
def test_frames_with_two_names_for_each_column_are_taken(by, kind):
    """The whole answer, or what is cut out of it for a symbol."""
    wide = table(by)
    level = wide.columns.names.index("Ticker")
    cut = {s: wide.xs(s, axis=1, level=level, drop_level=False) for s in ("AAA", "BRK-B")}
    given = {"whole": wide, "mapping of wholes": dict.fromkeys(cut, wide), "one each": cut}[kind]
    panel = cache_of(given, CALENDAR).panel
    assert panel.symbols == ("AAA", "BRK.B")
    np.testing.assert_array_equal(panel.close, np.stack([frame(b).Close for b in (10, 20)], axis=1))


def test_days_that_a_symbol_has_no_price_of_are_no_bars_of_it():
    """A table has a row for each day of any symbol."""
    wide = table()
    wide.loc[wide.index[3:], [name for name in wide.columns if name[1] == "AAA"]] = np.nan
    cache = cache_of(wide, CALENDAR)
    assert cache.panel.length.tolist() == [3, 5]
    assert not len(cache.left_out_days.day)


def test_missing_volume_is_counted_in_them():
    """As in frames with one name."""
    wide = table()
    wide.loc[wide.index[1], ("Volume", "AAA")] = np.nan
    left_out = cache_of(wide, CALENDAR).left_out_days
    counted = left_out.counted(DAYS[0], DAYS[-1], {"AAA": 4, "BRK.B": 5})
    assert (counted["AAA"].without_volume, len(counted)) == (1, 1)


def test_a_frame_of_another_symbol_is_refused():
    """And a frame alone that names no symbol; beside good frames it is its symbol's entry."""
    with pytest.raises(ParameterError, match=r"price_cache\['CCC'\].*a frame with the bars of CCC"):
        cache_of({"CCC": table()}, CALENDAR)
    with pytest.raises(ParameterError, match="a mapping from symbol to price frame"):
        cache_of(frame(10), CALENDAR)
    cache = cache_of({"CCC": table(), "AAA": table()}, CALENDAR)
    assert cache.panel.symbols == ("AAA",)
    assert cache.failures["CCC"].reason == "unreadable_frame"
