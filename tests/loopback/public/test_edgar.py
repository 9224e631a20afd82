"""Simulated companies in the formats of EDGAR: pages, bulk files, and who may ask."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from support.loopback import day, old_companies, small
from technic.data_engine.interfaces.transport import HttpRequest
from technic.loopback import FaultRules

AGENT = {"User-Agent": "Jane Doe jane@example.com"}
TICKERS = "/files/company_tickers_exchange.json"
BULK = "/Archives/edgar/daily-index"


def ask(loopback, path: str, status: int = 200, headers=AGENT) -> bytes:
    """The body of an answer, which has to have a certain status."""
    response = loopback.handle(HttpRequest(f"http://host{path}", headers=headers))
    assert response.status == status, response.body[:300]
    return response.body


@pytest.fixture(scope="module")
def loopback():
    """A hundred symbols over two years, asked ever so often."""
    ticks = iter(range(10**6))
    return small(100, 500, clock=lambda: float(next(ticks)))


def members(body: bytes) -> dict[str, bytes]:
    """What a zip holds."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(table: bytes) -> list[dict[str, str]]:
    """Rows of a table of a data set."""
    header, *lines = table.decode().splitlines()
    names = header.split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines]


@pytest.mark.parametrize("agent", [None, "", "curl/8.0", "jane@example.com", "Jane Doe"])
def test_who_does_not_say_who_he_is_is_refused(loopback, agent):
    """On every path; a name and an address are wanted."""
    headers = {} if agent is None else {"User-Agent": agent}
    for path in (TICKERS, f"{BULK}/xbrl/companyfacts.zip", "/submissions/CIK0009000001.json"):
        assert b"Undeclared Automated Tool" in ask(loopback, path, 403, headers)


def test_the_list_has_every_symbol_of_every_company_that_is_listed(loopback):
    """Class shares with a hyphen; funds and test issues are no companies."""
    table = json.loads(ask(loopback, TICKERS))
    assert table["fields"] == ["cik", "name", "ticker", "exchange"]
    by_cik: dict[int, list[str]] = {}
    for cik, _, ticker, _ in table["data"]:
        by_cik.setdefault(cik, []).append(ticker)
    classes = [tickers for tickers in by_cik.values() if tickers[0].endswith("-A")]
    assert [ticker[-2:] for ticker in classes[0]] == ["-A", "-B"]
    said = loopback.world.descriptions
    funds = {loopback.world.market.securities.symbol[row]
             for row, kind in enumerate(said["type"]) if kind in ("etf", "test_issue")}  # fmt: skip
    assert not funds & {row[2] for row in table["data"]}


def test_bulk_files_hold_what_is_answered_one_by_one(loopback):
    """Both zips, each member; older pages are members of their own."""
    pages = members(ask(loopback, f"{BULK}/bulkdata/submissions.zip"))
    facts = members(ask(loopback, f"{BULK}/xbrl/companyfacts.zip"))
    assert len(facts) > 50
    for name in list(facts)[:5]:
        assert ask(loopback, f"/api/xbrl/companyfacts/{name}") == facts[name]
    older = [name for name in pages if "-submissions-001" in name]
    assert older
    for name in (older[0], older[0].replace("-submissions-001", "")):
        assert ask(loopback, f"/submissions/{name}") == pages[name]
    document = json.loads(pages[older[0].replace("-submissions-001", "")])
    assert document["filings"]["files"][0]["name"] == older[0]
    assert len({len(column) for column in document["filings"]["recent"].values()}) == 1


def test_facts_are_those_of_filings_that_are_there(loopback):
    """Each fact names a filing of the company; fy and fp are the filing's; one frame a period."""
    pages = members(ask(loopback, f"{BULK}/bulkdata/submissions.zip"))
    body = members(ask(loopback, f"{BULK}/xbrl/companyfacts.zip"))["CIK0009000001.json"]
    columns = json.loads(pages["CIK0009000001.json"])["filings"]["recent"]
    forms = dict(zip(columns["accessionNumber"], columns["form"], strict=True))
    frames: dict[tuple[str, str, str, str], int] = {}
    said: dict[str, set[tuple[object, object]]] = {}
    for taxonomy, tags in json.loads(body)["facts"].items():
        for tag, one in tags.items():
            for facts in one["units"].values():
                for fact in facts:
                    assert forms.get(fact["accn"], fact["form"]) == fact["form"]
                    said.setdefault(fact["accn"], set()).add((fact["fy"], fact["fp"]))
                    period = (taxonomy, tag, fact.get("start", ""), fact["end"])
                    frames[period] = frames.get(period, 0) + ("frame" in fact)
    assert {len(filing) for filing in said.values()} == {1}
    assert set(frames.values()) == {1}


def test_unknown_companies_and_quarters_to_come_are_not_found(loopback):
    """404 is normal; the quarter that runs has no data set yet."""
    for path in ("/submissions/CIK0000000001.json", "/submissions/x.json",
                 "/api/xbrl/companyfacts/CIK0000000001.json"):  # fmt: skip
        ask(loopback, path, 404)
    sets = "/files/dera/data/financial-statement-data-sets"
    ask(loopback, f"{sets}/2026q3.zip", 404)
    ask(loopback, f"{sets}/2026q2.zip", 404)
    ask(loopback, f"{sets}/2026q1.zip")


