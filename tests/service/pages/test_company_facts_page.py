"""What a browser shows of a company's facts: bars and filings, and columns that are added."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from urllib.request import Request, urlopen

import pytest

from service.conftest import small_market
from service.pages.conftest import Watch
from support.facts import filing, table_of
from technic.facts.store import FactStore

pytestmark = pytest.mark.xdist_group("browser")

PATIENCE_MS = 60_000.0
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
QUARTERS = (
    ("2022-10-01", "2022-12-31", "2023-02-01", 0.5),
    ("2023-01-01", "2023-03-31", "2023-05-02", 0.6),
    # the second quarter of 2023 was never filed
    ("2023-07-01", "2023-09-30", "2023-11-01", -0.25),
    ("2023-10-01", "2023-12-31", "2024-02-01", 0.75),
)
NOT_KNOWN = "\u2013"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def call(base: str, path: str, method: str = "GET", body: bytes | None = None) -> Any:
    """What a route answers."""
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(f"{base}{path}", body, headers, method=method)) as answer:
        return json.loads(answer.read())


@pytest.fixture(scope="module")
def scanned(served: Any) -> tuple[str, str]:
    """A service with a small market and the facts of S02: its address, and the id of a scan."""
    one = served(open=True)
    rows = []
    for start, end, known, eps in QUARTERS:
        facts = (
            ("eps", "EarningsPerShareDiluted", start, end, eps),
            ("revenue", "Revenues", start, end, 1.5e9),
            ("shares_outstanding", "dei:EntityCommonStockSharesOutstanding", None, end, 2e8),
        )
        rows += filing((320193, "S02"), "10-Q", f"{known}T12:00:00", *facts)
        event = ("earnings_event", "sec:item 2.02", None, known, 1.0)
        rows += filing((320193, "S02"), "8-K", f"{known}T11:30:00", event)
    FactStore(one.service.settings.settings.home).append(table_of(rows))
    call(one.base, "/v1/uploads/small.csv", "PUT", small_market())
    asked = json.dumps({"data": "small.csv"}).encode()
    identity = call(one.base, "/v1/scans", "POST", asked)["id"]
    path = f"/v1/scans/{identity}/events"
    with urlopen(f"{one.base}{path}") as events:  # until the job is over
        events.read()
    assert call(one.base, f"/v1/scans/{identity}")["state"] == "done"
    return one.base, identity


@pytest.fixture
def watch(scanned: tuple[str, str]) -> Watch:
    """What no page may do."""
    return Watch(scanned[0])


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def page(
    chromium: Any, scanned: tuple[str, str], watch: Watch, request: pytest.FixtureRequest
) -> Iterator[Any]:
    """A tab in which nothing may go wrong."""
    context = watch.over(chromium.new_context(viewport=request.param, base_url=scanned[0]))
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
    assert (watch.errors, watch.foreign) == ([], [])


def test_quarters_are_bars_with_a_table_of_their_filings(
    page: Any, scanned: tuple[str, str], axe: str
) -> None:
    """Losses below the line, a gap where nothing was filed; everybody can use it."""
    page.goto(f"/symbols/S02?id={scanned[1]}")
    page.locator("#company table").first.wait_for()
    revenue, eps = page.locator("#company svg").all()
    assert (revenue.locator("rect").count(), eps.locator("rect.loss").count()) == (4, 1)
    lefts = [float(one.get_attribute("x")) for one in eps.locator("rect").all()]
    steps = [after - before for before, after in pairwise(lefts)]
    assert steps[1] == pytest.approx(2 * steps[0])
    assert steps[2] == pytest.approx(steps[0])
    assert "4 fiscal quarters, 2022-12-31 to 2023-12-31" in eps.get_attribute("aria-label")
    first = page.locator("#company table").first.locator("tbody tr").first
    cells = [*first.locator("th, td").all_inner_texts()]
    assert cells == ["2023-12-31", "1.5B", "0.75", "2024-02-01 12:00 UTC", "10-Q"]
    link = first.get_by_role("link").get_attribute("href")
    assert link.startswith("https://www.sec.gov/Archives/edgar/data/320193/")
    said = page.locator("#company").inner_text()
    assert "2024-04-30" in said
    assert "estimate" in said
    assert "EDGAR" in said
    page.evaluate(axe)
    found = page.evaluate(
        "(levels) => axe.run('#company-card', {runOnly: {type: 'tag', values: levels}})", LEVELS
    )
    assert [(one["id"], one["nodes"][0]["target"]) for one in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_company_of_which_nothing_is_known_says_so(page: Any, scanned: tuple[str, str]) -> None:
    """In one sentence."""
    page.goto(f"/symbols/S03?id={scanned[1]}")
    place = page.locator("#company")
    place.get_by_text("Nothing was known of S03 on 2024-03-08.").wait_for()
    assert place.locator("svg, table").count() == 0


def test_a_grid_adds_the_facts_that_are_ticked(page: Any, scanned: tuple[str, str]) -> None:
    """The scan runs again with them; they are in sight, in the address and among the chips."""
    page.goto(f"/scan?id={scanned[1]}&vp=0&vv=0&columns=close")
    page.locator(".tabulator-row").first.wait_for()
    page.locator("#columns-menu summary").click()
    menu = page.locator("#columns-body")
    menu.get_by_label("market cap of day", exact=True).check()
    menu.get_by_label("eps", exact=True).check()
    menu.get_by_role("button", name="Scan with these").click()
    page.locator(".tabulator-col[tabulator-field=market_cap_of_day]").wait_for()
    cells = page.locator(".tabulator-cell[tabulator-field=market_cap_of_day]").all_inner_texts()
    assert sorted(set(cells))[-1] == NOT_KNOWN
    (known,) = {one for one in cells if one != NOT_KNOWN}
    assert known.endswith("B")
    assert "columns=close%2Ceps%2Cmarket_cap_of_day" in page.url
    assert "eps, market cap of day" in page.locator("#chips").inner_text()
