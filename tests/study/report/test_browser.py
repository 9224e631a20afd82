"""The report in a real browser, opened as a file: sorted, pointed at, narrow, without a script."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.pages import Element
from technic.study.report.page import write_report
from technic.study.run import StudyResult

pytestmark = pytest.mark.xdist_group("browser")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def unavailable(reason: str) -> None:
    """Skip for want of a tool; in CI that is a failure."""
    if os.environ.get("TECHNIC_CI") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's browser, without a window."""
    if CHROMIUM is None:
        unavailable("chromium is missing: apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        unavailable("playwright is missing: make test installs it")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def files(
    single: StudyResult, several: StudyResult, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Both reports as addresses."""
    folder: Path = tmp_path_factory.mktemp("reports")
    for name, result in (("single", single), ("several", several)):
        write_report(result, folder / f"{name}.html")
    return {name: (folder / f"{name}.html").as_uri() for name in ("single", "several")}


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    """Open an address in a new window; nothing may go wrong, and nobody else be asked."""
    wrong: list[str] = []
    contexts = []

    def open_(address: str, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: wrong.append(asked.url) if asked.url != address else None)
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


def point_at(page: Any, picture: str, x: float, y: float) -> str:
    """What is told where somebody points, in parts of a picture."""
    found = page.locator(picture).first
    found.scroll_into_view_if_needed()
    box = found.bounding_box()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    return page.locator(".tip").text_content()


def test_tables_are_sorted_by_keyboard(opened: Any, files: dict[str, str]):
    """The highest first, then the lowest; what is not known last in both."""
    page = opened(files["several"])
    names = page.locator("table.sorts tbody th")
    button = page.locator("table.sorts th button", has_text="hits")
    button.focus()
    page.keyboard.press("Enter")
    assert names.all_text_contents() == ["weinstein_stage_2", "trend_template", "high_tight_flag"]
    assert page.locator("table.sorts th[aria-sort=descending]").text_content() == "hits"
    page.locator("table.sorts th button", has_text="mean").click()
    page.locator("table.sorts th button", has_text="mean").click()
    assert names.all_text_contents() == ["trend_template", "weinstein_stage_2", "high_tight_flag"]


def test_a_link_opens_its_setup(opened: Any, files: dict[str, str]):
    """From the table of all, and all of them at once."""
    page = opened(files["several"])
    page.locator("table.sorts a", has_text="trend_template").click()
    page.wait_for_selector("details.setup[open]")
    assert page.locator("details.setup[open] h3").all_text_contents() == ["trend_template"]
    page.get_by_role("button", name="open all").click()
    assert page.locator("details.setup[open]").count() == 3


def test_what_is_pointed_at_is_told(opened: Any, files: dict[str, str], single_page: Element):
    """As the tables say it; a click on a day opens its trades."""
    page = opened(files["single"])
    said = point_at(page, "svg[data-bars]", 0.3, 0.5)
    middle, count = said.split(" R: ")
    rows = dict(single_page.figure("How R is spread").one("table").rows()[1:])
    assert rows.get(middle, "0") == count
    assert point_at(page, "svg[data-tip]", 0.999, 0.5).startswith("session +63: hits ")
    folded = single_page.all("details", **{"class": "day"})
    days = [one.one("summary").text.replace("\u00a0", " ") for one in folded]
    for across in (0.9, 0.8, 0.7, 0.6, 0.5, 0.4):  # days that weigh little are not listed
        date, _, rest = point_at(page, "svg[data-days]", across, 0.25).partition(": ")
        if any(day.startswith(date) for day in days):
            break
    assert f"{date} \u00b7 {rest.split(',')[0]} \u00b7 {rest.split(', ')[1]}" in days
    page.mouse.down()
    page.mouse.up()
    assert page.locator("details.day[open]").get_attribute("id") == f"d0-{date}"


@pytest.mark.parametrize("which", ["single", "several"])
def test_it_fits_a_phone(opened: Any, files: dict[str, str], which: str):
    """With everything opened nothing is wider than 360 pixels."""
    page = opened(files[which], width=360)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_everything_is_there_without_a_script(opened: Any, files: dict[str, str]):
    """Tables, pictures and days; no button that would do nothing."""
    page = opened(files["single"], java_script_enabled=False)
    assert page.locator("button").count() == 0
    page.locator("details.day summary").first.click()
    assert page.locator("details.day[open] table").first.is_visible()
    assert page.locator("svg[role=img]").count() == 4
