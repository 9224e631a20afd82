"""The directory of symbols, asked for: whole, of this time, or refused in one sentence."""

from __future__ import annotations

import datetime as dt

import pytest

from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.kept_listings import directory_folder
from technic.data_engine.network.fetch import FetchRules
from technic.data_engine.network.function_transport import FunctionTransport
from technic.data_engine.providers.vendors.nasdaq_trader import BASE_URL, NasdaqTrader
from technic.data_engine.sync.symbol_directory import fetch_directory
from technic.errors import DirectoryError
from technic.universe import load_universe

NASDAQ = (
    "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares"
)
OTHER = "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol"
APPLE = "AAPL|Apple Inc. - Common Stock|Q|N|N|100|N|N"
BERKSHIRE = "BRK.B|Berkshire Hathaway Inc. Class B|N|BRK.B|N|1|N|BRK.B"
NOW = dt.datetime(2024, 3, 7, 1, 0, tzinfo=dt.UTC)
"""The evening of 6 March in New York."""


def text(*lines: str, made: str = "0306202418:02") -> bytes:
    """A file with its last line; ``made``: what that says, "" for none."""
    last = (f"File Creation Time: {made}|||||||",) if made else ()
    return "\r\n".join((*lines, *last, "")).encode()


GOOD = {"nasdaqlisted": text(NASDAQ, APPLE), "otherlisted": text(OTHER, BERKSHIRE)}


def fetch(home, **files: bytes):
    """Ask somebody who answers with the good files, but for ``files``."""
    asked = []

    def answer(request: HttpRequest) -> HttpResponse:
        asked.append(request.url)
        name = request.url.rsplit("/", 1)[1].removesuffix(".txt")
        return HttpResponse(200, {"content-type": "text/plain"}, {**GOOD, **files}[name])

    kept = fetch_directory(
        NasdaqTrader(),
        directory_folder(home),
        lambda: NOW,
        open_transport=lambda: FunctionTransport(answer),
        rules=FetchRules(attempts=1),
    )
    assert sorted(asked) == [f"{BASE_URL}/{name}.txt" for name in sorted(GOOD)]
    return kept


def test_it_is_kept_under_the_later_day_of_its_files(tmp_path):
    """Made on the evening of the 5th and on the 6th: known on the 6th."""
    kept = fetch(tmp_path, nasdaqlisted=text(NASDAQ, APPLE, made="0305202423:59"))
    assert (kept.day, kept.listings, kept.before) == ("2024-03-06", 2, None)
    assert kept.universe == tmp_path / "universe" / "nasdaq-trader-listings.parquet"


BAD = {
    "no last line": (text(NASDAQ, APPLE, made=""), "was cut off: its last line does not say when"),
    "cut within the time": (text(NASDAQ, APPLE)[:-13], "was cut off"),
    "nothing": (b"", "is no directory: it has no column 'Symbol'"),
    "a page": (b"<html>Try again</html>", "is no directory"),
    "the other file": (text(OTHER, BERKSHIRE), "is no directory"),
    "no rows": (text(NASDAQ), "has 0 rows"),
    "a short row": (text(NASDAQ, APPLE, "MSFT|Microsoft"), "line 3: not 8 values"),
    "no time": (text(NASDAQ, APPLE, made="1306202418:02"), "made at 1306202418:02, which is no"),
    "of later": (text(NASDAQ, APPLE, made="0308202400:01"), "is of 2024-03-08, and today is"),
    "of last week": (text(NASDAQ, APPLE, made="0226202418:02"), "one file is of 2024-02-26"),
    "no symbols": (text(NASDAQ, "|No symbol|Q|N|N|100|N|N"), "no symbol"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_whole_directory_of_now_is_refused(tmp_path, name):
    """One sentence, and nothing is written."""
    body, sentence = BAD[name]
    with pytest.raises(DirectoryError) as caught:
        fetch(tmp_path, nasdaqlisted=body)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.rglob("*.gz")) + list(tmp_path.rglob("*.parquet"))


def test_bars_after_the_time_and_hostile_names_are_of_no_matter(tmp_path):
    """Cut off within the bars after the time it is whole; colours in a name are taken out."""
    assert fetch(tmp_path, nasdaqlisted=text(NASDAQ, APPLE)[:-5]).listings == 2
    red = text(NASDAQ, APPLE, "ACME|\x1b[31mAcme\x07 Corp. - Common Stock|Q|N|N|100|N|N")
    kept = fetch(tmp_path, nasdaqlisted=red)
    frame = load_universe(kept.universe).frame.set_index("symbol")
    assert frame.loc["ACME", "company"] == "Acme Corp. - Common Stock"


def test_a_column_more_is_of_no_matter(tmp_path):
    """The exchanges add columns; those that are read are found by name."""
    body = text(f"{NASDAQ}|More", f"{APPLE}|x")
    assert fetch(tmp_path, nasdaqlisted=body).listings == 2
