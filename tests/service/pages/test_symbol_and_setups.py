"""What a browser shows of a symbol: pattern, RS line, history; and of setups, orders and links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
import pytest

from service.pages.conftest import Watch
from support.shaped_bars import golden, straight
from technic.sessions import build_calendar

pytestmark = pytest.mark.xdist_group("browser")

WIDE = {"width": 1440, "height": 900}
PATIENCE_MS = 60_000.0
PATTERNS = ("vcp", "cup_with_handle", "flat_base", "high_tight_flag")
SHAPE = "rgb(122, 69, 216)"
"""The colour of patterns on a light ground: no other line has it."""


def shaped_market() -> bytes:
    """Four symbols, each with the bars of one chart pattern, as CSV."""
    lines = ["symbol,date,open,high,low,close,volume"]
    for name in PATTERNS:
        fields = straight(golden(name)["legs"])
        days = build_calendar(2026).last(len(fields["close"]), np.datetime64("2024-03-08"))
        columns = [fields[one].tolist() for one in ("open", "high", "low", "close", "volume")]
        for day, *values in zip(days, *columns, strict=True):
            lines.append(",".join([name.upper(), str(day), *(repr(value) for value in values)]))
    return "\n".join(lines).encode()


def call(base: str, path: str, method: str = "GET", body: Any = None, key: str = "") -> Any:
    """Ask the API."""
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    headers = {} if isinstance(body, bytes | None) else {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    request = Request(base + path, data=data, headers=headers, method=method)
    with urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())


def scanned(base: str, key: str = "", **asked: Any) -> str:
    """Scan and wait for the result's id."""
    job = call(base, "/v1/scans", "POST", asked, key)
    told = Request(f"{base}/v1/scans/{job['id']}/events")
    if key:
        told.add_header("Authorization", f"Bearer {key}")
    with urlopen(told, timeout=120) as events:
        events.read()
    job = call(base, f"/v1/scans/{job['id']}", key=key)
    assert job["state"] == "done", job
    return str(job["id"])


def where() -> str:
    """An expression that asks for every pattern as its golden file has it."""
    calls = []
    for name in PATTERNS:
        given = ", ".join(f"{key}={value}" for key, value in golden(name)["parameters"].items())
        calls.append(f"{name}({given})")
    return f"{' or '.join(calls)} or close > 0"


@pytest.fixture(scope="module")
def shaped(served: Any) -> tuple[str, str]:
    """A service whose four symbols show the four patterns: its address, and the id of the scan."""
    base = served(open=True).base
    call(base, "/v1/uploads/shaped.csv", "PUT", shaped_market())
    return base, scanned(base, data="shaped.csv", where=where(), bars=60)


@pytest.fixture
def watch(shaped: tuple[str, str]) -> Watch:
    """What no page may do."""
    return Watch(shaped[0])


