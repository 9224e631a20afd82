"""Pictures of a symbol: what a result holds of it, of no later day, in one file."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from support.shaped_bars import golden, straight
from support.svg import classes, parse, points, rects, texts
from technic import FilterRules, ScanConfig, run_scan
from technic.charts.text import escape
from technic.errors import ParameterError
from technic.panel import BarPanel
from technic.result.symbol_drawings import vote_values
from technic.result.symbol_report import symbol_report
from technic.scoring.technical_rating import VOTES
from technic.sessions import build_calendar
from technic.testing import FakeProvider, make_bars
from technic.universe import Universe

COMPANY = '<script>alert("A & B")</script> \u202eHoldings'


def frame_of(fields):
    """A price frame on the last sessions up to 2024-03-08."""
    sessions = build_calendar(2024).last(len(fields["close"]), np.datetime64("2024-03-08"))
    columns = {name.title(): fields[name] for name in ("open", "high", "low", "close", "volume")}
    return pd.DataFrame(columns, index=pd.DatetimeIndex(sessions, name="Date"))


def market(n_bars=320, n_symbols=4):
    """Price frames of made-up symbols up to 2024-03-08, and their listings."""
    sessions = build_calendar(2024).last(n_bars, np.datetime64("2024-03-08"))
    panel = BarPanel.from_long(
        make_bars([f"S{i:03d}" for i in range(n_symbols)], sessions), sessions
    )
    frames = {symbol: panel.frame(symbol) for symbol in panel.symbols}
    listings = pd.DataFrame({"symbol": panel.symbols, "company": COMPANY, "sector": "Energy"})
    return frames, Universe(listings, "made up")


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Four symbols of whom the best is kept, one that has no bars; compared with a benchmark."""
    frames, listings = market()
    days = next(iter(frames.values())).index
    folder = tmp_path_factory.mktemp("benchmark")
    closes = pd.DataFrame({"date": days, "close": np.linspace(100.0, 150.0, len(days))})
    closes.to_csv(folder / "index.csv", index=False)
    listings.frame.to_csv(folder / "listings.csv", index=False)
    config = ScanConfig(
        symbols=(*frames, "GONE"),
        universe=str(folder / "listings.csv"),
        benchmark=str(folder / "index.csv"),
        filters=FilterRules(min_rating=0),
        where="close > 0",
        columns=(*VOTES, "tv_status", "tv_not_settled"),
    )
    return run_scan(config, price_cache=frames)


class Tags(HTMLParser):
    """Every tag of a page with its attributes; open tags that are never closed."""

    VOID = ("meta", "link", "br")

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note a tag."""
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note a tag that is closed at once."""
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """Close what was opened last."""
        assert self.open.pop() == tag


def test_the_price_chart_shows_what_the_scan_saw(result):
    """Last close, both averages by a plain mean, the plan, the day, the source, the company."""
    symbol = result.table["symbol"][0]
    row, frame = result.table.iloc[0], result.prices[symbol]
    said = texts(parse(result.plot(symbol).svg))
    for bars in (50, 200):
        assert f"SMA {bars} {frame['Close'].iloc[-bars:].mean():,.2f}" in said
    assert f"C {frame['Close'].iloc[-1]:,.2f}" in said
    for name in ("entry", "stop", "target"):
        assert (f"{name} {row[name]:,.2f}" in said) == bool(row["has_plan"])
    foot = " ".join(said)
    for part in ("as of 2024-03-08", "last bar 2024-03-08", "universe 5 symbols"):
        assert part in foot
    assert any("alert" in one for one in said)


def test_a_plan_is_drawn():
    """Its three lines, and the page says it in words."""
    frames, _ = market(n_symbols=12)
    result = run_scan(ScanConfig(symbols=tuple(frames)), price_cache=frames)
    row = result.table[result.table["has_plan"]].iloc[0]
    plot = result.plot(row["symbol"])
    assert {f"{name} {row[name]:,.2f}" for name in ("entry", "stop", "target")} <= set(
        texts(parse(plot.svg))
    )
    assert f"{row['shares']:,.0f} shares at ${row['entry']:,.2f}" in plot.html


