"""Links and small lines of the ranked table: where they are and lead to, where they are not."""

from __future__ import annotations

import io
import re
import sys

import numpy as np
import pandas as pd
import pytest

from support.made_up_market import SESSIONS, SYMBOLS, scan
from technic import ScanConfig
from technic.cli.options.options import RunOptions
from technic.cli.options.table_options import TableOptions
from technic.cli.render.output import print_result
from technic.cli.render.ranking.links import SymbolLinks, checked_page_url, knows_links
from technic.cli.render.ranking.sparkline import blocks_fit, closes_of, sparkline
from technic.cli.render.ranking.table import Extras, ranking_lines
from technic.errors import ParameterError
from technic.testing import make_bars

KITTY = {"TERM": "xterm-kitty"}
BLOCKS = re.compile("[▁▂▃▄▅▆▇█]+")


class Stream(io.StringIO):
    """A text stream that says whether it is a terminal, and what it can write."""

    def __init__(self, *, terminal: bool = True, encoding: str = "utf-8") -> None:
        super().__init__()
        self._terminal, self._encoding = terminal, encoding

    def isatty(self) -> bool:
        """Say whether it is a terminal."""
        return self._terminal

    @property
    def encoding(self) -> str:
        """Say what can be written."""
        return self._encoding


@pytest.fixture(scope="module")
def result():
    """A scan of made-up symbols."""
    return scan(make_bars(SYMBOLS, SESSIONS), ScanConfig())


@pytest.mark.parametrize(
    "environ",
    [
        KITTY,
        {"TERM": "xterm-256color", "VTE_VERSION": "7200"},
        {"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"},
        {"TERM": "xterm-256color", "TERM_PROGRAM": "vscode", "CI": "false"},
        {"TERM": "xterm-256color", "WT_SESSION": "x"},
        {"TERM": "alacritty"},
        {"TERM": "xterm", "FORCE_HYPERLINK": "1"},
        {"TERM": "xterm", "FORCE_HYPERLINK": "1", "NO_COLOR": "1"},
    ],
)
def test_a_known_terminal_gets_links(environ):
    """Terminals that have links get them, and nobody does who is no terminal."""
    assert knows_links(Stream(), environ, None)
    assert not knows_links(Stream(terminal=False), environ, None)
    assert not knows_links(Stream(terminal=False), environ, True)
    assert not knows_links(Stream(), environ, False)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"TERM": "xterm-256color"},
        {"TERM": "linux"},
        {"TERM": "xterm-256color", "VTE_VERSION": "4800"},
        {"TERM": "xterm-256color", "VTE_VERSION": "new"},
        {"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"},
        {**KITTY, "NO_COLOR": "1"},
        {**KITTY, "CI": "true"},
        {"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"},
        {**KITTY, "TMUX": "/tmp/tmux"},
        {"TERM": "screen.xterm-kitty"},
        {**KITTY, "FORCE_HYPERLINK": "0"},
    ],
)
def test_an_unknown_terminal_gets_no_links_unless_they_are_wanted(environ):
    """A terminal of which nothing is known, CI and NO_COLOR get none; --links insists."""
    assert not knows_links(Stream(), environ, None)
    assert knows_links(Stream(), environ, True) is ("TERM" in environ)


def test_a_dumb_terminal_never_gets_links():
    """A dumb terminal would print them."""
    assert not knows_links(Stream(), {"TERM": "dumb", "FORCE_HYPERLINK": "1"}, True)


@pytest.mark.parametrize(
    ("symbol", "exchange", "target"),
    [
        ("AAPL", "NASDAQ", "NASDAQ%3AAAPL"),
        ("BRK.B", "NYSE", "NYSE%3ABRK.B"),
        ("SPY", "NYSE Arca", "AMEX%3ASPY"),
        ("CBOE", "Cboe BZX", "CBOE%3ACBOE"),
        ("IMO", "NYSE American", "AMEX%3AIMO"),
        ("AAPL", None, "AAPL"),
        ("AAPL", float("nan"), "AAPL"),
        ("AAPL", "Moon", "AAPL"),
    ],
)
def test_links_lead_to_tradingview(symbol, exchange, target):
    """Exchanges and share classes as TradingView writes them; none where it is not known."""
    address = SymbolLinks(None, False).address(symbol, exchange)
    assert address == f"https://www.tradingview.com/chart/?symbol={target}"


def test_a_simulated_symbol_leads_nowhere_but_to_the_service():
    """TradingView has no simulated symbol; the service has its page, whatever it is called."""
    assert SymbolLinks(None, True).address("AAPL", "NASDAQ") is None
    own = SymbolLinks("https://technic.example/x", True)
    assert own.address("BRK.B", "NYSE") == "https://technic.example/x/symbols/BRK.B"
    assert own.address("A/B ?", None) == "https://technic.example/x/symbols/A%2FB%20%3F"


