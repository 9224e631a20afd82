"""``technic show`` and ``technic explain``: one symbol, scored or not."""

from __future__ import annotations

import json
import math

import pytest

from technic.errors import TechnicError


@pytest.fixture
def on_market(technic, prices, listings):
    """Run a command for one symbol of the small market."""

    def call(command, symbol, *arguments):
        return technic(command, symbol, "--data", prices, "--universe", listings, *arguments)

    return call


def test_contributions_add_up_to_the_rating(on_market, scan):
    """The parts sum to the rating, which is the one the scan printed."""
    answer = json.loads(on_market("explain", "BRAV", "--format", "json").out)
    rows = {row["symbol"]: row for row in json.loads(scan("--format", "json").out)["rows"]}
    parts = answer["explanation"]
    total = math.fsum(part["contribution"] for part in parts["contributions"])
    assert total == pytest.approx(parts["tech_rating"], abs=1e-9)
    assert parts["tech_rating"] == pytest.approx(rows["BRAV"]["tech_rating"], abs=1e-9)
    assert parts["signal"] == rows["BRAV"]["signal"]
    assert {"value", "points", "weight", "contribution"} <= parts["contributions"][0].keys()
    assert answer["outcome"] == "kept"
    assert answer["as_of"] == "2024-03-08"


def test_explain_prints_every_component_and_the_sum(on_market):
    """Each component of the JSON has its line; the last one is the rating."""
    parts = json.loads(on_market("explain", "ALFA", "--format", "json").out)["explanation"]
    ran = on_market("explain", "ALFA")
    assert ran.code == 0
    for part in parts["contributions"]:
        assert part["component"] in ran.out
    assert f"{parts['tech_rating']:.2f}" in ran.out
    assert "as of 2024-03-08" in ran.out


@pytest.mark.parametrize("command", ["show", "explain"])
@pytest.mark.parametrize(
    ("symbol", "outcome"),
    [("HOTE", "gate.stale"), ("ALFAW", "prescreen.warrant"), ("NONE", "fetch.no_data")],
)
def test_a_symbol_that_was_not_scored_says_why(on_market, command, symbol, outcome):
    """Its ledger entry in one sentence; in JSON no explanation but the outcome."""
    ran = on_market(command, symbol)
    assert ran.code == 0
    assert f"{symbol} was not scored" in ran.out
    assert outcome in ran.out
    answer = json.loads(on_market(command, symbol, "--format", "json").out)
    assert answer["explanation"] is None
    assert answer["outcome"] == outcome
    assert answer["detail"]


def test_the_place_is_the_row_of_the_table(on_market, scan):
    """The best symbol has place 1, the last one the number of rows."""
    rows = json.loads(scan("--format", "json").out)["rows"]
    for place, row in ((1, rows[0]), (len(rows), rows[-1])):
        answer = json.loads(on_market("show", row["symbol"], "--format", "json").out)
        assert answer["place"] == place
        assert answer["row"] == row


def test_a_symbol_outside_the_universe_is_wrong_usage(on_market):
    """Nothing is shown for what was not scanned."""
    ran = on_market("show", "ZZZZ")
    assert (ran.code, ran.out) == (2, "")
    assert "symbol is 'ZZZZ', allowed: one of the 10 symbols of the universe" in ran.err


@pytest.mark.parametrize("command", ["show", "explain"])
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("BRVA", "the nearest: BRAV"),
        ("golf", "GOLF was not"),
        ("golf industries", "did you mean GOLF (Golf Industries Inc.)?"),
        ("industries", "(Alfa Industries Inc.)"),
    ],
)
def test_who_is_unknown_is_said_before_anything_is_scanned(
    on_market, monkeypatch, command, typed, meant
):
    """With the nearest symbols, or the companies of that name; no price has been asked for."""

    class ScannedError(TechnicError):
        """GOLF was not refused."""

    def load(*_: object) -> None:
        raise ScannedError("GOLF was not refused")

    monkeypatch.setattr("technic.scanner_core.load_history", load)
    ran = on_market(command, typed)
    assert (ran.code, ran.out) == (1 if typed == "golf" else 2, "")
    assert meant in ran.err


