"""The check names what looks ahead, what depends on its start, and what on its company."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from support.hard_market import NOW, SESSIONS, hard_market
from support.made_up_market import SYMBOLS
from technic import ScanConfig
from technic.errors import ParameterError
from technic.language.functions.function import Function, Parameter
from technic.scan.expressions import analysis, compiler
from technic.scan.expressions import vocabulary as module
from technic.setups import load_setups
from technic.study.check import PastCheck, check_past
from technic.study.known_until import KnownUntil
from technic.study.replay.replay import open_replay
from technic.testing import FakeProvider, make_bars

X = Parameter("x", "series")


def next_bar(x: np.ndarray) -> np.ndarray:
    """Look at the bar after each: what no function may do."""
    out = np.full(x.shape, np.nan)
    out[:-1] = x[1:]
    return np.where(np.isnan(out), x, out)


def over_the_mean(x: np.ndarray) -> np.ndarray:
    """Divide by the mean of the row: what depends on who is in the block."""
    there = np.count_nonzero(~np.isnan(x), axis=1, keepdims=True)
    return x * np.maximum(there, 1) / np.nansum(x, axis=1, keepdims=True).clip(1.0)


PLUGGED_IN = {
    name: Function(name, (X,), "number", "window", kernel, "A plug-in.", "nowhere")
    for name, kernel in (("next_bar", next_bar), ("over_the_mean", over_the_mean))
}


@pytest.fixture
def plugged_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two functions that somebody has added and that do what they must not."""
    monkeypatch.setattr(module, "PATTERNS", {**module.PATTERNS, **PLUGGED_IN})
    caches = (module.vocabulary, analysis.definitions, compiler.read_expressions)
    for one in caches:
        one.cache_clear()
    yield
    monkeypatch.undo()
    for one in caches:
        one.cache_clear()


def checked(config: ScanConfig, count: int = 1, seed: int = 3) -> PastCheck:
    """Check random days of two years of the hard market."""
    days = SESSIONS[560:880]
    replay = open_replay(config, days=days, provider=hard_market(), now=NOW)
    return check_past(replay, count, seed)


def test_a_sound_scan_stays_as_it_was():
    """Default columns, a setup with ranks, weekly bars: nothing changes, whatever is asked."""
    config = ScanConfig(
        setups=load_setups("trend_template", "nr7"),
        columns=("weekly(close / sma(close, 10))", "rank(roc(close, 21))"),
    )
    found = checked(config, count=2)
    assert found.changes == ()
    assert not found.looks_ahead
    assert {"tech_rating", "rs_rating", "setup nr7", "trend_template.strong"} <= set(found.names)
    assert str(found).endswith("checked on 2 days: the past stays as it was")


def test_a_function_that_looks_ahead_is_named(plugged_in: None):
    """In a column and in a condition, with where it shows."""
    found = checked(
        ScanConfig(
            columns=("tomorrow = next_bar(close)", "close"), where="next_bar(close) > close * 1.01"
        )
    )
    assert found.looks_ahead
    ahead = {change.name: change for change in found.of("later bars")}
    assert set(ahead) == {"tomorrow", "next_bar(close) > close * 1.01"}
    change = ahead["tomorrow"]
    assert change.day == found.days[0]
    assert 10 < change.symbols <= change.places
    assert "tomorrow changes with what came later: it looks ahead" in str(found)


def test_what_depends_on_its_company_is_named(plugged_in: None):
    """A mean over the block, and the setup-like condition made of it."""
    found = checked(ScanConfig(columns=("strange = over_the_mean(close)",)))
    assert {change.name for change in found.of("company")} == {"strange"}


def test_what_depends_on_its_start_is_named():
    """Running totals and recursions that have not settled; windows of any length do not."""
    config = ScanConfig(columns=("total = obv()", "slow = ema(close, 400)", "sma(close, 200)"))
    found = checked(config)
    assert {change.name for change in found.of("start")} == {"total", "slow"}
    assert not found.looks_ahead


@pytest.mark.parametrize("count", [0, 321, True, "2"])
def test_only_days_of_the_replay_can_be_checked(count: object):
    """How many there are stands in the message."""
    with pytest.raises(ParameterError, match="count.*from 1 to 320, the days of the replay"):
        checked(ScanConfig(), count)


@pytest.mark.parametrize("kept", [[1, 2, 3, 4], []], ids=["some", "none"])
def test_who_drops_out_without_later_bars_is_named(
    kept: list[int], monkeypatch: pytest.MonkeyPatch
):
    """A symbol that only later bars bring in; with no symbol in common nothing raises."""
    bars = make_bars(SYMBOLS[:5], SESSIONS)
    others = FakeProvider(make_bars([SYMBOLS[at] for at in kept] or ["ZZ"], SESSIONS))
    monkeypatch.setattr("technic.study.check.KnownUntil", lambda _, day: KnownUntil(others, day))
    days = SESSIONS[560:570]
    replay = open_replay(ScanConfig(), days=days, provider=FakeProvider(bars), now=NOW)
    found = check_past(replay, 1)
    (change,) = (one for one in found.of("later bars") if one.name == "who is scanned")
    assert change.before == "there"
    assert (change.symbol, change.after) == (SYMBOLS[0], "not there")
    assert (change.symbols, change.places) == ((1, 5) if kept else (6, 6))
    assert found.looks_ahead
    assert "who is scanned changes with what came later: it looks ahead" in str(found)
