from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from service.pages.conftest import Watch

pytestmark = pytest.mark.xdist_group("browser")

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SECOND = 1_000.0
PATIENCE_MS = 60 * SECOND
EXPRESSION = "close > sma(close, 50)"
PAGES = ("/market", "/scan", "/ledger", "/watches", "/schedule", "/data", "/symbols/{top}")
ALIKE = [
    ".tabulator-row:nth-child(n+4)",
    "#symbols tbody tr:nth-child(n+4)",
    "#chart-table tbody",
    "#side-table tbody",
    ".all-figures div:nth-child(n+4)",
]
"""Rows that are like the first of their kind: looking at all of them takes a minute."""
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def demo(served: Any) -> Any:
    """An open service on the demo market that has done nothing yet."""
    return served(open=True)


@pytest.fixture(scope="module")
def watch(demo: Any) -> Watch:
    """What no page of the whole file may do."""
    return Watch(demo.base)


@pytest.fixture
def page(chromium: Any, demo: Any, watch: Watch) -> Iterator[Any]:
    """A tab of a browser that was never here; nothing may go wrong in it."""
    context = watch.over(chromium.new_context(viewport=WIDE, base_url=demo.base))
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
    assert watch.errors == []
    assert watch.foreign == []


@pytest.fixture(scope="module")
def begun(chromium: Any, demo: Any, watch: Watch) -> dict[str, Any]:
    """What a newcomer sees: from the empty home to the table of the demo market."""
    context = watch.over(chromium.new_context(viewport=WIDE, base_url=demo.base))
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/")
    page.wait_for_selector("#begin:not([hidden])")
    seen = {"first": page.url}
    page.get_by_role("button", name="Scan the demo market").click()
    page.wait_for_selector("#demo-progress:not([hidden])")
    seen["said"] = page.locator("#demo-said").text_content()
    page.wait_for_url("**/scan?id=*", wait_until="commit")
    page.wait_for_selector(".tabulator-row")
    seen["id"] = page.url.partition("id=")[2][:32]
    seen["strip"] = page.locator("#strip").inner_text()
    context.close()
    return seen


def asked(demo: Any, path: str) -> Any:
    """What the API says, for comparison with the page."""
    with urlopen(demo.base + path, timeout=60) as answer:
        return json.loads(answer.read())


def first_symbols(page: Any, count: int = 3) -> list[str]:
    """The symbols of the first rows, as they are drawn."""
    cells = page.locator(".tabulator-row .tabulator-cell[tabulator-field=symbol]")
    return [text.strip() for text in cells.all_text_contents()[:count]]


def best(rows: dict[str, Any], column: str, *, largest: bool = True) -> str:
    """The symbol whose value is the largest, or the smallest, by a plain loop."""
    names, values = (rows["values"][rows["columns"].index(name)] for name in ("symbol", column))
    pairs = [(value, name) for name, value in zip(names, values, strict=True) if value is not None]
    return (max if largest else min)(pairs)[1]


def show_everything(page: Any, demo: Any, rows: int) -> None:
    """See that the rows in view are the tradeable ones; then take the floors away."""
    dollar_volume = page.get_by_label("Dollar volume ≥")
    assert (dollar_volume.input_value(), page.get_by_label("Price ≥").input_value()) == ("5M", "0")
    path = "/v1/scans/latest/rows?columns=avg_dollar_volume_20"
    in_view = sum(1 for value in asked(demo, path)["values"][0] if value >= 5e6)
    assert 0 < in_view < rows < 3_455
    page.get_by_text(f"{in_view:,} of {rows:,} rows.").wait_for()
    dollar_volume.fill("0")
    dollar_volume.press("Enter")
    page.get_by_text(f"{rows:,} rows.", exact=True).wait_for()


def test_a_newcomer_comes_to_the_table_by_one_click(begun: dict[str, Any]) -> None:
    """A newcomer comes to the table of the demo market by one click."""
    assert begun["first"].endswith("/data")
    assert "SIMULATED" in begun["strip"]
    assert "6,000 symbols" in begun["strip"]
    assert "Data as of" in begun["strip"]


