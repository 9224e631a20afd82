"""A newcomer's own file: uploaded, scanned and looked at, from the pages alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pandas as pd
import pytest

from service.pages.conftest import Watch

pytestmark = pytest.mark.xdist_group("browser")

WIDE = {"width": 1440, "height": 900}
PATIENCE_MS = 60_000.0
FILE = "us_daily_sample.parquet"
LEAST = 100.0


def test_real_bars_are_uploaded_scanned_and_looked_at(
    chromium: Any, served: Any, real_data: Path
) -> None:
    """What the table and the chart show is what the file holds on its last day."""
    base = served(open=True).base
    watch = Watch(base)
    context = watch.over(chromium.new_context(viewport=WIDE, base_url=base))
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/data")
    page.locator("#upload").set_input_files(real_data / FILE)
    page.get_by_role("link", name="scan its bars").click()
    page.locator(".chip", has_text=FILE).wait_for()
    page.fill("#where", f"close > {LEAST:g}")
    page.get_by_text("looks back 1 session").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Scan", exact=True).click()
    page.wait_for_selector("#progress:not([hidden])")
    page.wait_for_selector(".tabulator-row .spark")

    bars = pd.read_parquet(real_data / FILE)
    last = bars[bars["date"] == bars["date"].max()].set_index("symbol")["close"]
    with urlopen(f"{base}/v1/scans/latest/rows?columns=symbol,close", timeout=60) as answer:
        symbols, closes = json.loads(answer.read())["values"]
    assert len(symbols) > 20
    assert closes == [last[symbol] for symbol in symbols]
    assert min(closes) > LEAST
    strip = page.locator("#strip").inner_text()
    assert f"{bars['symbol'].nunique():,} symbols" in strip
    assert str(bars["date"].max())[:10] in strip
    assert "SIMULATED" not in strip
    page.get_by_text(f"{len(symbols)} symbols", exact=True).wait_for()

    page.locator(".tabulator-row [tabulator-field=symbol]").first.click()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/symbols/{symbols[0]}?*")
    page.locator("#chart-table summary").click()
    newest = page.locator("#chart-table tbody tr").first.inner_text()
    assert f"{last[symbols[0]]:,.2f}" in newest
    assert page.locator("#plan tbody tr").count() == 3
    assert page.locator("li.vote").count() == 26
    context.close()
    assert (watch.errors, watch.foreign) == ([], [])
