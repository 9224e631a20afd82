"""A schedule from close to page: a simulated vendor, real workers, a real browser."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from service.pages.conftest import Watch
from support.loopback import day
from technic.loopback import Loopback, LoopbackServer, World
from technic.sessions import build_calendar

pytestmark = pytest.mark.xdist_group("browser")

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
PATIENCE_S = 300.0
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FILE = """
[scans.all]

[scans.rising]
where = "close > close[1]"
"""


@dataclass(frozen=True)
class Scheduled:
    """A service that has run for two sessions of a simulated vendor."""

    base: str
    service: Any
    loopback: Loopback

    def get(self, path: str) -> Any:
        """The JSON of a route."""
        with urlopen(self.base + path, timeout=60) as answer:
            return json.load(answer)


def until(scheduled: Scheduled, what: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait for the schedule to come to something; the test fails where it never does."""
    last = time.monotonic() + PATIENCE_S
    while time.monotonic() < last:
        answer: dict[str, Any] = scheduled.get("/v1/schedule")
        if what(answer):
            return answer
        threading.Event().wait(0.2)
    raise AssertionError(answer)


def ran(session: str) -> Callable[[dict[str, Any]], bool]:
    """Whether the run of a session has ended."""
    return lambda answer: any(
        run["session"] == session and run["state"] in ("done", "failed") for run in answer["runs"]
    )


@pytest.fixture(scope="module")
def scheduled(served: Any) -> Iterator[Scheduled]:
    """Two sessions, one after the other, by the vendor's own clock."""
    loopback = Loopback(World(build_calendar(2026), 130, n_sessions=400))
    loopback.world.today, loopback.world.phase = day("2026-06-29"), "closed"
    with LoopbackServer(loopback) as server, pytest.MonkeyPatch.context() as patch:
        user = {"provider": "loopback", "loopback_url": server.url}
        for name, value in user.items():
            patch.setenv(f"TECHNIC_{name.upper()}", value)  # workers read it
        started = served(user=user, open=True)
        service = started.service
        (service.settings.settings.home / "schedule.toml").write_text(FILE, encoding="utf-8")
        found = Scheduled(started.base, service, loopback)
        service.clockwork._every_s = 0.2
        service.clockwork.start()
        until(found, ran("2026-06-29"))
        loopback.world.today = day("2026-06-30")
        until(found, ran("2026-06-30"))
        yield found
        service.clockwork.stop()


def test_two_sessions_are_synced_scanned_and_compared(scheduled: Scheduled) -> None:
    """With the requests that are needed: a whole-market day and its splits for the second one."""
    answer = scheduled.get("/v1/schedule")
    assert answer["trouble"] is None
    assert [run["session"] for run in answer["runs"]] == ["2026-06-30", "2026-06-29"]
    assert [run["state"] for run in answer["runs"]] == ["done", "done"]
    assert [run["attempt"] for run in answer["runs"]] == [1, 1]
    assert answer["runs"][0]["sync"]["outcome"]["complete_until"] == "2026-06-30"
    assert answer["next"]["session"] == "2026-07-01"
    assert answer["next"]["closes"]["new_york"] == "2026-07-01 16:00 EDT"
    assert answer["next"]["due"]["utc"] == "2026-07-02T00:00:00+00:00"
    assert [one["name"] for one in answer["scans"]] == ["all", "rising"]
    run = scheduled.get("/v1/schedule/2026-06-30")
    for scan in run["scans"]:
        rows = [
            {row["symbol"] for row in scheduled.get(f"/v1/scans/{job}/result")["rows"]}
            for job in (scan["before"], scan["job"])
        ]
        assert {one["symbol"] for one in scan["changes"]["entered"]} == rows[1] - rows[0]
        assert {one["symbol"] for one in scan["changes"]["left"]} == rows[0] - rows[1]
        assert scan["counts"]["entered"] == len(rows[1] - rows[0])
        assert scan["before_session"] == "2026-06-29"
        assert scan["warnings"] == []
    assert run["scans"][1]["counts"]["entered"] > 0
    rising = scheduled.get(f"/v1/scans/{run['scans'][1]['job']}/result")
    assert rising["as_of"] == "2026-06-30"


def test_a_session_without_a_run_is_not_found(scheduled: Scheduled) -> None:
    """Nor is what is no day."""
    for path, status in (("/v1/schedule/2026-06-26", 404), ("/v1/schedule/today", 422)):
        with pytest.raises(HTTPError) as caught:
            scheduled.get(path)
        with caught.value as refused:
            assert refused.code == status