def test_a_scan_is_asked_followed_sorted_filtered_and_taken_away(
    page: Any, demo: Any, chromium: Any, watch: Watch, begun: dict[str, Any]
) -> None:
    """A scan is asked for with a mistake first, then followed, sorted, filtered and exported."""
    page.goto("/scan")
    page.fill("#where", "close > smaa(close, 50)")
    page.get_by_text("'smaa' is no function, at column 9; did you mean sma?").wait_for()
    assert page.locator("#where-mirror mark").text_content() == "smaa(close, 50)"
    page.fill("#where", EXPRESSION)
    page.get_by_text("looks back 50 sessions").wait_for()
    page.keyboard.press("Escape")
    page.locator(".chip-more").select_option("min_price")
    page.get_by_label("Price from ($)").fill("5")
    page.get_by_role("button", name="Set", exact=True).click()
    page.locator(".chip", has_text="$5").wait_for()
    page.get_by_role("button", name="Scan", exact=True).click()
    page.wait_for_selector("#progress:not([hidden])")
    page.wait_for_url(lambda url: begun["id"] not in url)
    summary = asked(demo, "/v1/scans/latest/rows?columns=symbol,close,rs_rating,tech_rating")
    page.locator("#result-title", has_text=f"{summary['rows']:,} symbols").wait_for()
    show_everything(page, demo, summary["rows"])

    page.locator(".tabulator-col[tabulator-field=close]").click(position={"x": 30, "y": 12})
    page.wait_for_url(lambda url: "sort=close" in url)
    assert first_symbols(page, 1) == [best(summary, "close")]

    page.get_by_label("Filter rating").press_sequentially(">=80")
    page.wait_for_url(lambda url: "f.tech_rating" in url)
    ratings = summary["values"][3]
    strong = sum(1 for value in ratings if value is not None and value >= 80)
    said = f"{strong} of {summary['rows']:,} rows." if strong else "0 of"
    page.get_by_text(said).wait_for()

    shared = page.url
    other = watch.over(chromium.new_context(viewport=WIDE, base_url=demo.base)).new_page()
    other.goto(shared)
    other.get_by_text(said).wait_for()
    chosen = other.locator(".tabulator-selected [tabulator-field=symbol]")
    assert chosen.text_content() == parse_qs(urlsplit(shared).query)["symbol"][0]
    assert chosen.is_visible()  # the link shows the row that was chosen, wherever it is
    other.locator(".tabulator-tableholder").evaluate("one => { one.scrollTop = 0; }")
    first = other.locator(".tabulator-row [tabulator-field=symbol]").first
    first.get_by_text(first_symbols(page, 1)[0], exact=True).wait_for()
    assert first_symbols(other) == first_symbols(page)
    assert other.locator("#where").input_value() == EXPRESSION
    other.context.close()

    page.locator("#export-menu summary").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    lines = taken.value.path().read_text(encoding="utf-8").splitlines()
    assert sum(1 for line in lines if not line.startswith("#")) == summary["rows"] + 1


def test_an_open_page_takes_little_memory(page: Any, begun: dict[str, Any]) -> None:
    """Thousands of rows are some megabytes of figures; the rows in sight alone are elements."""
    page.goto(f"/scan?id={begun['id']}")
    page.wait_for_selector(".tabulator-row .spark")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    assert found["JSHeapUsedSize"] < 48 * 2**20
    assert found["Nodes"] < 20_000
    assert page.locator(".tabulator-row").count() < 100


def test_the_chart_follows_the_keys(page: Any, begun: dict[str, Any]) -> None:
    """The chart follows the row that the keys go to, and Enter opens its page."""
    page.goto(f"/scan?id={begun['id']}")
    page.wait_for_selector(".tabulator-row")
    before = first_symbols(page, 3)
    page.locator("#side-symbol", has_text=before[0]).wait_for()
    page.locator("#grid").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.locator("#side-symbol", has_text=before[2]).wait_for()
    page.wait_for_selector(f"#side-chart[aria-label*='{before[2]},'] canvas")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/symbols/{before[2]}*")


def test_columns_are_chosen_and_kept_in_the_address(page: Any, begun: dict[str, Any]) -> None:
    """Columns are chosen, drawn, and kept in the address."""
    page.goto(f"/scan?id={begun['id']}&columns=close,rsi_14,closes")
    page.wait_for_selector(".tabulator-row svg.spark polyline")
    fields = page.locator(".tabulator-col").evaluate_all(
        "all => all.map(one => one.getAttribute('tabulator-field'))"
    )
    assert fields == ["symbol", "close", "rsi_14", "closes"]
    page.locator("#columns-menu summary").click()
    page.locator("#columns-body").get_by_label("RS", exact=True).check()
    page.wait_for_selector(".tabulator-col[tabulator-field=rs_rating]")
    assert "rs_rating" in page.url


def test_a_setup_is_saved_as_a_file(page: Any, begun: dict[str, Any]) -> None:
    """What the form asks is saved as a file that can be read back."""
    from technic.setups.scan_file import parse_setup

    page.goto(f"/scan?id={begun['id']}&where=close+%3E+10&min_rs=80")
    page.get_by_role("button", name="Save as setup").click()
    page.get_by_label("What it looks for").fill('Strong "ones"')
    page.get_by_label("Where", exact=True).select_option("as a file to download")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Save", exact=True).click()
    setup = parse_setup("my_setup", taken.value.path().read_text(encoding="utf-8"))
    assert [one.where for one in setup.conditions] == ["close > 10", "rs_rating >= 80"]
    assert setup.meaning == 'Strong "ones"'