def test_the_rs_line_is_the_scans_own(result):
    """Its first and last value by hand, in units of the first session that is shown."""
    symbol = result.table["symbol"][0]
    table = result.plot(symbol).drawing.table
    line = result.prices[symbol]["Close"].to_numpy() / np.linspace(100.0, 150.0, 320)
    shown = line[-200:] / line[-200] * 100
    column = [float(row[table.headings.index("RS line against index")]) for row in table.rows]
    assert column == pytest.approx(shown[::-1].tolist(), abs=0.005)


def test_votes_are_those_of_a_scan_that_asks_for_them(result):
    """Each of the 26, of every symbol that was scored; the page has 26 with their words."""
    for symbol in result.scored:
        report = symbol_report(result, symbol)
        found, row = vote_values(report.history), result.scored.index(symbol)
        for name in VOTES:
            np.testing.assert_equal(found[name], result.columns[name][row], name)
        assert str(found["tv_status"]) == result.table.set_index("symbol")["tv_status"][symbol]
    page = result.plot(symbol).html
    assert "26 votes" in page
    assert all(vote.label in page for vote in VOTES.values())


def test_bars_of_the_rating_end_at_the_rating(result):
    """The sum in the table is that of the result."""
    symbol = result.table["symbol"][0]
    rating = result.table["tech_rating"][0]
    assert f"<td>{rating:.1f}</td></tr></tbody>" in result.plot(symbol).html


def test_a_chart_as_of_a_day_holds_no_later_bar():
    """The same bytes whether the bars that followed are there or not, and whatever they are."""
    frames, _ = market()
    day = str(frames["S000"].index[-30].date())
    cut = {symbol: frame.iloc[:-29] for symbol, frame in frames.items()}
    wild = {
        symbol: pd.concat([frame.iloc[:-29], frame.iloc[-29:] * 7])
        for symbol, frame in frames.items()
    }
    pages, pictures = set(), set()
    for given in (frames, cut, wild):
        result = run_scan(ScanConfig(symbols=tuple(frames), as_of=day), price_cache=given)
        plot, report = result.plot("S001"), symbol_report(result, "S001")
        page = plot.html
        for warning in report.warnings:  # that the data go on, or end there, may be said
            page = page.replace(escape(warning), "")
        pages.add(page)
        pictures.add(plot.svg)
    assert len(pictures) == 1
    assert len({page.replace('<p class="warning"></p>', "") for page in pages}) == 1
    days = {one for page in pages for one in re.findall(r"\d{4}-\d\d-\d\d: open", page)}
    assert max(days) == f"{day}: open"


def test_a_page_fetches_nothing_and_runs_nothing(result):
    """No script, no address, no handler; a browser is told so; the markup is closed."""
    for symbol in (result.scored[0], "GONE"):
        page = result.plot(symbol).html
        tags = Tags(page)
        assert tags.open == []
        names = {tag for tag, _ in tags.found}
        assert not names & {"script", "iframe", "object", "embed", "img", "base", "form", "use"}
        for _, attributes in tags.found:
            for name, value in attributes.items():
                assert not name.startswith("on")
                assert name not in ("src", "srcset", "action", "style")
                if name in ("href", "xlink:href"):
                    assert value == "data:,"
        addresses = set(re.findall(r"\w+://[^\"' <]+", page))
        assert addresses <= {"http://www.w3.org/2000/svg"}
        assert "default-src 'none'" in page
        assert "url(" not in page
        assert len(page.encode()) < 400_000
        assert "\u202e" not in page


def test_a_page_of_300_sessions_is_small(result):
    """At most 400 kB."""
    page = result.plot(result.scored[0], sessions=300, averages=(10, 20, 50, 200)).html
    assert page.count("<details>") >= 3
    assert len(page.encode()) <= 400_000


def test_every_picture_has_words_and_a_table(result):
    """A title and a description that it is named by, once each; the data beside it."""
    page = result.plot(result.scored[0]).html
    pictures = re.findall(r'<svg [^>]*role="img".*?</desc>', page)
    assert len(pictures) == 6  # prices, rating and votes, wide and narrow
    for one in pictures:
        title, described = re.search(r'aria-labelledby="(\S+) (\S+)"', one).groups()
        assert f'<title id="{title}">' in one
        assert f'<desc id="{described}">' in one
    named = re.findall(r' id="([^"]+)"', page)
    assert len(named) == len(set(named))
    assert page.count("<figure>") == page.count("the data as a table") == 3


