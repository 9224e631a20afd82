"""Progress comes every hundred symbols, as a call and in the log, whatever a provider does."""

from __future__ import annotations

import datetime as dt
import logging
from itertools import pairwise

import numpy as np
import pytest

from support.vendor import CALENDAR
from technic.data_engine.history import get_price_history_batch
from technic.data_engine.interfaces.progress import SteadyProgress
from technic.data_engine.providers.demo import DemoProvider
from technic.testing import FakeProvider, make_bars

Calls = list[tuple[int, int]]


def told(steps: list[tuple[int, int]], total: int) -> Calls:
    """What comes of a provider's own calls."""
    calls: Calls = []
    steady = SteadyProgress(total, lambda *at: calls.append(at))
    for step in steps:
        steady(*step)
    steady.finish()
    return calls


@pytest.mark.parametrize(
    ("steps", "total", "done"),
    [
        ([], 250, [100, 200, 250]),
        ([(128, 400), (256, 400), (384, 400), (400, 400)], 400,
         [100, 128, 200, 256, 300, 384, 400]),
        ([(300, 300)], 300, [100, 200, 300]),
        ([(50, 90), (40, 90), (50, 90), (90, 90)], 90, [50, 90]),
        ([(0, 0)], 0, []),
        ([(70, 300), (99, 300)], 300, [70, 99, 100, 200, 300]),
    ],
    ids=["never", "blocks of 128", "one call", "goes back", "nobody", "stops early"],
)  # fmt: skip
def test_what_a_provider_skips_is_told(steps: list[tuple[int, int]], total: int, done: list[int]):
    """Each hundred, and what the provider itself said; each once, in order."""
    assert told(steps, total) == [(one, total) for one in done]


def demo(count: int) -> tuple[object, list[str], dt.datetime]:
    """The demo market."""
    provider = DemoProvider(CALENDAR)
    return provider, list(provider.listings().symbols[:count]), dt.datetime.now(dt.UTC)


def fake(count: int) -> tuple[object, list[str], dt.datetime]:
    """A provider that tells nothing."""
    names = [f"S{i:04d}" for i in range(count)]
    bars = make_bars(names, CALENDAR.last(5, np.datetime64("2024-03-08")))
    return FakeProvider(bars), names, dt.datetime(2024, 3, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize("make", [demo, fake], ids=["demo", "tells nothing"])
def test_a_batch_is_told_of_every_hundred(make, caplog: pytest.LogCaptureFixture):
    """Calls and lines in the log, with rate and time left, from the first hundred to the end."""
    provider, names, now = make(430)
    calls: Calls = []
    with caplog.at_level(logging.INFO, logger="technic"):
        get_price_history_batch(
            names, 5, provider=provider, now=now, progress=lambda *at: calls.append(at)
        )
    done = [0, *(at for at, _ in calls)]
    assert max(later - earlier for earlier, later in pairwise(done)) <= 100
    assert calls[-1] == (430, 430)
    lines = [record.getMessage() for record in caplog.records if "prices of" in record.msg]
    assert [line.split(" symbols")[0] for line in lines] == [
        f"prices of {count} of 430" for count in (100, 200, 300, 400, 430)
    ]
    assert all("a second" in line and "s left" in line for line in lines)


def test_rate_and_time_left_are_those_so_far(caplog: pytest.LogCaptureFixture):
    """100 of 400 in two seconds: 50 a second, six seconds left."""
    moments = iter([10.0, 12.0])
    steady = SteadyProgress(400, None, clock=lambda: next(moments))
    with caplog.at_level(logging.INFO, logger="technic"):
        steady(100, 400)
    (record,) = caplog.records
    assert record.getMessage() == "prices of 100 of 400 symbols, 50 a second, 6.0 s left"