def test_a_symbol_shows_plan_rating_and_votes(page: Any, demo: Any, begun: dict[str, Any]) -> None:
    """A symbol shows chart, plan, a rating that adds up and 26 votes; keys turn the page."""
    rows = asked(demo, f"/v1/scans/{begun['id']}/rows?columns=symbol")
    first, second = rows["values"][0][:2]
    page.goto(f"/symbols/{first}?id={begun['id']}")
    page.wait_for_selector("#chart canvas")
    page.locator("#chart-table summary").click()
    assert page.locator("#chart-table tbody tr").count() > 250
    parts = page.locator(".part-points").all_text_contents()
    total = sum(float(text.split(" of ")[0]) for text in parts)
    assert total == pytest.approx(
        float(page.locator("#rating .big").inner_text().split()[0]), abs=0.4
    )
    assert page.locator("li.vote").count() == 26
    assert page.locator("#plan tbody tr").count() == 3
    assert "TradingView" in page.locator("footer").inner_text()
    page.locator("#after", has_text=second).wait_for()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/symbols/{second}*")


def test_the_ledger_leads_to_each_symbol_and_its_reason(
    page: Any, demo: Any, begun: dict[str, Any]
) -> None:
    """The ledger's picture leads to the symbols of an outcome, and these to why they are out."""
    page.goto(f"/ledger?id={begun['id']}")
    page.wait_for_selector("#flow svg .to")
    page.locator("#counts button", has_text="gate · stale").click()
    found = asked(demo, f"/v1/scans/{begun['id']}/ledger?outcome=gate.stale&limit=1")
    page.locator("#symbols-said", has_text=f"{found['total']} symbols").wait_for()
    symbol = found["symbols"][0]
    page.get_by_role("link", name=symbol["symbol"], exact=True).click()
    page.wait_for_url(f"**/symbols/{symbol['symbol']}*")
    page.get_by_text(symbol["detail"]).first.wait_for()


def test_the_market_is_drawn(page: Any, begun: dict[str, Any]) -> None:
    """Regime, breadth over time and the map of sectors are drawn."""
    page.goto(f"/market?id={begun['id']}")
    page.wait_for_selector("#sectors svg .to")
    assert page.locator("svg.lines path.trace").count() == 4
    assert "%" in page.locator("#regime").inner_text()
    assert page.locator("#top tbody tr").count() == 10


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", WIDE), ("dark", NARROW)], ids=["wide-light", "narrow-dark"]
)
def test_everybody_can_use_every_page(
    chromium: Any,
    demo: Any,
    axe: str,
    watch: Watch,
    begun: dict[str, Any],
    scheme: str,
    size: dict[str, int],
) -> None:
    """No page has a violation of WCAG's levels A or AA, and none is wider than its window."""
    rows = asked(demo, f"/v1/scans/{begun['id']}/rows?columns=symbol")
    context = chromium.new_context(viewport=size, color_scheme=scheme, base_url=demo.base)
    page = watch.over(context).new_page()
    found = []
    for path in PAGES:
        page.goto(path.format(top=rows["values"][0][0]))
        page.wait_for_load_state("networkidle")
        page.evaluate(axe)
        answer = page.evaluate(
            """([levels, rest]) => axe.run(
                {exclude: rest.filter(one => document.querySelector(one))},
                {runOnly: {type: 'tag', values: levels}})""",
            [LEVELS, ALIKE],
        )
        found += [
            (path, one["id"], one["nodes"][0]["target"], len(one["nodes"]))
            for one in answer["violations"]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], path
    context.close()
    assert found == []
    assert watch.errors == []


def test_a_key_logs_in_and_out(chromium: Any, served: Any) -> None:
    """Without a log-in a page leads to it; a key leads back; logging out ends the session."""
    closed = served()
    _, key = closed.service.keys.add("browser", "run")
    watch = Watch(closed.base)
    context = watch.over(chromium.new_context(viewport=WIDE, base_url=closed.base))
    page = context.new_page()
    page.goto("/data?x=1")
    assert page.url == f"{closed.base}/login?next=/data%3Fx%3D1"
    page.get_by_label("Key").fill(key)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/data?x=1")
    cookie = context.cookies()[0]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    page.goto("/scan")
    page.fill("#where", "close > 5")
    page.get_by_text("looks back 1 session").wait_for()
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    page.goto("/market")
    assert "/login" in page.url
    context.close()
    assert (watch.errors, watch.foreign) == ([], [])