def test_a_symbol_without_bars_is_a_sentence(result):
    """The ledger's words in picture and page, nothing else is made up."""
    plot = result.plot("GONE")
    assert "GONE was not scored, its ledger entry is fetch.not_in_cache" in plot.drawing.description
    assert "fetch.not_in_cache" in " ".join(texts(parse(plot.svg)))
    assert "fetch.not_in_cache" in plot.html
    assert "<figure>" in plot.html
    assert "Rating" not in plot.html.split("<main>")[1].split("Ratings,")[0]


def test_a_symbol_that_the_gate_stopped_is_drawn_with_its_reason():
    """It has bars and no rating: the chart is there, the votes and the rating are not."""
    frames, _ = market()
    frames["S002"] = frames["S002"].iloc[:-20]
    result = run_scan(ScanConfig(symbols=tuple(frames)), price_cache=frames)
    plot = result.plot("S002")
    last = str(frames["S002"].index[-1].date())
    assert f"last bar {last}" in plot.html
    assert "gate.stale" in plot.html
    assert "26 votes" not in plot.html
    assert "no bars on 20 sessions" in plot.svg


def test_a_split_that_was_not_applied_is_marked():
    """The scan used the bars after it: the chart shows where they begin."""
    frames, _ = market()
    frame = frames["S001"].copy()
    frame.iloc[:-120, :4] *= 10
    frame.iloc[:-120, 4] /= 10
    frames["S001"] = frame
    result = run_scan(ScanConfig(symbols=tuple(frames)), price_cache=frames)
    since = result.table.set_index("symbol")["usable_since"]["S001"]
    assert str(since)[:10] == str(frame.index[-120].date())
    said = texts(parse(result.plot("S001").svg))
    assert f"usable since {str(since)[:10]}" in said
    assert "SMA 200 not yet" in said
    assert f"SMA 50 {frame['Close'].iloc[-50:].mean():,.2f}" in said


def test_a_bad_print_is_no_candle():
    """One close of a hundred times the price: left out, counted, and not in the average."""
    frames, _ = market()
    frame = frames["S001"].copy()
    frame.iloc[-20, :4] *= 100
    frames["S001"] = frame
    result = run_scan(ScanConfig(symbols=tuple(frames)), price_cache=frames)
    plot = result.plot("S001")
    said = texts(parse(plot.svg))
    assert "1 bar left out" in said
    usable = frame["Close"].drop(frame.index[-20])
    assert f"SMA 50 {usable.iloc[-50:].mean():,.2f}" in said
    assert "left out" in plot.html


@pytest.mark.parametrize("name", ["vcp", "cup_with_handle", "flat_base", "high_tight_flag"])
def test_a_found_pattern_is_drawn_with_its_rules(name):
    """Corners at the bars and prices that they name; each rule and each number on the page."""
    file = golden(name)
    frames = {"ABC": frame_of(straight(file["legs"]))}
    given = ", ".join(f"{key}={value}" for key, value in file["parameters"].items())
    config = ScanConfig(symbols=("ABC",), where=f"{name}({given}) or close > 0", bars=60)
    result = run_scan(config, price_cache=frames)
    report = symbol_report(result, "ABC")
    (reading,) = report.conditions[0].patterns
    assert reading.verdict.held
    frame = frames["ABC"]
    bars = [len(frame) - 1 - corner.bar for corner in reading.verdict.corners]
    assert bars == sorted(bars)
    for at, corner in zip(bars, reading.verdict.corners, strict=True):
        assert corner.price in (frame["High"].iloc[at], frame["Low"].iloc[at])
    plot = report.plot(sessions=len(frame))
    root = parse(plot.svg)
    (line,) = points(classes(root, "path", "thick", "s-shape")[0])
    assert len(line) == len(bars)
    hover = rects(root, "hover")
    for (x, _), at in zip(line, bars, strict=True):
        assert hover[at][0] - 1 <= x <= hover[at][0] + hover[at][2] + 1
    pivot = next(one.price for one in reading.verdict.corners if "pivot" in one.label)
    assert reading.verdict.numbers[0] == pivot
    assert f"pivot {pivot:,.2f}" in texts(root)
    for check in reading.verdict.checks:
        assert str(check).replace("'", "&#x27;") in plot.html
    assert f"{name.replace('_', ' ')}, found" in plot.html


