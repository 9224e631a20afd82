"""The simulated market as Nasdaq Trader's directories: the format, and who is in it."""

from __future__ import annotations

from collections import Counter

from support.loopback import day, old_companies, small
from technic.data_engine.interfaces.transport import HttpRequest

COLUMNS = {
    "nasdaqlisted": "Symbol|Security Name|Market Category|Test Issue|Financial Status|"
    "Round Lot Size|ETF|NextShares",
    "otherlisted": "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|"
    "Test Issue|NASDAQ Symbol",
}


def lines_of(loopback, name: str) -> list[list[str]]:
    """The values of each line; asked without a key."""
    answer = loopback.handle(HttpRequest(f"http://host/dynamic/SymDir/{name}.txt"))
    assert answer.status == 200
    return [line.split("|") for line in answer.body.decode().splitlines()]


def test_both_files_have_the_format_of_the_real_ones():
    """Header, as many values in every line, a footer with day and time in New York."""
    loopback = small()
    for name, columns in COLUMNS.items():
        header, *rows, footer = lines_of(loopback, name)
        assert header == columns.split("|")
        assert {len(row) for row in rows} == {len(header)} == {len(footer)}
        assert footer[0] == f"File Creation Time: 06302026{loopback.world.now:%H:%M}"
        assert rows == sorted(rows)


def test_together_they_list_the_market_of_the_day():
    """Every listed symbol once, by its CQS spelling; flags of ETFs and test issues; renames."""
    loopback = small()
    world = loopback.world
    old, gone = old_companies(world, 2)
    world.rename(old, "BRK.B", day("2026-06-29"))
    world.delist_after(gone, day("2026-06-26"))
    nasdaq, other = (lines_of(loopback, name)[1:-1] for name in COLUMNS)
    symbols = [row[0] for row in nasdaq] + [row[3] for row in other]
    at = len(world.sessions) - 1
    listed = [row for row in range(len(world.market)) if world.is_listed(row, at)]
    assert sorted(symbols) == sorted(world.symbols_on(at)[row] for row in listed)
    assert "BRK.B" in symbols
    assert not {old, gone} & set(symbols)
    kinds = Counter(world.descriptions["type"][row] for row in listed)
    assert (
        sum(row[6] == "Y" for row in nasdaq) + sum(row[4] == "Y" for row in other) == kinds["etf"]
    )
    tests = sum(row[3] == "Y" for row in nasdaq) + sum(row[6] == "Y" for row in other)
    assert tests == kinds["test_issue"] > 0


def test_what_other_exchanges_list_has_three_spellings():
    """A preferred, a warrant and a class of shares, as exchanges and Nasdaq write them."""
    loopback = small()
    spelled = {row[3]: (row[0], row[7]) for row in lines_of(loopback, "otherlisted")[1:-1]}
    preferred = next(symbol for symbol in spelled if symbol.endswith("pA"))
    warrant = next(symbol for symbol in spelled if symbol.endswith(".WS"))
    share = next(symbol for symbol in spelled if symbol.endswith(".B"))
    assert spelled[preferred] == (f"{preferred[:4]}$A", f"{preferred[:4]}-A")
    assert spelled[warrant] == (f"{warrant[:4]}.W", f"{warrant[:4]}+")
    assert spelled[share] == (share, share)
