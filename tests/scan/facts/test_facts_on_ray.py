"""Facts travel to the workers of Ray with the scan, and give there what they give here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.company_facts import company_facts
from support.made_up_market import SESSIONS, SYMBOLS, assert_same, scan
from technic import ScanConfig
from technic.engine.ray_runner import RayRunner, start_ray
from technic.testing import make_bars

pytest.importorskip("ray")


@pytest.fixture(scope="module", autouse=True)
def one_ray() -> Iterator[None]:
    """Start Ray once for all tests here."""
    with start_ray():
        yield


def test_ray_gives_the_same_rows():
    """Facts travel to the workers with the scan."""
    bars = make_bars(SYMBOLS, SESSIONS)
    config = ScanConfig(
        where="eps_growth_yoy > 0 and age(eps_growth_yoy) < 400",
        columns=("pe_ttm", "ema(eps_ttm, 9)", "market_cap_of_day"),
        block_size=4,
    )
    here = scan(bars, config, facts=company_facts())
    assert_same(here, scan(bars, config, facts=company_facts(), runner=RayRunner()))
    assert len(here.table) > 3
