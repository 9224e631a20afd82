"""The files of a site: links, figures, what is escaped, what is new."""

from __future__ import annotations

import datetime as dt
import html
import json
import posixpath
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as Xml

import pytest

from support.facts import filing, table_of
from support.sites import HOSTILE, NOW, Market
from technic import ScanResult, run_scan
from technic.facts.store import FactStore
from technic.settings import Settings
from technic.site.build import build_site
from technic.site.day import Day, scan_day
from technic.site.markup import file_name
from technic.site.tables import site_tables

ATOM = "{http://www.w3.org/2005/Atom}"


class Links(HTMLParser):
    """Gathers what a page leads to or fetches, and every tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            if name in ("href", "src", "action", "srcset", "data", "poster", "xlink:href"):
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data


def test_every_link_leads_to_a_file_of_the_site(files: dict[str, bytes]) -> None:
    """By a relative address; nothing is fetched from anywhere else, and nothing runs."""
    pages = [name for name in files if name.endswith(".html")]
    assert len(pages) > 8
    for name in pages:
        page = Links(files[name].decode())
        assert not page.tags & {"script", "iframe", "object", "embed", "form", "base"}
        for address in page.links:
            path = unquote(address.partition("#")[0])
            assert not re.match(r"[a-z][a-z0-9+.-]*:|/", path), (name, address)
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            assert not path or target in files, (name, address)
        assert "url(" not in files[name].decode()
    for name in (one for one in files if one.endswith((".css", ".svg"))):
        content = files[name].decode()
        assert "@import" not in content
        assert not re.search(r"url\(\s*['\"]?(?!data:|#)", content)


def test_every_page_is_reached_from_the_first(files: dict[str, bytes]) -> None:
    """And every one has a title, a policy, and the day in sight."""
    found, waiting = {"index.html"}, ["index.html"]
    while waiting:
        name = waiting.pop()
        for address in Links(files[name].decode()).links:
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(address)))
            if target not in found and target.endswith(".html"):
                found.add(target)
                waiting.append(target)
    assert found == {name for name in files if name.endswith(".html")}
    for name in found:
        text = files[name].decode()
        assert "Data as of 2024-03-08" in text
        assert "default-src 'none'" in html.unescape(text)
        assert "<title>" in text


def test_tables_are_those_of_scans(files: dict[str, bytes], market: Market) -> None:
    """The file has every row, and who entered and left is the difference of two days."""
    document = json.loads(files["scan-above-20-days.json"])
    kept = {}
    for when in ("2024-03-07", "2024-03-08"):
        config = replace(market.config, where="close > sma(close, 20)", as_of=when)
        kept[when] = list(run_scan(config).table["symbol"])
    assert [row["symbol"] for row in document["rows"]] == kept["2024-03-08"]
    assert "natr_14" in document["rows"][0]
    since = document["since"]
    assert since["session"] == "2024-03-07"
    assert set(since["left"]) == set(kept["2024-03-07"]) - set(kept["2024-03-08"]) != set()
    assert set(since["entered"]) == set(kept["2024-03-08"]) - set(kept["2024-03-07"])
    assert json.loads(files["scan-nothing.json"])["rows"] == []
    ledger = json.loads(files["ledger.json"])
    assert len(ledger["symbols"]) == 12 == sum(ledger["ledger"].values())
    for name in (one for one in files if one.endswith(".json")):
        json.loads(files[name])


def test_the_first_symbols_have_a_page_with_charts(day: Day, files: dict[str, bytes]) -> None:
    """With the plan, the rating and every figure, and the same as JSON."""
    first = [str(symbol) for symbol in day.main.table["symbol"].head(4)]
    for symbol in first:
        page = files[f"symbols/{symbol}.html"].decode()
        assert page.count("<svg") >= 6
        assert json.loads(files[f"symbols/{symbol}.json"])["symbol"] == symbol
    others = set(day.main.table["symbol"][4:]) - set(day.tables[1].result.table["symbol"].head(4))
    assert others
    assert not any(f"symbols/{symbol}.html" in files for symbol in others)


def test_names_from_outside_are_text(files: dict[str, bytes]) -> None:
    """Whatever is in them."""
    page = Links(files["symbols/S08.html"].decode())
    assert HOSTILE in page.text
    shown = (".html", ".xml", ".svg")
    assert not any(b"<script" in files[name] for name in files if name.endswith(shown))


def test_the_feed_says_what_is_new(day: Day, files: dict[str, bytes]) -> None:
    """An entry for each table, with links of the site, as of the close of the session."""
    root = Xml.fromstring(files["feed.xml"])
    entries = root.findall(f"{ATOM}entry")
    assert entries[-1].findtext(f"{ATOM}title") == "nothing, 2024-03-08: 0 new, 0 gone"
    identities = {one.findtext(f"{ATOM}id") for one in entries}
    assert len(identities) == 3
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", str(one)) for one in identities)
    assert root.findtext(f"{ATOM}updated") == "2024-03-08T21:00:00Z"
    for link in root.iter(f"{ATOM}link"):
        assert link.get("href") in files
    left = day.tables[1].changes.left
    assert all(symbol in "".join(entries[1].itertext()) for symbol in left)


def test_the_same_day_gives_the_same_bytes(market: Market, files: dict[str, bytes]) -> None:
    """Also when it is made months later, and from data that have gone on since."""
    later = dt.datetime(2024, 9, 1, tzinfo=dt.UTC)
    assert build_site(market.day(now=later), top=4) == files
    earlier = build_site(market.day(as_of="2024-03-07"), top=4)
    whole = market.prices.read_text()
    until = [line for line in whole.splitlines() if "2024-03-08" not in line]
    try:
        market.prices.write_text("\n".join(until) + "\n")
        then = build_site(market.day(), top=4)
    finally:
        market.prices.write_text(whole)
    assert {name for name in then if then[name] != earlier.get(name)} == set()
    assert set(then) == set(earlier)


def test_a_symbols_page_has_what_was_known_of_its_company(market: Market, tmp_path: Path) -> None:
    """With time, filing, source; markup is text, and what came after the close is not there."""
    quarters = (("2023-07-01", "2023-09-30", "2023-11-01T12:00", -1.5e9),
                ("2023-10-01", "2023-12-31", "2024-03-08T22:00", 9e9))  # fmt: skip
    rows = [
        {**one, "source": "vendor", "form": "<b>10-Q"} for start, end, known, value in quarters
        for one in filing((7, "S08"), "10-Q", known, ("revenue", "Revenues", start, end, value))
    ]  # fmt: skip
    home = tmp_path / "home"
    FactStore(home).append(table_of(rows))
    day = replace(market, home=home).day("2024-03-08")
    files = build_site(day, top=12)
    page = files["symbols/S08.html"].decode()
    assert "As known at the close of 2024-03-08: what is filed later" in page
    assert "2023-11-01 12:00 UTC" in page
    assert "-$1.5B" in page
    assert '<div id="company">' in page  # by this name the style shows texts and tables whole
    assert "&lt;b&gt;10-Q" in page
    assert "<b>10-Q" not in page
    assert "2023-12-31" not in page.partition('id="company-card"')[2].partition("</section>")[0]
    document = json.loads(files["symbols/S08.json"])["company"]
    assert [one["end"] for one in document["quarters"]] == ["2023-09-30"]
    assert document["quarters"][0]["revenue"]["known_at"] == "2023-11-01T12:00:00Z"
    assert "Filings: U.S. Securities and Exchange Commission, EDGAR." in page
    assert "Nothing was known of S01 on 2024-03-08." in files["symbols/S01.html"].decode()
    assert build_site(day, top=12) == files


def test_where_no_facts_are_stored_a_page_has_no_empty_part(files: dict[str, bytes]) -> None:
    """Who reads a site cannot bring them."""
    assert b"company-card" not in files["symbols/S08.html"]
    assert b'id="company"' not in files["symbols/S08.html"]


@pytest.mark.parametrize(
    ("symbol", "name"),
    [("AAPL", "AAPL"), ("BRK.B", "BRK.B"), ("A/B", "A_2fB"), ("CON", "_CON"), ("Ap", "A_70")],
)
def test_every_symbol_has_a_file_name_of_its_own(symbol: str, name: str) -> None:
    """One that any file system takes, whether or not it tells small letters apart."""
    assert file_name(symbol) == name


def test_a_folder_with_a_slash_at_its_end_leaves_the_links_alone(day: Day) -> None:
    """As a shell completes its name: a folder of prices that is called like one of the site's."""
    one = day.tables[0]
    for data in ("symbols/", "/home/me/symbols/", "C:\\me\\symbols\\"):
        config = replace(one.table.config, data=data)
        renamed = replace(one, table=replace(one.table, config=config), warnings=(f"of {data}p",))
        files = build_site(replace(day, tables=(renamed,)), top=2)
        names = {name for name in files if name.startswith("symbols/") and name.endswith("html")}
        assert len(names) == 2
        assert all(f'href="{name}"'.encode() in files["scan.html"] for name in names)
        assert b"me/symbols" not in files["scan.html"]
        assert b"me\\symbols" not in files["scan.html"]