@pytest.mark.parametrize(
    "text",
    ["127.0.0.1:8000", "ftp://x", "javascript:alert(1)", "http://x\x1b]8;;", "http://x y", ""],
)
def test_what_is_no_address_is_refused(text):
    """The setting is checked before it reaches a terminal."""
    with pytest.raises(ParameterError, match="page_url"):
        checked_page_url(text)
    assert checked_page_url(None) is None
    assert checked_page_url("http://127.0.0.1:8000/") == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("closes", "cells", "drawn"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], 30, "▁▂▃▄▅▆▇█"),
        ([8, 7, 6, 5, 4, 3, 2, 1], 8, "█▇▆▅▄▃▂▁"),
        ([1, 9, 2, 8, 3, 7, 4, 8], 4, "█▅▁▅"),
        ([5, 5, 5], 30, "▄▄▄"),
        ([5], 30, ""),
        ([], 30, ""),
    ],
)
def test_closes_become_blocks(closes, cells, drawn):
    """From the lowest to the highest block; narrower lines keep the last close of each share."""
    line = sparkline(closes, cells)
    assert line.plain == drawn
    if drawn:
        assert line.style == ("green" if closes[-1] >= closes[0] else "red")


def test_the_closes_are_the_last_thirty(result):
    """They are those of the bars that were scanned, oldest first."""
    symbols = [str(symbol) for symbol in result.table["symbol"]]
    for symbol, closes in zip(symbols, closes_of(result, symbols), strict=True):
        assert closes == result.prices[symbol]["Close"].tolist()[-30:]


@pytest.mark.parametrize("width", range(60, 230, 7))
def test_a_line_takes_the_room_that_is_left_and_no_column(result, width):
    """No column leaves for a line but the bar of the rating; no line is wider than the terminal."""
    plain = next(ranking_lines(result, None, width))
    lined = next(ranking_lines(result, None, width, Extras(sparklines=True)))
    headings = [column.header for column in plain.columns]
    now = [column.header for column in lined.columns]
    lost = [name for name in headings if name not in now]
    assert set(lost) <= {"\n"}
    cells = [
        str(cell) for column in lined.columns if "30 days" in column.header for cell in column.cells
    ]
    assert ("\n30 days" in now) is bool(cells)
    assert all(10 <= len(cell) <= 30 and BLOCKS.fullmatch(cell) for cell in cells)
    wide = sum(
        max(len(str(cell)) for cell in [*column.cells, *column.header.split("\n")]) + 2
        for column in lined.columns
    )
    assert wide <= max(width, 60)


def printed(monkeypatch, result, stream, *, format_="table", out=None, **asked):
    """What the command prints to a stream."""
    monkeypatch.setattr(sys, "stdout", stream)
    for name in ("NO_COLOR", "CI", "TMUX", "STY", "FORCE_HYPERLINK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-kitty")
    monkeypatch.setenv("COLUMNS", "220")
    run = RunOptions(out=out, quiet=True)
    print_result(result, format_, None, run, TableOptions(**asked), "http://127.0.0.1:8000")
    return stream.getvalue()


def test_a_terminal_shows_both(monkeypatch, result):
    """A terminal shows a link for each symbol and a line of each."""
    text = printed(monkeypatch, result, Stream())
    for symbol in result.table["symbol"]:
        assert f";http://127.0.0.1:8000/symbols/{symbol}\x1b\\" in text
    assert len(BLOCKS.findall(text)) >= len(result.table)


def test_the_user_can_have_neither(monkeypatch, result):
    """--no-links and --no-sparklines."""
    text = printed(monkeypatch, result, Stream(), links=False, sparklines=False)
    assert "\x1b]8;" not in text
    assert "30 days" not in text


@pytest.mark.parametrize("asked", [{}, {"links": True}])
def test_a_pipe_has_neither(monkeypatch, result, asked):
    """A pipe gets the text alone; lines only where they are asked for, links never."""
    text = printed(monkeypatch, result, Stream(terminal=False), **asked)
    assert "\x1b" not in text
    assert "30 days" not in text
    text = printed(monkeypatch, result, Stream(terminal=False), sparklines=True, **asked)
    assert "30 days" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("format_", ["csv", "json", "md", "tradingview"])
def test_other_formats_have_neither(monkeypatch, result, format_):
    """CSV, JSON and the others are the same with and without."""
    asked = {"links": True, "sparklines": True}
    text = printed(monkeypatch, result, Stream(), format_=format_, **asked)
    assert "\x1b" not in text
    assert not BLOCKS.search(text)


def test_a_file_has_neither(monkeypatch, result, tmp_path):
    """A table in a file is text."""
    file = tmp_path / "scan.txt"
    printed(monkeypatch, result, Stream(), out=file, links=True)
    text = file.read_text(encoding="utf-8")
    assert "\x1b" not in text
    assert "30 days" not in text


def test_an_ascii_terminal_has_no_lines(monkeypatch, result):
    """Where the blocks cannot be written there is no line, even if it is asked for."""
    assert not blocks_fit("ascii")
    assert not blocks_fit(None)
    assert blocks_fit("utf-8")
    text = printed(monkeypatch, result, Stream(encoding="ascii"), sparklines=True)
    assert "30 days" not in text


def test_chosen_columns_have_no_line_beside_them(monkeypatch):
    """Who chooses the columns gets these; with --sparklines the line as well."""
    config = ScanConfig(columns=("close",))
    result = scan(make_bars(SYMBOLS, SESSIONS), config)
    assert "30 days" not in printed(monkeypatch, result, Stream())
    assert "30 days" in printed(monkeypatch, result, Stream(), sparklines=True)


def test_a_short_history_has_a_short_line():
    """A symbol with fewer closes has a shorter line; one with none has an empty cell."""
    frame = pd.DataFrame({"symbol": ["A"], "close": [1.0]})
    assert sparkline([float(value) for value in np.arange(12)], 30).cell_len == 12
    assert sparkline(frame["close"].tolist(), 30).plain == ""
