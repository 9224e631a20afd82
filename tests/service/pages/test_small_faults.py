"""What a browser shows where there is little: no scan yet, a lost result, a narrow window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.request import urlopen

import pytest

from service.pages.conftest import Watch
from service.pages.test_symbol_and_setups import call, scanned, shaped_market
from technic.service.pages.files import page_files

pytestmark = pytest.mark.xdist_group("browser")

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
PATIENCE_MS = 60_000.0
PAGES = ("market", "scan", "study", "ledger", "watches", "schedule", "data", "symbols/AAPL")
GONE = "0" * 32


@pytest.fixture(scope="module")
def empty(served: Any) -> Any:
    """An open service that has done nothing."""
    return served(open=True)


@pytest.fixture(scope="module")
def shaped(served: Any) -> tuple[str, str]:
    """A service with four shaped symbols, and its scan that asks for one shape."""
    base = served(open=True).base
    call(base, "/v1/uploads/shaped.csv", "PUT", shaped_market())
    return base, scanned(base, data="shaped.csv", where="cup_with_handle()")


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    """A tab of a wide window."""
    context = chromium.new_context(viewport=WIDE)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_page_of_an_empty_home_asks_for_what_is_not_there(
    chromium: Any, empty: Any, size: dict[str, int]
) -> None:
    """Each says that there is nothing yet, and where to begin; nothing fails on the way."""
    watch = Watch(empty.base)
    context = watch.over(chromium.new_context(viewport=size, base_url=empty.base))
    page = context.new_page()
    for name in PAGES:
        page.goto(f"/{name}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
        assert page.locator("#strip").inner_text().split("\n") == ["SIMULATED", "No scan yet"], name
        if name in ("market", "ledger", "symbols/AAPL"):
            page.get_by_role("heading", name="No scan yet").wait_for()
            assert page.locator("#empty a").first.get_attribute("href") == "/data"
            assert page.locator("main .card:visible").count() == 1, name
        assert watch.errors == [], name
    context.close()


def test_a_scan_that_keeps_nobody_says_so(chromium: Any, shaped: tuple[str, str]) -> None:
    """In sight, beside no empty card; the market still has its figures, and nothing fails."""
    base, _ = shaped
    scan = scanned(base, data="shaped.csv", where="close > 1e9")
    watch = Watch(base)
    page = watch.over(chromium.new_context(viewport=WIDE, base_url=base)).new_page()
    page.goto(f"/scan?id={scan}")
    said = page.get_by_text("No symbol passed; the ledger says why.")
    said.wait_for()
    box, frame = said.bounding_box(), page.locator("#grid").bounding_box()
    assert frame["x"] <= box["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"]
    page.get_by_text("No row, so there is no chart.").wait_for()
    page.wait_for_load_state("networkidle")
    page.goto(f"/market?id={scan}")
    page.get_by_text("the ledger says why.").wait_for()
    kept = page.locator("#regime dt", has_text="Kept by the scan").locator("+ dd")
    assert kept.text_content() == "0"
    page.context.close()
    assert (watch.errors, watch.foreign) == ([], [])


@pytest.mark.parametrize("path", ["market", "ledger", "symbols/AAPL"])
def test_a_link_to_a_result_that_is_gone_is_not_a_home_without_scans(
    tab: Any, shaped: tuple[str, str], path: str
) -> None:
    """The page says what is the matter with the link."""
    tab.goto(f"{shaped[0]}/{path}?id={GONE}")
    tab.get_by_text("there is no scan of this id").wait_for()
    assert tab.locator("#empty").is_hidden()


def test_the_vendor_that_is_set_is_the_one_that_is_synced(tab: Any, served: Any) -> None:
    """Whoever starts a sync without a look at the list syncs what the service reads."""
    from technic.data_engine.open_provider import REMOTE

    seldom = served(open=True, user={"provider": "polygon-files"})
    tab.goto(f"{seldom.base}/data")
    tab.get_by_role("button", name="Start a sync").wait_for()
    assert tab.get_by_label("Vendor").input_value() == "polygon-files"
    assert tab.locator("#vendor option").all_text_contents() == list(REMOTE)


def test_the_list_of_jobs_can_be_read_on_a_phone(tab: Any, shaped: tuple[str, str]) -> None:
    """No word of what can be done about a job is broken, whatever its state."""
    base, _ = shaped
    failed = call(base, "/v1/scans", "POST", {"data": "shaped.csv", "symbols": ["NOBODY"]})
    with urlopen(f"{base}/v1/scans/{failed['id']}/events", timeout=120) as events:
        events.read()
    tab.set_viewport_size(NARROW)
    tab.goto(f"{base}/data")
    jobs = tab.locator("#jobs")
    jobs.get_by_role("button", name="run again").wait_for()
    assert jobs.get_by_role("link", name="open").first.bounding_box()["height"] < 30
    assert jobs.get_by_role("button", name="run again").bounding_box()["width"] > 25
    jobs.get_by_text("failed").evaluate("one => { one.textContent = 'interrupted'; }")
    assert jobs.locator("table").evaluate("one => one.scrollWidth <= one.parentElement.clientWidth")
    assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_the_menu_of_columns_ends_within_the_window(tab: Any, shaped: tuple[str, str]) -> None:
    """Also with the facts of companies below, whose button has to be reached."""
    base, scan = shaped
    tab.goto(f"{base}/scan?id={scan}")
    tab.wait_for_selector(".tabulator-row")
    tab.locator("#columns-menu summary").click()
    button = tab.get_by_role("button", name="Scan with these")
    button.wait_for()
    box = button.bounding_box()
    assert box["y"] + box["height"] <= WIDE["height"]


def test_a_condition_is_written_once_and_as_it_was_asked(tab: Any, shaped: tuple[str, str]) -> None:
    """What has no name of its own is not repeated with blanks where it has underscores."""
    base, scan = shaped
    tab.goto(f"{base}/symbols/CUP_WITH_HANDLE?id={scan}")
    tab.locator("#rules .condition").wait_for()
    said = tab.locator("#rules .condition p").inner_text()
    assert said == "✓ met expression"
    assert tab.locator("#rules code.block").inner_text().startswith("cup_with_handle(")


def test_what_rounds_to_zero_has_no_sign(tab: Any, empty: Any) -> None:
    """A change of a thousandth of a percent is none; it is neither up nor down."""
    tab.goto(f"{empty.base}/data")
    shown = tab.evaluate(
        """async (path) => { const { number, signed } = await import(path);
            return [signed(-0.001), signed(0.004), signed(0), signed(-0.01), signed(12),
                    signed(-0.04, 1), number(-0.001), number(-1.5)]; }""",
        f"{page_files().prefix}/format.js",
    )
    assert shown == ["0.00", "0.00", "0.00", "\u22120.01", "+12.00", "0.0", "0.00", "-1.50"]


@pytest.mark.parametrize(("wide", "bars"), [(344, 90), (400, 130), (600, 200)])
def test_no_candle_is_below_the_name_of_a_level(
    tab: Any, shaped: tuple[str, str], wide: int, bars: int
) -> None:
    """On a phone, beside the table and on the page of a symbol: the last bars can be seen."""
    base, scan = shaped
    tab.goto(f"{base}/symbols/CUP_WITH_HANDLE?id={scan}")
    tab.wait_for_selector("#chart canvas")
    last, ends = tab.evaluate(
        """async ([path, wide, bars, scan]) => {
            const { PriceChart } = await import(path);
            const place = document.createElement("div");
            place.style.width = `${wide}px`;
            document.body.append(place);
            const detail = await (await fetch(`/v1/symbols/CUP_WITH_HANDLE?scan=${scan}`)).json();
            detail.levels = [{ kind: "stop", name: "target", price: detail.bars.close.at(-1) }];
            const drawn = new PriceChart(place);
            drawn.draw(detail, { bars });
            await new Promise((done) => setTimeout(done, 300));
            const scale = drawn.chart.timeScale();
            return [scale.logicalToCoordinate(detail.bars.date.length - 1), scale.width()]; }""",
        [f"{page_files().prefix}/chart.js", wide, bars, scan],
    )
    assert 0.6 * ends < last < ends - 45
