"""TradingView watchlists: prefixes as TradingView has them, and nothing lost without a word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.made_up_market import SESSIONS, SYMBOLS, scan
from technic import ScanConfig
from technic.errors import ParameterError
from technic.export import write
from technic.export.tradingview import SIMULATED, render
from technic.result.scan_result import ScanResult
from technic.setups.setup import Setup, SetupCondition
from technic.testing import make_bars
from technic.universe import canonical, format_symbol, load_symbols, parse
from technic.view.column_table import ColumnTable

DAYS = "###AS OF 2024-03-08 - DATA TO 2024-03-08"
# as TradingView's own pages write them
LISTED = [
    ("AAPL", "NASDAQ", "NASDAQ:AAPL"),
    ("MSFT", "Nasdaq Global Select", "NASDAQ:MSFT"),
    ("IBM", "NYSE", "NYSE:IBM"),
    ("BRK.B", "XNYS", "NYSE:BRK.B"),
    ("BACpL", "N", "NYSE:BAC/PL"),
    ("DCOMp", "NASDAQ", "NASDAQ:DCOM/P"),
    ("AIIAr", "NYSE", "NYSE:AIIA/R"),
    ("IMO", "NYSE American", "AMEX:IMO"),
    ("SPY", "NYSE ARCA", "AMEX:SPY"),
    ("GLD", "P", "AMEX:GLD"),
    ("ITA", "Cboe BZX", "CBOE:ITA"),
    ("MTUM", "BATS", "CBOE:MTUM"),
]


@pytest.fixture(scope="module")
def result() -> ScanResult:
    """A small result; the tests put tables of their own into it."""
    return scan(make_bars(["AA"], SESSIONS))


def listed(result: ScanResult, rows: list[tuple[str, str | None]], simulated=False) -> ScanResult:
    """The result with a table of these symbols and exchanges."""
    columns = {name: np.array([row[at] for row in rows], dtype=object)
               for at, name in enumerate(("symbol", "exchange"))}  # fmt: skip
    data = replace(result.data, simulated=simulated)
    return replace(result, ranking=ColumnTable(columns), data=data)


def test_every_exchange_has_the_prefix_that_tradingview_uses(result):
    """Arca and NYSE American are AMEX there, Cboe BZX is CBOE; class shares keep their dot."""
    found = render(listed(result, [(symbol, exchange) for symbol, exchange, _ in LISTED]))
    assert found.text == f"{DAYS}\n{','.join(entry for _, _, entry in LISTED)}\n"
    assert found.notes == ()


def test_what_is_written_can_be_read_as_a_watchlist(result, tmp_path: Path):
    """The symbols come back as they are called here, the section is no symbol."""
    rows = [(symbol, exchange) for symbol, exchange, _ in LISTED]
    write(listed(result, rows, simulated=True), "tradingview", None, tmp_path / "list.txt")
    text = (tmp_path / "list.txt").read_text(encoding="utf-8")
    assert text.startswith("###SIMULATED DATA")
    assert load_symbols(tmp_path / "list.txt") == tuple(symbol for symbol, _, _ in LISTED)


def test_a_list_with_sections_in_its_one_line_can_be_read(tmp_path: Path):
    """So TradingView exports them."""
    path = tmp_path / "list.txt"
    path.write_text("###TECH, BIG,NASDAQ:AAPL,###BANKS,NYSE:BAC/PL,NYSE:C", encoding="utf-8")
    assert load_symbols(path) == ("BIG", "AAPL", "BACpL", "C")
    path.write_text("###TECH,NASDAQ:AAPL # mine,\nNYSE:C", encoding="utf-8")
    assert load_symbols(path) == ("AAPL", "C")


def test_symbols_without_a_known_exchange_are_named(result, capsys):
    """They stand without a prefix, in their places."""
    rows = [("AAPL", "NASDAQ"), ("XX", None), ("YY", float("nan")), ("ZZ", "Moon"), ("C", "NYSE")]
    notes = write(listed(result, rows), "tradingview")
    assert capsys.readouterr().out == f"{DAYS}\nNASDAQ:AAPL,XX,YY,ZZ,NYSE:C\n"
    (note,) = notes
    assert note.startswith("3 symbols have no exchange")
    assert note.endswith(": XX, YY, ZZ")


def test_symbols_without_a_known_spelling_are_left_out_and_named(result):
    """A comma in a name must not become two symbols; a when-issued share has no spelling."""
    rows = [("AB,CD", "NYSE"), ("GEVw", "NYSE"), ("C", "NYSE")]
    found = render(listed(result, rows))
    assert found.text == f"{DAYS}\nNYSE:C\n"
    assert found.notes == (
        "2 symbols are left out, for how TradingView spells them is not known: AB,CD, GEVw",
    )


def test_a_table_without_exchanges_and_an_empty_one(result):
    """No listing says where: all stand without a prefix. No rows: an empty line."""
    symbols = np.array(["AA", "BB"], dtype=object)
    bare = replace(result, ranking=ColumnTable({"symbol": symbols}))
    assert render(bare, 1).text.endswith("\nAA\n")
    assert render(listed(result, [])).text == f"{DAYS}\n\n"


def test_several_setups_are_sections(tmp_path: Path):
    """Each symbol once, under the first setup it meets, in the order of the table."""
    setups = [
        Setup(
            name=name,
            title=title,
            meaning="m",
            source="s",
            conditions=(SetupCondition(name="rule", where=where),),
        )
        for name, title, where in (
            ("up", "Up, a lot # today", "close > sma(close, 50)"),
            ("any", "Any", "close > 0"),
            ("none", "None", "close < 0"),
        )
    ]
    bars = make_bars(SYMBOLS[:12], SESSIONS)
    both = scan(bars, ScanConfig(setups=tuple(setups)))
    up, others = [
        [row.symbol for row in both.table.itertuples() if (row.close > row.sma_50) == above]
        for above in (True, False)
    ]
    assert up
    assert others
    text = render(both).text
    expected = [SIMULATED, DAYS, "###Up a lot today", ",".join(up), "###Any", ",".join(others)]
    assert text == "\n".join(expected) + "\n"
    (tmp_path / "list.txt").write_text(text, encoding="utf-8")
    assert load_symbols(tmp_path / "list.txt") == (*up, *others)
    assert render(both, 1).text.count("###") == 3

    one = scan(bars, ScanConfig(setups=(setups[1],)))
    assert render(one).text.count("###") == 2  # SIMULATED and the days


def test_the_spelling_is_a_convention_like_any_other():
    """What TradingView writes is read back, also without naming the convention."""
    for symbol, _, entry in LISTED:
        spelt = entry.partition(":")[2]
        assert format_symbol(parse(symbol), "tradingview") == spelt
        assert canonical(spelt, "tradingview") == canonical(spelt) == symbol
    with pytest.raises(ParameterError, match="tradingview"):
        format_symbol(parse("GEVw"), "tradingview")
