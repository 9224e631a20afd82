"""The price floor judges the price at which a day was traded, where that is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from support.made_up_market import CALENDAR, NOW, SESSIONS, SYMBOLS
from technic import FilterRules, ScanConfig, ScanResult, run_scan
from technic.cli.entry import run
from technic.data_engine.adjust import split_adjust
from technic.data_engine.gate.rules import GateRules
from technic.data_engine.interfaces.records import PriceBasis, Splits
from technic.data_engine.providers.demo import DemoProvider
from technic.errors import ParameterError
from technic.panel import PRICES, LongBars
from technic.testing import FakeProvider, make_bars

CHEAP = SYMBOLS[0]
DAY, MERGED = SESSIONS[-40], SESSIONS[-20]
"""The scan's day; twenty sessions later CHEAP merges a hundred shares into one."""
MERGER = Splits(np.array([CHEAP], object), MERGED + np.arange(1), np.array([0.01]))
AS_OF = ScanConfig(as_of=str(DAY))


def raw_bars() -> LongBars:
    """Bars as they were traded: CHEAP at about half a dollar until its reverse split."""
    bars = make_bars(SYMBOLS, SESSIONS)
    cheap = (bars.column == 0) & (bars.session < MERGED)
    scale = np.where(cheap, 0.01, 1.0)
    prices = {name: getattr(bars, name) * scale for name in PRICES}
    return replace(bars, **prices, volume=bars.volume / scale)


def scan(
    bars: LongBars, config: ScanConfig = AS_OF, basis: PriceBasis = "raw", splits: Splits = MERGER
) -> ScanResult:
    """Scan with a provider of bars that come in that basis."""
    known = splits if basis == "raw" else Splits.none()
    provider = FakeProvider(bars, splits=known, price_basis=basis)
    return run_scan(config, provider=provider, now=NOW)


def floored(basis: str | None, **rules: float) -> ScanConfig:
    """A scan of the day with that basis of the price floor."""
    return ScanConfig(as_of=str(DAY), gate=GateRules(price_floor_basis=basis, **rules))


@pytest.mark.parametrize("end", [DAY, SESSIONS[-30], MERGED, SESSIONS[-1]])
def test_what_is_below_the_floor_does_not_depend_on_where_the_data_ends(end):
    """At half a dollar the symbol is too cheap on its day, whatever it is merged into later."""
    bars = raw_bars()
    result = scan(bars.rows(bars.session <= end))
    traded = float(bars.close[(bars.column == 0) & (bars.session == DAY)][0])
    outcome = result.ledger.of(CHEAP)
    assert outcome == ("gate.price_floor", f"close {traded:.4g} is below 1")
    assert result.data.price_floor_basis == "traded"
    assert not [text for text in result.warnings if "price_floor" in text]


def test_adjusted_data_is_judged_as_given_with_one_warning():
    """The merged price of half a year ago passes the floor, and the result says why it may."""
    bars = split_adjust(raw_bars(), MERGER, SESSIONS[-1])
    config = replace(AS_OF, filters=FilterRules(min_price=5.0))
    result = scan(bars, config, "split_adjusted")
    assert result.ledger.of(CHEAP)[0] == "kept"
    assert result.data.price_floor_basis == "as_given"
    (warning,) = [text for text in result.warnings if "price_floor" in text]
    assert warning.startswith(f"price_floor 1, min_price 5: the prices of {DAY} are judged as")


@pytest.mark.parametrize(
    "config",
    [
        floored("as_given"),
        floored("off"),
        floored(None, price_floor=0.0),
        ScanConfig(as_of=str(DAY), gate=GateRules(skip=("price_floor",))),
        ScanConfig(),
    ],
    ids=["asked for", "off", "floor of nothing", "skipped", "last day"],
)
def test_nothing_is_warned_of_where_the_user_knows_or_nothing_is_judged(config):
    """Nor on the last day, whose prices nothing has adjusted later."""
    result = scan(make_bars(SYMBOLS, SESSIONS), config, "unknown")
    assert not [text for text in result.warnings if "price_floor" in text]


def test_off_lets_every_price_pass():
    """Prices of half a dollar are scanned then."""
    result = scan(raw_bars(), floored("off"))
    assert result.ledger.of(CHEAP)[0] == "kept"
    assert result.data.price_floor_basis == "off"


@pytest.mark.parametrize(
    ("basis", "why"), [("split_adjusted", "come adjusted"), ("unknown", "do not say how")]
)
def test_traded_prices_that_nobody_knows_are_refused(basis, why):
    """The error says what they are instead, and what can be asked."""
    with pytest.raises(ParameterError, match=f"is 'traded', allowed: as_given, off; .* {why}"):
        scan(raw_bars(), floored("traded"), basis)


def test_a_basis_nobody_knows_is_refused():
    """With those there are."""
    with pytest.raises(ParameterError, match="allowed: traded, as_given, off"):
        GateRules(price_floor_basis="raw")


def test_the_terminal_and_json_say_which_prices_were_judged(capsys):
    """Beside the universe, and under data."""
    symbols = ",".join(DemoProvider(CALENDAR).listings().symbols[:5])
    run(["scan", "--symbols", symbols, "--price-floor-basis", "traded", "--price-floor", "2"])
    assert "· price floor 2 on traded prices" in " ".join(capsys.readouterr().out.split())
    run(["scan", "--symbols", symbols, "--price-floor-basis", "off", "--format", "json"])
    out = capsys.readouterr().out
    assert '"price_floor_basis": "off"' in out