def test_a_data_set_has_the_filings_of_a_quarter_with_ends_of_months(loopback):
    """Numbers of companyfacts by filing and tag, rounded periods, parts that do not count."""
    tables = members(ask(loopback, "/files/dera/data/financial-statement-data-sets/2025q4.zip"))
    assert set(tables) == {"sub.txt", "num.txt", "tag.txt", "pre.txt", "readme.htm"}
    sub, num = rows_of(tables["sub.txt"]), rows_of(tables["num.txt"])
    assert {row["filed"][:6] for row in sub} <= {"202510", "202511", "202512"}
    filings = {row["adsh"]: row for row in sub}
    assert {row["adsh"] for row in num} == set(filings)
    assert all(row["ddate"][6:] in ("28", "29", "30", "31") for row in num)
    assert any(row["segments"] for row in num)
    adsh, filing = next((a, f) for a, f in filings.items() if f["form"] == "10-Q")
    facts = json.loads(ask(loopback, f"/api/xbrl/companyfacts/CIK{int(filing['cik']):010}.json"))
    income = {
        fact["val"]
        for fact in facts["facts"]["us-gaap"]["NetIncomeLoss"]["units"]["USD"]
        if fact["accn"] == adsh
    }
    assert income == {
        float(row["value"]) for row in num if row["adsh"] == adsh and row["tag"] == "NetIncomeLoss"
    }


def test_who_was_cut_off_goes_on_where_he_was(loopback):
    """The rest of the same file; the whole of another one; nothing beyond its end."""
    path = f"{BULK}/xbrl/companyfacts.zip"
    whole = loopback.handle(HttpRequest(f"http://host{path}", headers=AGENT))
    tag = whole.headers["etag"]
    rest = loopback.handle(
        HttpRequest(
            f"http://host{path}", headers={**AGENT, "Range": "bytes=1000-", "If-Range": tag}
        )
    )
    assert (rest.status, rest.body) == (206, whole.body[1000:])
    assert rest.headers["content-range"] == f"bytes 1000-{len(whole.body) - 1}/{len(whole.body)}"
    other = {**AGENT, "Range": "bytes=1000-", "If-Range": '"other"'}
    assert ask(loopback, path, 200, other) == whole.body
    ask(loopback, path, 416, {**AGENT, "Range": f"bytes={len(whole.body)}-"})


def test_more_than_ten_in_a_second_are_shut_out_for_ten_minutes():
    """The eleventh is refused, and so is everything until the block is over."""
    now = [0.0]
    loopback = small(30, 100, clock=lambda: now[0])
    for _ in range(10):
        ask(loopback, TICKERS)
    request = HttpRequest(f"http://host{TICKERS}", headers=AGENT)
    refused = loopback.handle(request)
    assert (refused.status, refused.headers["retry-after"]) == (429, "600")
    now[0] = 599.0
    ask(loopback, TICKERS, 429)
    now[0] = 600.5
    ask(loopback, TICKERS)


def test_a_companys_broken_facts_and_a_file_that_is_cut_off():
    """One company's JSON alone is cut; as a fault the zip is, while its answer is whole."""
    loopback = small(30, 100, options={"broken_ciks": (9_000_001,)})
    facts = members(ask(loopback, f"{BULK}/xbrl/companyfacts.zip"))
    with pytest.raises(ValueError, match="Unterminated|Expecting"):
        json.loads(facts["CIK0009000001.json"])
    json.loads(facts["CIK0009000002.json"])
    loopback.set_faults(FaultRules(truncated=1.0))
    with pytest.raises(zipfile.BadZipFile):
        members(ask(loopback, f"{BULK}/xbrl/companyfacts.zip"))


def test_a_rename_changes_the_symbol_and_a_split_later_numbers_per_share():
    """The list has today's symbol; shares on cover pages after the split are twice as many."""
    loopback = small(60, 400)
    world = loopback.world
    symbol = next(one for one in old_companies(world, 10)
                  if world.descriptions["type"][world.row_of(one)] == "common")  # fmt: skip
    cik = 9_000_001 + world.row_of(symbol)
    path = f"/api/xbrl/companyfacts/CIK{cik:010}.json"
    cover = "EntityCommonStockSharesOutstanding"

    def shares() -> dict[str, int]:
        found = json.loads(ask(loopback, path))["facts"]["dei"][cover]["units"]["shares"]
        return {fact["end"]: fact["val"] for fact in found}

    before = shares()
    world.rename(symbol, "NEWNAME", day("2026-01-02"))
    world.split(symbol, day("2026-01-02"), 2.0)
    tickers = {row[2]: row[0] for row in json.loads(ask(loopback, TICKERS))["data"]}
    assert tickers.get("NEWNAME") == cik
    after = shares()
    for end, count in after.items():
        factor = 2 if end >= "2026-01-02" else 1
        assert count == pytest.approx(before[end] * factor, abs=1)
    assert any(end >= "2026-01-02" for end in after)


def test_nothing_is_filed_before_its_time():
    """On an earlier day companyfacts has the first of the facts it has later."""
    loopback = small(30, 300)
    path = "/api/xbrl/companyfacts/CIK0009000001.json"
    later = json.loads(ask(loopback, path))
    loopback.world.today = day("2025-12-01")
    earlier = json.loads(ask(loopback, path))
    for taxonomy, tags in earlier["facts"].items():
        for tag, one in tags.items():
            for unit, facts in one["units"].items():
                assert all(fact["filed"] <= "2025-12-02" for fact in facts)
                same = later["facts"][taxonomy][tag]["units"][unit][: len(facts)]
                plain = [[{k: v for k, v in fact.items() if k != "frame"} for fact in group]
                         for group in (facts, same)]  # fmt: skip
                assert plain[0] == plain[1]
