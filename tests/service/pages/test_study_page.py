"""A study from the form to the verdict, and its hits on the page of a symbol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest

from service.conftest import small_market
from service.pages.conftest import Watch
from support.workers import WorkerHere

pytestmark = pytest.mark.xdist_group("browser")

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 780}
PATIENCE_MS = 60_000.0
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EXPRESSION = "close > sma(close, 20)"
ASKED = {
    "data": "small.csv",
    "where": EXPRESSION,
    "from": "2023-12-04",
    "to": "2024-02-01",
    "horizon": "5",
}


def signed(value: float) -> str:
    """A number as the pages show it."""
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def call(base: str, path: str, method: str = "GET", body: Any = None) -> Any:
    """Ask the API."""
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    request = Request(base + path, data=data, method=method)
    if not isinstance(body, bytes | None):
        request.add_header("Content-Type", "application/json")
    with urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())


@pytest.fixture(scope="module")
def base(served: Any) -> Iterator[str]:
    """A service with a small market that works in this process and has studied nothing yet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("technic.service.jobs.dispatcher.WorkerProcess", WorkerHere)
        WorkerHere.gate.set()
        base = served(open=True).base
        call(base, "/v1/uploads/small.csv", "PUT", small_market())
        yield base
        WorkerHere.gate.set()


@pytest.fixture(scope="module")
def watch(base: str) -> Watch:
    """What no page may do."""
    return Watch(base)


@pytest.fixture
def page(chromium: Any, base: str, watch: Watch) -> Iterator[Any]:
    """A tab in which nothing may go wrong."""
    context = watch.over(chromium.new_context(viewport=WIDE, base_url=base))
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
    assert (watch.errors, watch.foreign) == ([], [])


@pytest.fixture(scope="module")
def asked(chromium: Any, base: str, watch: Watch) -> dict[str, Any]:
    """What a newcomer sees who fills the form, waits, and reads what came of it."""
    context = watch.over(chromium.new_context(viewport=WIDE, base_url=base))
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/study?data=small.csv")
    seen = {"empty": page.locator("#studies p").text_content()}
    seen["setups"] = page.locator("#setups-said").inner_text()
    page.fill("#where", EXPRESSION)
    page.get_by_text("looks back 20 sessions").wait_for()
    for label, text in (("First day", ASKED["from"]), ("Last day", ASKED["to"])):
        page.get_by_label(label).fill(text)
    page.get_by_label("Verdict over, sessions").fill("5")
    page.keyboard.press("Tab")
    seen["none"] = page.locator("#setups-said").inner_text()
    WorkerHere.gate.clear()
    page.get_by_role("button", name="Study", exact=True).click()
    page.locator("#progress-said", has_text="Scanning past days").wait_for()
    seen["cancel"] = page.get_by_role("button", name="Cancel", exact=True).is_visible()
    other = context.new_page()
    other.goto("/study")
    other.locator("#progress-said", has_text="Scanning past days").wait_for()
    other.close()
    WorkerHere.gate.set()
    page.locator("#verdicts tbody tr").first.wait_for()
    page.wait_for_url("**id=*")
    seen["url"] = page.url
    seen["verdict"] = page.locator("#verdicts").inner_text()
    seen["trials"] = page.locator("#trials").inner_text()
    seen["strip"] = page.locator("#strip").inner_text()
    context.close()
    return seen


def test_a_study_is_asked_for_followed_and_read(asked: dict[str, Any], base: str) -> None:
    """The form says what is studied, the progress where it is, the verdict what the API says."""
    assert "No study has run here yet" in asked["empty"]
    assert asked["setups"] == "all that come with Technic"
    assert asked["none"] == "none: the expression"
    assert asked["cancel"]
    (study,) = call(base, "/v1/studies")
    query = {name: values[0] for name, values in parse_qs(urlsplit(asked["url"]).query).items()}
    assert query == {**ASKED, "id": study["id"]}
    assert study["request"] == {**ASKED, "horizon": 5}
    (verdict,) = study["outcome"]["studies"]
    assert verdict["says"].partition(": ")[2] in asked["verdict"]
    assert signed(100 * verdict["mean"]) in asked["verdict"]
    assert "Study of 2023-12-04 to 2024-02-01" in asked["strip"]
    assert "SIMULATED" not in asked["strip"] + asked["verdict"]
    assert "sound, every link holds" in asked["trials"]


@pytest.mark.usefixtures("asked")
def test_a_link_shows_the_same_and_leads_to_report_and_hits(page: Any, base: str) -> None:
    """One that names the study alone fills the form; files are those of the routes."""
    (study,) = call(base, "/v1/studies")
    page.goto(f"/study?id={study['id']}")
    page.locator("#verdicts tbody tr").first.wait_for()
    assert page.locator("#where").input_value() == EXPRESSION
    assert page.get_by_label("First day").input_value() == ASKED["from"]
    assert page.url == f"{base}/study?{urlencode({'id': study['id'], **ASKED})}"
    with page.expect_download() as taken:
        page.get_by_role("link", name="Hits as Parquet").click()
    assert taken.value.suggested_filename == "technic-study-2023-12-04-2024-02-01.parquet"
    page.get_by_role("link", name="Report", exact=True).click()
    page.wait_for_url("**/report")
    assert "Too few to say" in page.locator("body").inner_text()