@pytest.fixture
def page(chromium: Any, shaped: tuple[str, str], watch: Watch) -> Iterator[Any]:
    """A tab in which nothing may go wrong."""
    context = watch.over(
        chromium.new_context(viewport=WIDE, base_url=shaped[0], color_scheme="light")
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
    assert (watch.errors, watch.foreign) == ([], [])


def painted(page: Any, colour: str) -> int:
    """How many pixels of the chart have a colour."""
    found: int = page.evaluate(
        """([colour]) => {
            const wanted = [...colour.match(/[0-9]+/g).map(Number), 255];
            let count = 0;
            for (const canvas of document.querySelectorAll('#chart canvas')) {
                const { width, height } = canvas;
                if (!width || !height) continue;
                const copy = new OffscreenCanvas(width, height);
                const place = copy.getContext('2d', { willReadFrequently: true });
                place.drawImage(canvas, 0, 0);
                const { data } = place.getImageData(0, 0, width, height);
                for (let i = 0; i < data.length; i += 4)
                    count += wanted.every((value, part) => data[i + part] === value);
            }
            return count;
        }""",
        [colour],
    )
    return found


@pytest.mark.parametrize("name", PATTERNS)
def test_a_found_pattern_is_drawn_and_told(page: Any, shaped: tuple[str, str], name: str) -> None:
    """Its lines are on the chart, corners, numbers and rules beside it; it can be switched off."""
    base, scan = shaped
    symbol = name.upper()
    (pattern,) = [
        one
        for one in call(base, f"/v1/symbols/{symbol}?scan={scan}")["patterns"]
        if one["name"] == name
    ]
    page.goto(f"/symbols/{symbol}?id={scan}")
    page.wait_for_selector(f"#chart[aria-label*='pattern drawn: {pattern['title']}'] canvas")
    card = page.locator("#pattern .pattern", has_text=f"{pattern['title']}: found")
    assert card.locator("tbody tr").count() == len(pattern["points"])
    assert card.locator("dl.numbers dt").count() == len(pattern["numbers"])
    assert card.locator("ul.rules li").count() == len(pattern["rules"])
    page.wait_for_function("document.querySelector('#chart canvas')")
    page.wait_for_load_state("networkidle")
    with_pattern = painted(page, SHAPE)
    page.locator("#averages summary").click()
    page.get_by_label("Pattern", exact=True).uncheck()
    page.wait_for_url("**pattern=0*")
    page.wait_for_selector("#chart:not([aria-label*='pattern drawn'])")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert with_pattern - painted(page, SHAPE) > 150


def test_the_rs_line_says_against_what(page: Any, shaped: tuple[str, str]) -> None:
    """Chart, legend and table have the RS line and what it is drawn against."""
    base, scan = shaped
    line = call(base, f"/v1/symbols/VCP?scan={scan}")["relative"]
    page.goto(f"/symbols/VCP?id={scan}")
    page.wait_for_selector("#chart[aria-label*='RS line against the equal-weighted market'] canvas")
    assert line["benchmark"] == "the equal-weighted market"
    assert line["benchmark"] in page.locator("#chart-legend").inner_text()
    page.locator("#chart-table summary").click()
    heads = page.locator("#chart-table thead th").all_text_contents()
    column = heads.index("RS line")
    cells = page.locator(f"#chart-table tbody tr > :nth-child({column + 1})").all_text_contents()
    shown = [
        float(text.replace(",", "")) if text[0].isdigit() else None for text in reversed(cells)
    ]
    assert 100.0 in shown
    base_value = next(value for value in line["values"][shown.index(100.0) :] if value is not None)
    for value, text in zip(line["values"], shown, strict=True):
        assert (value is None) is (text is None)
        if value is not None:
            assert text == pytest.approx(100 * value / base_value, abs=0.051)


def test_the_history_is_computed_on_request(page: Any, shaped: tuple[str, str]) -> None:
    """Earlier sessions are computed one by one, can be stopped, and are those of the route."""
    base, scan = shaped
    page.goto(f"/symbols/FLAT_BASE?id={scan}")
    page.locator("#replay", has_text="Compute 19 earlier sessions").click()
    page.locator("#history-table tbody tr").nth(2).wait_for()
    page.locator("#replay", has_text="Stop").click()
    page.locator("#replay", has_text="Compute").wait_for()
    rows = page.locator("#history-table tbody tr").all_text_contents()
    told = call(base, f"/v1/symbols/FLAT_BASE/history?scan={scan}&sessions=20")
    assert len(rows) == len(told["days"])
    assert 3 <= len(rows) < 20
    assert rows[0].startswith("2024-03-08")
    assert page.locator("#history-chart svg.lines path.trace").count() == 2


def test_keys_turn_the_page_and_the_lines_stay(page: Any, shaped: tuple[str, str]) -> None:
    """The keys lead to the next symbol; what is drawn is kept in the address."""
    base, scan = shaped
    first, second = call(base, f"/v1/scans/{scan}/rows?columns=symbol")["values"][0][:2]
    page.goto(f"/symbols/{first}?id={scan}&rs=0")
    page.locator("#after", has_text=second).wait_for()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**/symbols/{second}?id={scan}&rs=0")
    page.wait_for_selector("#chart:not([aria-label*='RS line']) canvas")
    page.locator("#before", has_text=first).wait_for()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**/symbols/{first}*")


def test_a_setup_is_saved_and_chosen(page: Any, shaped: tuple[str, str]) -> None:
    """A question is saved among the setups, and stands in the list at once."""
    base, scan = shaped
    page.goto(f"/scan?id={scan}&where=close+%3E+10")
    page.get_by_role("button", name="Save as setup").click()
    page.get_by_label("Name", exact=True).fill("above_ten")
    page.get_by_label("What it looks for").fill("More than ten")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator("#setup option[value=above_ten]").wait_for(state="attached")
    page.select_option("#setup", "above_ten")
    page.locator("#setup-meaning", has_text="More than ten").wait_for()
    names = [one["name"] for one in call(base, "/v1/setups")["setups"]]
    assert "above_ten" in names


def test_a_scan_is_followed_where_too_many_follow_already(
    chromium: Any, shaped: tuple[str, str]
) -> None:
    """A stream that is refused is no reason to wait for ever: the job itself is looked at."""
    context = chromium.new_context(viewport=WIDE, base_url=shaped[0])
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.route("**/events", lambda route: route.fulfill(status=503))
    page.goto("/scan?data=shaped.csv&where=close+%3E+0")
    page.locator(".chip", has_text="shaped.csv").wait_for()
    page.get_by_role("button", name="Scan", exact=True).click()
    page.locator("#result-title", has_text="symbol").wait_for()
    context.close()


def test_rows_are_sorted_by_several_columns(page: Any, shaped: tuple[str, str]) -> None:
    """With Ctrl a second heading sorts within the first; the address has both, in their order."""
    base, scan = shaped
    page.goto(f"/scan?id={scan}&columns=signal,close")
    page.wait_for_selector(".tabulator-row")
    page.locator(".tabulator-col[tabulator-field=signal]").click(position={"x": 30, "y": 12})
    page.wait_for_url("**sort=signal*")
    page.locator(".tabulator-col[tabulator-field=close]").click(
        position={"x": 30, "y": 12}, modifiers=["Control"]
    )
    page.wait_for_url(lambda url: "signal" in url and "close" in url.partition("sort=")[2])
    rows = call(base, f"/v1/scans/{scan}/rows?columns=symbol,signal,close")["values"]
    table = sorted(zip(*rows, strict=True), key=lambda row: (row[1], -row[2]))
    cells = page.locator(".tabulator-row .tabulator-cell[tabulator-field=symbol]")
    assert [text.strip() for text in cells.all_text_contents()] == [row[0] for row in table]


def test_the_headings_stay_in_sight(page: Any, served: Any) -> None:
    """However far the rows are scrolled, the headings stand above them."""
    base = served(open=True).base
    call(base, "/v1/uploads/long.csv", "PUT", many_symbols())
    page.context.unroute_all()
    page.goto(f"{base}/scan?id={scanned(base, data='long.csv')}")
    page.wait_for_selector(".tabulator-row")
    before = page.locator(".tabulator-header").bounding_box()
    page.locator(".tabulator-tableholder").evaluate("one => one.scrollTo(0, one.scrollHeight)")
    page.locator(".tabulator-row", has_text="Z79").wait_for()
    assert page.locator(".tabulator-header").bounding_box() == before
    row = page.locator(".tabulator-row", has_text="Z79").bounding_box()
    assert row["y"] >= before["y"] + before["height"] - 1


def many_symbols() -> bytes:
    """Eighty symbols that fall more the later they come, as CSV."""
    days = build_calendar(2026).last(260, np.datetime64("2024-03-08"))
    lines = ["symbol,date,open,high,low,close,volume"]
    for number in range(80):
        for at, day in enumerate(days):
            close = 50 * (1.001 - 0.00003 * number) ** at
            row = f"{close:.4f},{1.01 * close:.4f},{0.99 * close:.4f},{close:.4f},900000"
            lines.append(f"Z{number:02d},{day},{row}")
    return "\n".join(lines).encode()


def test_the_flow_leads_to_the_symbols_of_an_outcome(page: Any, shaped: tuple[str, str]) -> None:
    """A click on a part of the picture lists its symbols; each has its reason and leads on."""
    base, _ = shaped
    scan = scanned(base, data="shaped.csv", where="close > 100", bars=60)
    out = call(base, f"/v1/scans/{scan}/ledger?outcome=filter")
    assert out["total"] > 0
    page.goto(f"/ledger?id={scan}&outcome=kept")
    page.locator("#flow svg .to", has=page.locator("title", has_text="filter")).first.click()
    page.wait_for_url("**outcome=filter*")
    page.locator("#symbols-said", has_text=f"{out['total']} symbols").wait_for()
    rows = page.locator("#symbols tbody tr")
    first = out["symbols"][0]
    assert rows.first.inner_text().startswith(first["symbol"])
    assert first["detail"] in rows.first.inner_text()
    page.get_by_role("link", name=first["symbol"], exact=True).click()
    page.wait_for_url(f"**/symbols/{first['symbol']}*")
    page.get_by_text("Why not:").wait_for()


def test_the_market_says_what_changed(page: Any, shaped: tuple[str, str]) -> None:
    """The page Market tells the difference to the scan before that asked the same."""
    base, _ = shaped
    asked = {"data": "shaped.csv", "where": "close > 5", "bars": 60}
    before, after = scanned(base, **asked), scanned(base, **asked)
    counts = call(base, f"/v1/diff?before={before}&after={after}")["counts"]
    page.goto(f"/market?id={after}")
    page.locator("#diff", has_text=f"{counts['unchanged']} unchanged").wait_for()
    said = page.locator("#diff").inner_text()
    assert f"+{counts['entered']} entered" in said
    assert f"{counts['left']} left" in said


def test_a_shared_link_holds_after_the_log_in(chromium: Any, served: Any) -> None:
    """A link that was passed on leads through the log-in to the very same rows."""
    closed = served()
    _, key = closed.service.keys.add("sharer", "admin")
    call(closed.base, "/v1/uploads/shaped.csv", "PUT", shaped_market(), key)
    scan = scanned(closed.base, key, data="shaped.csv", bars=60)
    rows = call(closed.base, f"/v1/scans/{scan}/rows?columns=symbol,close", key=key)["values"]
    pairs = sorted(zip(*rows, strict=True), key=lambda pair: pair[1])
    wanted = [name for name, close in pairs if close >= 5]
    watch = Watch(closed.base)
    context = watch.over(chromium.new_context(viewport=WIDE, base_url=closed.base))
    page = context.new_page()
    page.goto(f"/scan?id={scan}&columns=close&sort=close%3Aasc&f.close=5&symbol={wanted[-1]}")
    page.get_by_label("Key").fill(key)
    page.get_by_role("button", name="Log in").click()
    page.locator("#side-symbol", has_text=wanted[-1]).wait_for()
    cells = page.locator(".tabulator-row .tabulator-cell[tabulator-field=symbol]")
    assert [text.strip() for text in cells.all_text_contents()] == wanted
    context.close()
    assert (watch.errors, watch.foreign) == ([], [])


@pytest.mark.parametrize(
    ("scheme", "size"),
    [("light", WIDE), ("dark", {"width": 390, "height": 844})],
    ids=["wide-light", "narrow-dark"],
)
def test_everybody_can_use_the_page_of_a_symbol(
    chromium: Any, shaped: tuple[str, str], axe: str, scheme: str, size: dict[str, int]
) -> None:
    """With pattern, RS line and history it has no violation of WCAG's levels A and AA."""
    base, scan = shaped
    watch = Watch(base)
    context = watch.over(chromium.new_context(viewport=size, color_scheme=scheme, base_url=base))
    page = context.new_page()
    page.goto(f"/symbols/CUP_WITH_HANDLE?id={scan}")
    page.locator("#history-table tbody tr").first.wait_for()
    page.locator("#averages summary").click()
    page.locator("#pattern details summary").click()
    page.evaluate(axe)
    found = page.evaluate(
        """(levels) => axe.run(
            {exclude: ['#chart-table tbody', '.all-figures div:nth-child(n+4)']},
            {runOnly: {type: 'tag', values: levels}})""",
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    )
    assert [(one["id"], one["nodes"][0]["target"]) for one in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    context.close()
    assert (watch.errors, watch.foreign) == ([], [])
