"""ScanConfig: everything that decides what a scan says.

The config is part of a saved result, so it holds values only: names of files and providers, no
open objects. Each group of rules validates itself when it is made; whether there is a provider or a
runner of some name is known to those who open it.
"""

from __future__ import annotations

import math
from dataclasses import MISSING, Field, dataclass, field, fields
from os import PathLike, fspath
from typing import Any, Literal, get_args

from technic.columns.aliases import canonical
from technic.data_engine.gate.gate import GateRules
from technic.data_engine.interfaces.records import PriceBasis
from technic.errors import InputFileError, ParameterError
from technic.scan.flat_keywords import FlatKeywords
from technic.scoring import SIGNALS, ScoreWeights, SignalThresholds
from technic.setups.apply import agreed, with_options
from technic.setups.setup import Setup
from technic.tables.file_options import FileOptions
from technic.text.commas import split_at_commas
from technic.text.outside import clean
from technic.text.short_repr import MOST
from technic.trade_plan import PlanRules
from technic.universe import PrescreenRules, parse_symbols

__all__ = ["FilterRules", "ScanConfig", "SortOrder", "checked_config"]

DEFAULT_BARS = 300
DEFAULT_SORT = "tech_rating:desc"
RankAmong = Literal["market", "shown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterRules:
    """What a scored symbol must have to be kept; None and empty mean no filter.

    ``min_price``, ``max_price`` ($, last close), ``min_rating`` (0–100), ``min_rs_rating``
    (1–99; a symbol without a rating fails it), ``min_dollar_volume`` ($, 20-bar average),
    ``min_days_to_earnings`` (sessions until the next results; out as unknown where nobody knows),
    ``signals`` (the ones to keep). A filter that was asked for always runs.
    """

    min_price: float | None = None
    max_price: float | None = None
    min_rating: float | None = None
    min_rs_rating: float | None = None
    min_dollar_volume: float | None = None
    min_days_to_earnings: float | None = None
    signals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, most in _MOST.items():
            value = getattr(self, name)
            if value is None:
                continue
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (number and math.isfinite(value) and 0 <= value <= most):
                allowed = "of at least 0" if math.isinf(most) else f"from 0 to {most}"
                raise ParameterError(name, value, f"a number {allowed}")
        if (
            self.min_price is not None
            and self.max_price is not None
            and self.max_price < self.min_price
        ):
            raise ParameterError(
                "max_price", self.max_price, f"at least min_price ({self.min_price})"
            )
        for signal in self.signals:
            if signal not in SIGNALS:
                raise ParameterError("signals", signal, ", ".join(SIGNALS))


_MOST = {
    "min_price": math.inf,
    "max_price": math.inf,
    "min_rating": 100,
    "min_rs_rating": 99,
    "min_dollar_volume": math.inf,
    "min_days_to_earnings": math.inf,
}


@dataclass(frozen=True, slots=True)
class SortOrder:
    """Order of the rows: a column, largest first unless ``ascending``; ties go by symbol."""

    column: str
    ascending: bool = False

    @classmethod
    def parse(cls, text: str) -> SortOrder:
        """Parse ``column``, ``column:asc`` or ``column:desc``; text columns default to A–Z.

        The column may be an expression of the scan language.
        """
        if not isinstance(text, str):
            raise ParameterError("sort", text, _SORT_ALLOWED)
        column, _, direction = (part.strip() for part in text.partition(":"))
        if direction not in ("", "asc", "desc") or not column:
            raise ParameterError("sort", text, _SORT_ALLOWED)
        return cls(column, ascending=direction == "asc" or (column in TEXT and not direction))

    @classmethod
    def keys(cls, text: str) -> tuple[SortOrder, ...]:
        """Parse one or several with commas: rows that are equal by the first go by the second."""
        parts = split_at_commas(text) if isinstance(text, str) else [text]
        if not parts:
            raise ParameterError("sort", text, _SORT_ALLOWED)
        return tuple(map(cls.parse, parts))

    def __str__(self) -> str:
        return f"{self.column}:{'asc' if self.ascending else 'desc'}"


_SORT_ALLOWED = "COLUMN, COLUMN:asc or COLUMN:desc, several with commas"

TEXT = ("symbol", "company", "exchange", "sector", "industry", "country", "type", "signal")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanConfig(metaclass=FlatKeywords):
    """What to scan, as of when, by which rules.

    A field of a group of rules may be given without its group: ``ScanConfig(min_price=10)`` is
    ``ScanConfig(filters=FilterRules(min_price=10))``. It goes over the group, where both are given.

    ``provider``: where bars come from; None: a price cache alone where the scan is given one, else
    the settings' provider, else the simulated market. ``data``: file or folder of
    prices, read unless another provider is named; ``price_basis``: how its prices are adjusted,
    where that is known; ``adjust_by``: the column of adjusted closes in it by which they are
    adjusted. ``columns_map``: what columns are
    called in the files of prices, universe, watchlist and benchmark (``date=Datum,close=Schluss``);
    ``date_format``: how dates are written there (``%d.%m.%Y``); ``symbol_from``: a regular
    expression whose group is the symbol in the name of a file of prices; ``market_cap_unit``: in
    what a universe's market caps are counted, ``dollars`` to ``billions``. ``no_volume``: prices
    alone are scanned, and what needs volume is missing. ``universe``: a listings file, else what
    the provider lists; ``symbols`` (in any vendor's spelling) and ``watchlist`` restrict it.
    ``as_of``: ``YYYY-MM-DD``, else the provider's last session. ``benchmark``: a symbol of the data
    or a file of closes. ``bars``: sessions of history that the scan needs; the window begins by the
    anchor rule. ``min_success_pct``: below this share of symbols with bars the scan counts as
    failed. ``sort``: a column or an expression of the scan language, with ``:asc`` or ``:desc``; by
    default that of the one setup, else ``tech_rating:desc``; several with commas. ``where``: a
    condition in the scan language; symbols for which it is not true are filtered. ``setups``: named
    scans; a symbol stays that meets one of them. ``columns``: more columns of the table, names or
    ``name = expression``; where the first begins with ``+`` they are added to those that are shown.
    Words of ``columns`` and ``sort`` that are aliases become the columns they mean.
    ``max_history``: most sessions to load so that recursions settle; without it what the scan
    needs anyway.
    ``rank_among``: whom ranks, percentiles, relative strength and regime compare: the ``market``,
    all symbols of the universe whose bars cost no request, or those ``shown``, which symbols,
    watchlist, exchange, country, sector, industry and market cap choose.
    ``block_size``: symbols scanned together; ``runner``: where blocks run, ``auto``, ``local``,
    ``threads`` or ``ray``, None for the settings' runner, else local. Both change speed and memory,
    never a value.
    """

    provider: str | None = None
    data: str | None = None
    price_basis: PriceBasis | None = None
    adjust_by: str | None = None
    columns_map: str | None = None
    date_format: str | None = None
    symbol_from: str | None = None
    market_cap_unit: str | None = None
    no_volume: bool = False
    universe: str | None = None
    symbols: tuple[str, ...] = ()
    watchlist: str | None = None
    as_of: str | None = None
    benchmark: str | None = None
    bars: int = DEFAULT_BARS
    prescreen: PrescreenRules = field(default_factory=PrescreenRules)
    gate: GateRules = field(default_factory=GateRules)
    weights: ScoreWeights = field(default_factory=ScoreWeights)
    signals: SignalThresholds = field(default_factory=SignalThresholds)
    plan: PlanRules = field(default_factory=PlanRules)
    filters: FilterRules = field(default_factory=FilterRules)
    where: str | None = None
    setups: tuple[Setup, ...] = ()
    columns: tuple[str, ...] = ()
    max_history: int | None = None
    min_success_pct: float = 50.0
    rank_among: RankAmong = "market"
    sort: str = ""
    block_size: int = 8192
    runner: str | None = None

    def __post_init__(self) -> None:
        for name in _NAMES:
            value = getattr(self, name)
            if isinstance(value, PathLike):
                object.__setattr__(self, name, fspath(value))
            elif value is not None and not isinstance(value, str):
                raise ParameterError(name, value, "text, or a path")
        self.file_options()
        object.__setattr__(self, "symbols", _symbols(self.symbols))
        _require_volume(self)
        for name, kind in _GROUPS.items():
            value = getattr(self, name)
            if not isinstance(value, kind):
                raise ParameterError(name, value, f"{kind.__name__}(...)")
        _check_language(self)
        _apply_setups(self)
        whole = ("bars", "block_size", *(() if self.max_history is None else ("max_history",)))
        for name in whole:
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ParameterError(name, value, "a whole number from 1")
        if self.rank_among not in get_args(RankAmong):
            allowed = " or ".join(get_args(RankAmong))
            raise ParameterError("rank_among", self.rank_among, allowed)
        if not 0 <= self.min_success_pct <= 100:
            raise ParameterError("min_success_pct", self.min_success_pct, "0 to 100")
        SortOrder.keys(self.sort)
        _settle_words(self)

    def __repr__(self) -> str:
        """Say what differs from the defaults."""
        said = [
            f"{one.name}={getattr(self, one.name)!r}"
            for one in fields(self)
            if getattr(self, one.name) != _default(one)
        ]
        return clean(f"ScanConfig({', '.join(said)})", MOST)

    def file_options(self) -> FileOptions:
        """What is said about files whose layout nobody can tell."""
        return FileOptions.of(
            self.columns_map, self.date_format, self.symbol_from, self.market_cap_unit
        )


def _default(one: Field[Any]) -> object:
    """Return what a field is unless it is given."""
    if one.name == "sort":
        return DEFAULT_SORT
    return one.default if one.default_factory is MISSING else one.default_factory()


def checked_config(config: object) -> ScanConfig:
    """Return what was given as a scan's config, the default for None; ParameterError for others."""
    if config is None:
        return ScanConfig()
    if not isinstance(config, ScanConfig):
        raise ParameterError("config", config, "ScanConfig(...), such as ScanConfig(bars=400)")
    return config


_NAMES = ("provider", "data", "adjust_by", "universe", "watchlist", "benchmark", "runner")
"""Fields that are text or, of files, a path."""


def _require_volume(config: ScanConfig) -> None:
    """Refuse a filter of volume in a scan of prices alone: nothing could pass it."""
    if not isinstance(config.no_volume, bool):
        raise ParameterError("no_volume", config.no_volume, "True or False")
    least = getattr(config.filters, "min_dollar_volume", None)
    if config.no_volume and least is not None:
        raise ParameterError("min_dollar_volume", least, "none in a scan with no_volume")


_TABLES = {"prescreen": "universe", "plan": "plan"}
"""The table of a scan file that sets the fields of some rules."""


def _apply_setups(config: ScanConfig) -> None:
    """Take over what the setups say of universe, pre-screen and plan, where the user says nothing.

    Raises ParameterError where two setups say different things.
    """
    setups = config.setups
    for name in ("universe", "watchlist", "symbols"):
        value = agreed(setups, name)
        if value and not getattr(config, name):
            object.__setattr__(config, name, value)
    for name in ("prescreen", "plan"):
        options = agreed(setups, name) or ()
        try:
            rules = with_options(getattr(config, name), options)
        except ParameterError as error:
            file = next(setup.path for setup in setups if getattr(setup, name))
            if not file:
                raise
            raise InputFileError(file, f"{_TABLES[name]}.{error}") from error
        object.__setattr__(config, name, rules)
    if config.sort == "":
        own = setups[0].rank_by if len(setups) == 1 else None
        object.__setattr__(config, "sort", own or DEFAULT_SORT)


def _settle_words(config: ScanConfig) -> None:
    """Write the columns that aliases mean into columns and order; a column of one's own wins."""
    texts = (*config.columns, *(text for setup in config.setups for text in setup.columns))
    own = {text.lstrip("+").partition("=")[0].strip() for text in texts if "=" in text}
    columns = tuple(
        text[: len(text) - len(text.lstrip("+"))] + canonical(text.lstrip("+").strip())
        for text in config.columns
    )
    object.__setattr__(config, "columns", columns)
    keys = []
    for text in split_at_commas(config.sort):
        word, colon, direction = (part.strip() for part in text.partition(":"))
        keys.append(f"{word if word in own else canonical(word)}{colon}{direction}")
    object.__setattr__(config, "sort", ",".join(keys))


def _check_language(config: ScanConfig) -> None:
    """Refuse what cannot be texts of the scan language; what they say is checked by the scan."""
    if config.where is not None and not isinstance(config.where, str):
        raise ParameterError("where", config.where, "text, such as 'close > sma(close, 50)'")
    for name, kind, allowed in (
        ("setups", Setup, "a tuple of setups; technic.setups.load_setups(NAME, ...) reads them"),
        ("columns", str, "a tuple of names, or of texts such as 'gap = open / close[1] - 1'"),
    ):
        value = getattr(config, name)
        if not isinstance(value, list | tuple) or not all(isinstance(v, kind) for v in value):
            raise ParameterError(name, value, allowed)
        object.__setattr__(config, name, tuple(value))
    seen: set[str] = set()
    for setup in config.setups:
        if setup.name in seen:
            raise ParameterError("setups", setup.name, "each setup once")
        seen.add(setup.name)


_GROUPS = {
    "prescreen": PrescreenRules,
    "gate": GateRules,
    "weights": ScoreWeights,
    "signals": SignalThresholds,
    "plan": PlanRules,
    "filters": FilterRules,
}


def _symbols(symbols: object) -> tuple[str, ...]:
    """Return the symbols in their canonical form, each once; none where none are given."""
    allowed = "a tuple of symbols, such as ('AAPL', 'MSFT')"
    if not isinstance(symbols, list | tuple) or not all(isinstance(s, str) for s in symbols):
        raise ParameterError("symbols", symbols, allowed)
    parsed = parse_symbols(symbols)
    if symbols and not parsed:
        raise ParameterError("symbols", symbols, allowed)
    return parsed