@pytest.mark.usefixtures("asked")
def test_a_cancelled_study_is_run_again(page: Any, base: str) -> None:
    """Setups are ticked with the keyboard alone; a study that was cancelled can be run again."""
    page.goto("/study?data=small.csv&from=2024-01-30&to=2024-02-01")
    page.locator("#setups-body .tick").first.wait_for(state="attached")
    page.locator("#setups-said").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("nr7")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "setups-said"
    assert page.locator("#setups-said").inner_text() == "NR7"
    assert "setup=nr7" in page.url
    WorkerHere.gate.clear()
    page.get_by_role("button", name="Study", exact=True).click()
    page.locator("#progress-said", has_text="Scanning past days").wait_for()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_text("The study is cancelled").wait_for()
    WorkerHere.gate.set()
    page.get_by_role("button", name="run again").click()
    page.locator("#verdicts tbody th", has_text="nr7").wait_for()
    study = call(base, "/v1/studies")[0]
    assert (study["state"], study["attempt"]) == ("done", 2)
    page.locator("#trials details summary").click()
    assert page.locator("#trials details tbody tr").count() == 2


@pytest.fixture(scope="module")
def scan(base: str) -> str:
    """A scan of the same data."""
    job = call(base, "/v1/scans", "POST", {"data": "small.csv"})
    with urlopen(f"{base}/v1/scans/{job['id']}/events", timeout=120) as events:
        events.read()
    return str(job["id"])


@pytest.mark.usefixtures("asked")
def test_past_hits_stand_on_the_page_of_the_symbol(page: Any, base: str, scan: str) -> None:
    """Those of kept studies of the same data; another scan's data has none, and says what to do."""
    page.goto(f"/symbols/S03?id={scan}")
    rows = page.locator("#hits tbody tr")
    rows.first.wait_for()
    answer = call(base, f"/v1/symbols/S03/hits?scan={scan}")
    assert rows.count() == len(answer["hits"]) == answer["total"] > 5
    hit = answer["hits"][0]
    first = rows.first.inner_text()
    assert first.startswith(hit["session"])
    assert f"{signed(100 * hit['excess'])} %" in first
    call(base, "/v1/uploads/other.csv", "PUT", small_market(3))
    other = call(base, "/v1/scans", "POST", {"data": "other.csv"})
    with urlopen(f"{base}/v1/scans/{other['id']}/events", timeout=120) as events:
        events.read()
    assert call(base, f"/v1/symbols/S02/hits?scan={other['id']}")["total"] == 0
    page.goto(f"/symbols/S02?id={other['id']}")
    page.locator("#hits", has_text="No study of these data is kept").wait_for()
    page.get_by_role("link", name="Study S02").click()
    page.wait_for_url("**/study?symbols=S02")


@pytest.fixture(scope="module")
def simulated(base: str) -> dict[str, Any]:
    """A study of a few symbols of the demo market."""
    keys = {"provider": "demo", "symbols": ["VQEZ", "HQIS", "HQOC"], "rank_among": "shown"}
    days = {"from": "2026-06-22", "to": "2026-06-26"}
    job = call(base, "/v1/studies", "POST", {**keys, **days, "where": "close > 5"})
    with urlopen(f"{base}/v1/studies/{job['id']}/events", timeout=120) as events:
        events.read()
    found: dict[str, Any] = call(base, f"/v1/studies/{job['id']}")
    assert found["state"] == "done", found
    return found


@pytest.mark.usefixtures("asked")
def test_a_simulated_market_is_said_to_be_one(page: Any, simulated: dict[str, Any]) -> None:
    """On the strip, beside the verdict and in the list, with the days of the study."""
    page.goto(f"/study?id={simulated['id']}")
    page.locator("#verdicts .flag").wait_for()
    assert page.locator("#strip-simulated").is_visible()
    assert page.locator("#strip-day").inner_text() == "Study of 2026-06-22 to 2026-06-26"
    row = page.locator("#studies tbody tr", has_text="2026-06-22 to 2026-06-26")
    assert "SIMULATED" in row.inner_text()


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", WIDE), ("dark", NARROW)], ids=["wide-light", "narrow-dark"]
)
@pytest.mark.usefixtures("asked")
def test_everybody_can_use_studies_and_past_hits(
    chromium: Any, base: str, axe: str, watch: Watch, scan: str, scheme: str, size: dict[str, int]
) -> None:
    """Neither page has a violation of WCAG's levels A or AA, nor is wider than its window."""
    context = watch.over(chromium.new_context(viewport=size, color_scheme=scheme, base_url=base))
    page = context.new_page()
    found = []
    for path, there, opened, part in (
        ("/study", "#verdicts tbody tr", ("#setups-menu summary", "#trials details summary"), None),
        (f"/symbols/S03?id={scan}", "#hits tbody tr", (), "#hits-card"),
    ):
        page.goto(path)
        page.locator(there).first.wait_for()
        page.wait_for_load_state("networkidle")
        for one in opened:
            page.locator(one).first.evaluate("one => { one.parentElement.open = true; }")
        page.evaluate(axe)
        answer = page.evaluate(
            """([levels, part]) => axe.run(
                part ? {include: part} : document, {runOnly: {type: 'tag', values: levels}})""",
            [LEVELS, part],
        )
        found += [(path, one["id"], one["nodes"][0]["target"]) for one in answer["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    context.close()
    assert found == []
    assert (watch.errors, watch.foreign) == ([], [])
