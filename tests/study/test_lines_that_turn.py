"""Lines that feed on their own past forget where history begins; levels of totals do not."""

from technic import ScanConfig
from technic.data_engine.providers.demo import DemoProvider
from technic.sessions import build_calendar
from technic.study import check_past, open_replay

FORGETS = (
    "sar()",
    "supertrend()",
    "supertrend_direction()",
    "zigzag_direction(2)",
    "zigzag_pivot(2)",
    "zigzag_extreme(2)",
    "kama(close)",
    "ha_open()",
    "ha_high()",
    "fisher()",
    "stc(close)",
    "connors_rsi(close)",
    "tsi(close)",
    "trix(close)",
    "adosc()",
    "ytd_change()",
    "anchored_vwap(close > close[1])",
)
REMEMBERS = ("cumsum(close)", "nvi()", "pvi()")


def test_a_year_more_of_history_changes_totals_alone():
    """A window that begins a year earlier: the levels of totals move, and nothing else does."""
    listed = DemoProvider(build_calendar(2026)).listings().symbols
    config = ScanConfig(
        provider="demo",
        symbols=tuple(sorted(listed)[::400]),
        rank_among="shown",
        where="close > 0",
        columns=tuple(f"c{i} = {text}" for i, text in enumerate((*FORGETS, *REMEMBERS))),
    )
    past = check_past(open_replay(config, "2026-03-02", "2026-06-30"), count=2)
    assert not past.looks_ahead
    named = {change.name for change in past.of("start")}
    assert named == {f"c{len(FORGETS) + i}" for i in range(len(REMEMBERS))}