def test_facts_are_columns_of_a_table(market: Market, tmp_path) -> None:
    """In sight with what was added by a plus, amounts short on the page and whole in the file."""
    quarters = [("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")]
    facts = [
        ("revenue", "Revenues", f"2023-{start}", f"2023-{end}", 9.625e9) for start, end in quarters
    ]
    FactStore(tmp_path).append(table_of(filing((1, "S03"), "10-K", "2024-02-01T12:00", *facts)))
    asked = ("+revenue_ttm", "twice = revenue_ttm + revenue_ttm", "ps")
    config = replace(market.config, columns=asked)
    settings = Settings(home=tmp_path)
    day = scan_day(site_tables(config, (), settings), settings, now=NOW)
    files = build_site(day, top=12)
    rows = {row["symbol"]: row for row in json.loads(files["scan.json"])["rows"]}
    assert (rows["S03"]["revenue_ttm"], rows["S03"]["twice"]) == (38.5e9, 77e9)
    assert rows["S03"]["ps"] is rows["S04"]["revenue_ttm"] is None
    page = files["scan.html"].decode()
    assert "<td>38.5B</td><td>77B</td><td>\u2013</td>" in page
    assert "<dt>revenue ttm</dt><dd>38.5B</dd>" in files["symbols/S03.html"].decode()


def test_a_vendor_s_own_clock_is_asked_where_no_time_is_given(
    market: Market, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's would have a simulated vendor scanned months after its last session."""
    asked = []

    def scan(*arguments, now, **others) -> ScanResult:
        asked.append(now)
        return run_scan(*arguments, now=NOW, **others)

    monkeypatch.setattr("technic.site.day.run_scan", scan)
    settings = Settings(home=tmp_path)
    scan_day(site_tables(market.config, (), settings), settings)
    assert asked == [None, None]
