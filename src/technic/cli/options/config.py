"""From options and settings to a ScanConfig.

What is not given falls back to the settings, then to the defaults of the rules.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, TypeVar

from technic.cli.options.gate_options import GateOptions
from technic.cli.options.language_options import LanguageOptions, language_config
from technic.cli.options.options import (
    DataOptions,
    FetchOptions,
    FilterOptions,
    PlanOptions,
    UniverseOptions,
)
from technic.cli.options.values import at_home, split
from technic.data_engine.gate.rules import GateRules
from technic.errors import ParameterError
from technic.scan.config import FilterRules, ScanConfig
from technic.settings import Settings
from technic.trade_plan import PlanRules
from technic.universe import PrescreenRules, load_symbols, parse_symbols

__all__ = ["Choices", "fetch_config", "scan_config"]

KINDS = ("test_issue", "warrant", "unit", "right", "preferred", "fund", "note", "other_type")

Rules = TypeVar("Rules")


@dataclass(frozen=True, slots=True)
class Choices:
    """All option groups of one command."""

    data: DataOptions
    universe: UniverseOptions
    filters: FilterOptions
    gate: GateOptions
    plan: PlanOptions
    language: LanguageOptions = field(default_factory=LanguageOptions)


def scan_config(choices: Choices, settings: Settings, sort: str | None = None) -> ScanConfig:
    """Build the config; raises UsageError for values that no rule allows."""
    data, universe = choices.data, choices.universe
    provider, path = settings.source(data.provider, at_home(data.data))
    given = {
        "price_basis": data.price_basis,
        "adjust_by": data.adjust_by or (settings.adjust_by if provider == "files" else None),
        "columns_map": data.columns_map or settings.columns_map,
        "date_format": data.date_format or settings.date_format,
        "symbol_from": data.symbol_from or (settings.symbol_from if provider == "files" else None),
        "market_cap_unit": universe.market_cap_unit or settings.market_cap_unit,
        "no_volume": data.no_volume,
        "as_of": data.as_of,
        "benchmark": at_home(data.benchmark) or settings.benchmark,
        "universe": at_home(universe.universe) or settings.universe,
        "watchlist": at_home(universe.watchlist),
        "bars": data.bars,
        "min_success_pct": data.min_success,
        "rank_among": data.rank_among,
        "sort": sort,
        **language_config(choices.language, settings),
    }
    return ScanConfig(
        provider=provider,
        data=path,
        symbols=_symbols(universe),
        prescreen=_prescreen(universe),
        gate=_gate(choices.gate),
        filters=_filters(choices.filters),
        plan=_plan(choices.plan, settings),
        **_given(given),
    )


def fetch_config(
    fetch: FetchOptions,
    universe: UniverseOptions,
    settings: Settings,
    language: LanguageOptions | None = None,
) -> ScanConfig:
    """Build the config of the scan that a plan or a sync prepares."""
    data = DataOptions(provider=fetch.provider, as_of=fetch.as_of)
    rules = FilterOptions(), GateOptions(), PlanOptions()
    return scan_config(Choices(data, universe, *rules, language or LanguageOptions()), settings)


def _symbols(options: UniverseOptions) -> tuple[str, ...]:
    symbols = parse_symbols(split("symbols", options.symbols))
    if options.symbols and not symbols:
        raise ParameterError("symbols", ",".join(options.symbols), "symbols such as AAPL,MSFT")
    return symbols


def _prescreen(options: UniverseOptions) -> PrescreenRules:
    kinds: dict[str, Any] = {}
    for name, values, leave_out in (
        ("include", split("include", options.include), False),
        ("exclude", split("exclude", options.exclude), True),
    ):
        for kind in values:
            if kind not in KINDS:
                raise ParameterError(name, kind, ", ".join(KINDS))
            if kind in kinds and kinds[kind] != leave_out:
                raise ParameterError(name, kind, "a kind that is not in --include as well")
            kinds[kind] = leave_out
    file = at_home(options.problem_symbols)
    problems = load_symbols(file) if file else ()
    return PrescreenRules(
        symbol_patterns=tuple(options.symbol_pattern or ()),
        problem_symbols=problems,
        exchanges=split("exchange", options.exchange),
        countries=tuple(options.country or ()),
        sectors=split("sector", options.sector),
        exclude_sectors=split("exclude-sector", options.exclude_sector),
        industries=tuple(options.industry or ()),
        exclude_industries=tuple(options.exclude_industry or ()),
        min_market_cap=options.min_market_cap,
        max_market_cap=options.max_market_cap,
        keep_unknown_market_cap=options.keep_unknown_market_cap,
        **kinds,
    )


def _gate(options: GateOptions) -> GateRules:
    given = dataclasses.asdict(options)
    skip = split("skip-gate", given.pop("skip_gate"))
    return GateRules(skip=skip, **_given(given))


def _filters(options: FilterOptions) -> FilterRules:
    given = dataclasses.asdict(options)
    given["min_rs_rating"] = given.pop("min_rs")
    signals = split("signal", given.pop("signal"))
    return FilterRules(signals=signals, **_given(given))


def _plan(options: PlanOptions, settings: Settings) -> PlanRules:
    given = dataclasses.asdict(options)
    for name in ("account_size", "risk_pct"):
        if given[name] is None:
            given[name] = settings.number(name)
    return PlanRules(**_given(given))


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
