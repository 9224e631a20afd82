"""The options of a scan, grouped as ``--help`` shows them.

None means not given: then the user's settings apply, then the default of the rules, which the help
text names. Nothing here imports what a scan needs, so ``technic --help`` is quick.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from technic.cli.options.declare import dollars, option, percent
from technic.cli.options.profile import Profile
from technic.data_engine.open_vendor import VENDORS
from technic.engine.open import RunnerName

__all__ = [
    "ColumnsMap",
    "DataOptions",
    "DateFormat",
    "FetchOptions",
    "FilterOptions",
    "MaxAge",
    "PlanOptions",
    "RunOptions",
    "ScanRunOptions",
    "SymbolFrom",
    "TalkOptions",
    "UniverseOptions",
]

Text = str | None
Texts = list[str] | None
Number = float | None
Count = int | None

DATA = "Data"
UNIVERSE = "Universe and pre-screen"
FILTERS = "Filters (after scoring)"
PLAN = "Trade plan"
RUN = "Run"


Provider = Annotated[
    Text,
    option(
        DATA,
        "--provider",
        f"demo (a simulated market), files, {', '.join(VENDORS)}. (default: demo)",
        "NAME",
    ),
]
ColumnsMap = Annotated[
    Text,
    option(
        DATA,
        "--columns-map",
        "What columns are called in files of prices, universe, watchlist and benchmark, such "
        "as date=Datum,close=Schluss.",
        "OURS=THEIRS,...",
    ),
]
DateFormat = Annotated[
    Text,
    option(
        DATA,
        "--date-format",
        "How dates are written in these files, such as %d.%m.%Y or %m/%d/%y.",
        "FORMAT",
    ),
]
SymbolFrom = Annotated[
    Text,
    option(
        DATA,
        "--symbol-from",
        "What of the name of a file of prices is its symbol: the group of this regular "
        "expression, such as '^prices_(.+)$'.",
        "REGEX",
    ),
]
AsOf = Annotated[
    Text,
    option(DATA, "--as-of", "Look from this session. (default: the last one)", "YYYY-MM-DD"),
]
MaxAge = Annotated[
    Count,
    typer.Option(
        "--max-age",
        min=0,
        help="Fail (exit code 1) when the data ends more sessions before the last completed one; "
        "what was asked for is printed all the same.",
        metavar="N",
        rich_help_panel=RUN,
    ),
]
Quiet = Annotated[bool, option(RUN, "--quiet", "No progress and no notes on stderr.")]
Debug = Annotated[bool, option(RUN, "--debug", "Log to stderr; show the traceback of an error.")]


@dataclass(frozen=True, slots=True)
class DataOptions:
    """Where the bars come from, and the day the scan looks from."""

    provider: Provider = None
    profile: Profile = None
    data: Annotated[
        Text,
        option(DATA, "--data", "File or folder of prices; without --provider means files.", "PATH"),
    ] = None
    price_basis: Annotated[
        Literal["raw", "split_adjusted", "total_return_adjusted", "unknown"] | None,
        option(DATA, "--price-basis", "How the prices of --data are adjusted."),
    ] = None
    adjust_by: Annotated[
        Text,
        option(
            DATA,
            "--adjust-by",
            "Adjust the prices of --data by this column of adjusted closes.",
            "COLUMN",
        ),
    ] = None
    columns_map: ColumnsMap = None
    date_format: DateFormat = None
    symbol_from: SymbolFrom = None
    no_volume: Annotated[
        bool, option(DATA, "--no-volume", "Scan prices alone; what needs volume is missing.")
    ] = False
    as_of: AsOf = None
    benchmark: Annotated[
        Text,
        option(
            DATA,
            "--benchmark",
            "Judge regime and relative strength by this symbol of the data or file of closes.",
            "SYMBOL|FILE",
        ),
    ] = None
    bars: Annotated[
        Count,
        option(DATA, "--bars", "Least sessions of history to load. (default: 300)", "N"),
    ] = None
    rank_among: Annotated[
        Literal["market", "shown"] | None,
        option(
            DATA,
            "--rank-among",
            "Whom ranks and relative strength compare: all whose bars cost no request, or those "
            "shown. (default: market)",
        ),
    ] = None
    min_success: Annotated[
        Number,
        percent(
            DATA, "--min-success", "Fail (exit code 1) when fewer symbols have bars. (default: 50)"
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """Which bars a plan or a sync is about."""

    provider: Provider = None
    profile: Profile = None
    as_of: AsOf = None
    days: Annotated[
        Count,
        typer.Option(
            "--days",
            min=1,
            help="Sessions up to that day. (default: those that a scan loads, at least 300)",
            metavar="N",
            rich_help_panel=DATA,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class UniverseOptions:
    """Who is scanned."""

    universe: Annotated[
        Text,
        option(
            UNIVERSE,
            "--universe",
            "Listings, CSV or Parquet. (default: what the provider lists)",
            "FILE",
        ),
    ] = None
    symbols: Annotated[
        Texts, option(UNIVERSE, "--symbols", "Only these symbols, e.g. AAPL,MSFT.", "A,B")
    ] = None
    watchlist: Annotated[
        Text,
        option(
            UNIVERSE,
            "--watchlist",
            "Only the symbols of this file: a list, or a table with a column Symbol.",
            "FILE",
        ),
    ] = None
    sector: Annotated[
        Texts, option(UNIVERSE, "--sector", "Only these sectors; comma or repeat.", "NAME")
    ] = None
    exclude_sector: Annotated[
        Texts, option(UNIVERSE, "--exclude-sector", "Not these sectors.", "NAME")
    ] = None
    industry: Annotated[
        Texts, option(UNIVERSE, "--industry", "Only this industry; repeat for several.", "NAME")
    ] = None
    exclude_industry: Annotated[
        Texts, option(UNIVERSE, "--exclude-industry", "Not this industry.", "NAME")
    ] = None
    exchange: Annotated[
        Texts, option(UNIVERSE, "--exchange", "Only these exchanges; comma or repeat.", "NAME")
    ] = None
    country: Annotated[
        Texts, option(UNIVERSE, "--country", "Only this country; repeat for several.", "NAME")
    ] = None
    min_market_cap: Annotated[
        Number, dollars(UNIVERSE, "--min-market-cap", "Least market cap, e.g. 300M or 2B.")
    ] = None
    max_market_cap: Annotated[
        Number, dollars(UNIVERSE, "--max-market-cap", "Largest market cap.")
    ] = None
    market_cap_unit: Annotated[
        Text,
        option(
            UNIVERSE,
            "--market-cap-unit",
            "In what the market caps of --universe are counted: dollars, thousands, millions or "
            "billions. (default: what the file says)",
            "UNIT",
        ),
    ] = None
    keep_unknown_market_cap: Annotated[
        bool,
        option(
            UNIVERSE,
            "--keep-unknown-market-cap",
            "With a market-cap range: keep symbols whose market cap is unknown.",
        ),
    ] = False
    include: Annotated[
        Texts,
        option(
            UNIVERSE,
            "--include",
            "Keep these kinds: test_issue, warrant, unit, right, preferred, fund, note, "
            "other_type.",
            "KINDS",
        ),
    ] = None
    exclude: Annotated[
        Texts,
        option(
            UNIVERSE,
            "--exclude",
            "Leave these kinds out, and fail where the universe cannot tell.",
            "KINDS",
        ),
    ] = None
    symbol_pattern: Annotated[
        Texts,
        option(
            UNIVERSE,
            "--exclude-pattern",
            "Leave out symbols that match this regular expression; repeat for several.",
            "REGEX",
        ),
    ] = None
    problem_symbols: Annotated[
        Text,
        option(UNIVERSE, "--problem-symbols", "Leave out the symbols of this file.", "FILE"),
    ] = None


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """What a scored symbol must have to be kept."""

    min_price: Annotated[Number, dollars(FILTERS, "--min-price", "Least last close.")] = None
    max_price: Annotated[Number, dollars(FILTERS, "--max-price", "Largest last close.")] = None
    min_rating: Annotated[
        Number, percent(FILTERS, "--min-rating", "Least technical rating.", "0-100")
    ] = None
    min_rs: Annotated[
        Number, percent(FILTERS, "--min-rs", "Least relative-strength rating.", "1-99")
    ] = None
    min_dollar_volume: Annotated[
        Number,
        dollars(FILTERS, "--min-dollar-volume", "Least average dollar volume of 20 bars."),
    ] = None
    min_days_to_earnings: Annotated[
        Number,
        option(FILTERS, "--min-days-to-earnings", "Least sessions until the next results.", "N"),
    ] = None
    signal: Annotated[
        Texts,
        option(
            FILTERS,
            "--signal",
            "Only these signals: strong_long, long, watch, neutral, avoid, short, unrated.",
            "NAMES",
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What a trade plan may risk."""

    account_size: Annotated[
        Number, dollars(PLAN, "--account-size", "Account. (default: 100000)")
    ] = None
    risk_pct: Annotated[
        Number,
        percent(PLAN, "--risk-pct", "Share of it lost at the stop. (default: 1)"),
    ] = None
    target_r: Annotated[
        Number,
        option(PLAN, "--target-r", "Reward in units of risk. (default: 2)", "R"),
    ] = None
    style: Annotated[
        Text, option(PLAN, "--style", "day, swing or position. (default: swing)", "NAME")
    ] = None
    entry: Annotated[
        Text, option(PLAN, "--entry", "auto, close or breakout. (default: auto)", "NAME")
    ] = None
    max_pct_of_adv: Annotated[
        Number,
        percent(PLAN, "--max-pct-of-adv", "Most of the average dollar volume to buy. (default: 1)"),
    ] = None
    max_position_pct: Annotated[
        Number,
        percent(PLAN, "--max-position-pct", "Most of the account in one position. (default: 20)"),
    ] = None
    allow_shorts: Annotated[bool, option(PLAN, "--allow-shorts", "Signal and plan shorts too.")] = (
        False
    )


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How the command itself behaves."""

    out: Annotated[
        Path | None,
        option(
            RUN, "--out", "Write here instead of printing; the ending names the format.", "FILE"
        ),
    ] = None
    quiet: Quiet = False
    debug: Debug = False


@dataclass(frozen=True, slots=True)
class ScanRunOptions(RunOptions):
    """The same for a command that scans, and where the scan runs."""

    runner: Annotated[
        RunnerName | None,
        option(RUN, "--runner", "Where the scan runs; the answer is the same. (default: local)"),
    ] = None


@dataclass(frozen=True, slots=True)
class TalkOptions:
    """How much the command says about itself."""

    quiet: Quiet = False
    debug: Debug = False
