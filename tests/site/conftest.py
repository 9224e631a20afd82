"""A market of twelve symbols, its last day, and the site of that day."""

from __future__ import annotations

import pytest

from service.conftest import small_market
from support.sites import LISTINGS, Market
from technic.site.build import build_site
from technic.site.day import Day


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Market:
    """A market of twelve symbols, one with a name that is markup."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "prices.csv").write_bytes(small_market())
    (folder / "listings.csv").write_text(LISTINGS, encoding="utf-8")
    return Market(folder / "prices.csv", folder / "listings.csv", folder / "home")


@pytest.fixture(scope="session")
def day(market: Market) -> Day:
    """Its last day."""
    return market.day()


@pytest.fixture(scope="session")
def files(day: Day) -> dict[str, bytes]:
    """The site of that day."""
    return build_site(day, top=4)