def bars_asked(loopback: Loopback) -> dict[str, int]:
    """Requests by endpoint but those for the list of symbols, free in a simulated market."""
    counts = loopback.stats.by_endpoint
    return {name: count for name, count in counts.items() if "tickers" not in name}


def test_the_plan_of_the_next_sync_asks_nobody(scheduled: Scheduled) -> None:
    """Nothing now; one whole-market day once the next session is there, and no file is changed."""
    asked = bars_asked(scheduled.loopback)
    now = scheduled.get("/v1/data/plan")
    assert (now["session"], now["requests"], now["listed_requests"]) == (None, 0, [])
    following = scheduled.get("/v1/data/plan?at=next")
    assert following["session"] == following["as_of"] == "2026-07-01"
    assert following["by_kind"]["market_day"] == 1
    assert following["gap"] == 0
    assert following["listed_requests"][0]["label"] == "market 2026-07-01"
    assert "store" not in following
    assert bars_asked(scheduled.loopback) == asked


def test_the_list_of_jobs_says_what_a_sync_brought(chromium: Any, scheduled: Scheduled) -> None:
    """As many bars and requests as the job has; no row without a word."""
    page = chromium.new_page(base_url=scheduled.base)
    page.goto("/data")
    page.locator("#jobs tbody tr").first.wait_for()
    said = page.locator("#jobs tbody tr td:nth-child(4)").all_text_contents()
    assert len(said) == 6
    outcomes = [job["outcome"] for job in scheduled.get("/v1/jobs?kind=sync")]
    expected = [f"{one['bars']:,} bars in {one['requests']} requests" for one in outcomes]
    assert [text for text in said if "bars in" in text] == expected
    assert all(said)
    page.close()


def test_a_run_is_looked_at_in_a_browser(chromium: Any, scheduled: Scheduled) -> None:
    """What is next, what ran, who entered; a link to a run holds for whoever gets it."""
    watch = Watch(scheduled.base)
    context = watch.over(chromium.new_context(viewport=WIDE, base_url=scheduled.base))
    page = context.new_page()
    page.goto("/schedule")
    page.get_by_role("heading", name="Run of 2026-06-30").wait_for()
    assert "2026-07-01 16:00 EDT New York" in page.locator("#next").inner_text()
    assert page.locator("#runs tbody tr").count() == 2
    page.get_by_role("link", name="2026-06-29").click()
    page.get_by_role("heading", name="Run of 2026-06-29").wait_for()
    assert page.url.endswith("/schedule?session=2026-06-29")
    page.get_by_text("The first result of this name.").nth(1).wait_for()
    page.goto("/schedule")
    entered = scheduled.get("/v1/schedule/2026-06-30")["scans"][1]["changes"]["entered"]
    link = page.locator("#run section").nth(1).get_by_role("link", name=entered[0]["symbol"])
    link.first.click()
    page.wait_for_url(f"**/symbols/{entered[0]['symbol']}?id=*")
    page.goto("/data?plan=next")
    page.locator("#plan").get_by_text("Up to").wait_for()
    assert page.locator("#plan .big").inner_text().startswith("1 request")
    page.get_by_role("button", name="Now").click()
    page.locator("#plan").get_by_text("nothing is missing").wait_for()
    assert page.url.endswith("/data")
    context.close()
    assert (watch.errors, watch.foreign) == ([], [])


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", WIDE), ("dark", NARROW)], ids=["wide-light", "narrow-dark"]
)
def test_everybody_can_use_the_schedule(
    chromium: Any, scheduled: Scheduled, axe: str, scheme: str, size: dict[str, int]
) -> None:
    """No violation of WCAG's levels A or AA with runs in sight, and no page is too wide."""
    watch = Watch(scheduled.base)
    context = watch.over(
        chromium.new_context(viewport=size, color_scheme=scheme, base_url=scheduled.base)
    )
    page, found = context.new_page(), []
    for path in ("/schedule", "/data?plan=next"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.evaluate(axe)
        options = {"runOnly": {"type": "tag", "values": LEVELS}}
        answer = page.evaluate("options => axe.run(document, options)", options)
        found += [(path, one["id"], one["nodes"][0]["target"]) for one in answer["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    context.close()
    assert found == []
    assert (watch.errors, watch.foreign) == ([], [])