def test_show_has_rating_plan_figures_and_chart(on_market):
    """Small letters will do; company, plan and chart are there."""
    row = json.loads(on_market("show", "golf", "--format", "json").out)["row"]
    shown = on_market("show", "golf").out
    assert "Golf Industries Inc." in shown
    assert f"rating {row['tech_rating']:.1f}" in shown
    for text in ("RSI 14", "market cap", "SMA 50", "2024-03-08", "volume"):
        assert text in shown
    assert any(mark in shown for mark in "┃│╽╿")
    if row["has_plan"]:
        assert f"${row['stop']:,.2f}" in shown
    else:
        assert row["plan_note"] in shown


def test_a_filtered_symbol_is_shown_with_its_figures(on_market):
    """What the filters kept out of the table still has rating, figures and plan."""
    ran = on_market("show", "ALFA", "--min-price", "1B", "--format", "json")
    answer = json.loads(ran.out)
    assert answer["outcome"] == "filter.min_price"
    assert answer["place"] is None
    assert answer["row"]["close"] > 0
    assert (
        "not in the table: filter.min_price" in on_market("show", "ALFA", "--min-price", "1B").out
    )


@pytest.mark.parametrize("ending", ["json", "txt"])
def test_out_writes_the_card_or_the_object(on_market, tmp_path, ending):
    """The ending decides; stdout stays empty."""
    out = tmp_path / f"alfa.{ending}"
    ran = on_market("show", "ALFA", "--out", out)
    assert (ran.code, ran.out) == (0, "")
    text = out.read_text(encoding="utf-8")
    assert json.loads(text)["symbol"] == "ALFA" if ending == "json" else "rating" in text


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_of_a_card_is_wider_than_the_terminal(on_market, monkeypatch, width):
    """Chart and tables keep within the width."""
    monkeypatch.setenv("COLUMNS", str(width))
    assert max(map(len, on_market("show", "ALFA").out.splitlines())) <= width


def test_html_writes_a_page_as_well(on_market, tmp_path):
    """The card is printed as without it; the page has the company, the chart and the rating."""
    file = tmp_path / "alfa.html"
    ran = on_market("show", "ALFA", "--html", file)
    assert (ran.code, ran.out) == (0, on_market("show", "ALFA").out)
    assert f"wrote {file}" in ran.err
    page = file.read_text(encoding="utf-8")
    assert "Alfa Industries Inc." in page
    assert page.count('role="img"') == 6
    assert "SMA 50" in page
    assert len(page.encode()) < 400_000
    assert [one.name for one in tmp_path.iterdir()] == ["alfa.html"]


def test_the_page_is_drawn_as_asked(on_market, tmp_path):
    """Sessions, averages and the axis; JSON on stdout stays one object."""
    file = tmp_path / "alfa.html"
    options = ("--chart-sessions", 30, "--averages", "10, 20", "--log-prices", "--format", "json")
    ran = on_market("show", "ALFA", "--html", file, *options)
    assert json.loads(ran.out)["symbol"] == "ALFA"
    page = file.read_text(encoding="utf-8")
    assert "SMA 10" in page
    assert "SMA 20" in page
    assert "SMA 50" not in page.split("Chart")[0].split("rating")[0]
    assert "log prices" in page
    assert page.count('<tr><th scope="row">20') == 30


@pytest.mark.parametrize("symbol", ["HOTE", "NONE"])
def test_a_page_of_a_symbol_without_a_rating_says_why(on_market, tmp_path, symbol):
    """The ledger's words; the command succeeds."""
    file = tmp_path / "page.html"
    assert on_market("show", symbol, "--html", file).code == 0
    assert f"{symbol} was not scored" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--html", "page.pdf"),
            "--html is 'page.pdf', allowed: a file that ends in .html or .htm",
        ),
        (("--html", "no/folder/page.html"), "a file in a folder that is there"),
        (("--log-prices",), "a file, which --log-prices needs"),
        (("--averages", "50"), "a file, which --averages needs"),
        (("--html", "page.html", "--averages", "fifty"), "--averages is 'fifty'"),
        (("--html", "page.html", "--averages", "0"), "a whole number from 1"),
        (("--html", "page.html", "--chart-sessions", "0"), "--chart-sessions is 0"),
    ],
)
def test_a_page_that_cannot_be_is_refused_before_the_scan(
    on_market, tmp_path, monkeypatch, options, said
):
    """In one sentence that names the option; nothing is written."""
    monkeypatch.chdir(tmp_path)
    ran = on_market("show", "ALFA", *options)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert list(tmp_path.iterdir()) == []