def test_a_pattern_that_is_not_there_is_not_drawn(result):
    """Its rules are on the page, folded away, with how many are broken."""
    frames, _ = market()
    config = ScanConfig(symbols=tuple(frames), where="flat_base() or close > 0")
    plot = run_scan(config, price_cache=frames).plot("S001")
    assert not classes(parse(plot.svg), "path", "thick", "s-shape")
    assert "Chart pattern: flat base, not found" in plot.html
    assert "rules broken" in plot.html


def test_simulated_data_say_so_in_every_picture():
    """In the strip that stays in sight, in each SVG, in a notebook."""
    sessions = build_calendar(2024).last(310, np.datetime64("2024-03-08"))
    provider = FakeProvider(make_bars(["AAA", "BBB"], sessions), local=True)
    now = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
    result = run_scan(ScanConfig(), provider=provider, now=now)
    plot = result.plot("AAA")
    assert "SIMULATED" in texts(parse(plot.svg))
    strip = re.search(r'<header class="strip">.*?</header>', plot.html)[0]
    assert "SIMULATED" in strip
    assert plot.html.count("<svg xmlns") == plot.html.count(">SIMULATED</text>") == 6
    assert "SIMULATED" in symbol_report(result, "AAA")._repr_html_()


def test_a_notebook_shows_report_and_plot_alike(result):
    """With a style of its own, and no page around it."""
    report = symbol_report(result, result.scored[0])
    shown = report._repr_html_()
    assert shown == result.plot(result.scored[0])._repr_html_()
    assert shown.startswith('<div class="tp"><style>')
    assert "<html" not in shown
    assert Tags(shown).open == []


def test_choices_are_drawn(result):
    """Fewer sessions, other averages, an axis of ratios."""
    plot = result.plot(result.scored[0], sessions=30, averages=[10], log=True)
    assert len(plot.drawing.table.rows) == 30
    assert plot.drawing.table.headings[6] == "SMA 10"
    assert "log prices" in texts(parse(plot.svg))


@pytest.mark.parametrize("name", ["abc.html", "abc.svg"])
def test_it_is_saved_by_its_ending(result, tmp_path, name):
    """The page or the chart; the same bytes every time."""
    plot = result.plot(result.scored[0])
    file = plot.save(tmp_path / name)
    again = result.plot(result.scored[0]).save(str(tmp_path / f"again-{name}"))
    assert file.read_bytes() == again.read_bytes()
    text = file.read_text(encoding="utf-8")
    assert text == (plot.html if name.endswith("html") else plot.svg)
    if name.endswith("svg"):
        assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"sessions": 0}, "sessions is 0"),
        ({"sessions": 2.5}, "a whole number from 1"),
        ({"sessions": True}, "a whole number from 1"),
        ({"averages": "50"}, r"such as \(50, 200\)"),
        ({"averages": 50}, r"such as \(50, 200\)"),
        ({"averages": (0,)}, "averages is 0"),
        ({"averages": (50, 50)}, "each once"),
        ({"averages": (1, 2, 3, 4, 5)}, "at most 4"),
        ({"log": "yes"}, "True or False"),
    ],
)
def test_what_cannot_be_drawn_is_refused(result, how, said):
    """In a sentence that names the parameter."""
    with pytest.raises(ParameterError, match=said):
        result.plot(result.scored[0], **how)


@pytest.mark.parametrize("path", ["abc.png", "", 3, "abc", "no/folder/abc.html"])
def test_a_file_that_cannot_be_is_refused(result, tmp_path, monkeypatch, path):
    """Another ending, no name, a folder that is not there."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ParameterError, match="path"):
        result.plot(result.scored[0]).save(path)
    assert list(tmp_path.iterdir()) == []


def test_a_stranger_is_refused(result):
    """As for a report."""
    with pytest.raises(ParameterError, match="one of the 5 symbols"):
        result.plot("ZZZZ")
