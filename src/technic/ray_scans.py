"""run_ray_scans: the scan of chosen symbols on Ray."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from technic.data_engine.price_cache import PriceFrames
from technic.errors import ParameterError
from technic.regime import Regime
from technic.result.scan_result import ScanResult
from technic.scan.config import ScanConfig, checked_config
from technic.scanner_core import run_scan

__all__ = ["run_ray_scans"]

TAGS = ("trend", "volatility")


def run_ray_scans(
    symbols: Sequence[str],
    config: ScanConfig | None = None,
    regime_tags: Mapping[str, str] | None = None,
    price_cache: PriceFrames | None = None,
    **options: Any,
) -> ScanResult:
    """Scan ``symbols`` on Ray: the table, ledger and order that ``run_scan`` gives, bit for bit.

    ``regime_tags``: the market's ``trend`` and ``volatility`` as judged elsewhere; they label the
    result instead of the regime of these symbols and change no row. ``price_cache``: frames that
    cost no request; they are put into Ray's object store once. ``options`` as in ``run_scan``.
    Raises MissingExtraError or RunnerError where Ray cannot run: it never runs elsewhere.
    """
    tags = _checked(regime_tags)
    config = checked_config(config)
    if isinstance(symbols, str) or not isinstance(symbols, Iterable):
        raise ParameterError("symbols", symbols, "a sequence of symbols, such as ['AAPL']")
    config = replace(config, symbols=tuple(symbols), watchlist=None, runner="ray")
    result = run_scan(config, price_cache=price_cache, **options)
    return replace(result, regime=_tagged(result.regime, tags)) if tags else result


def _checked(tags: Mapping[str, str] | None) -> dict[str, str]:
    tags = dict(tags or {})
    for name, value in tags.items():
        if name not in TAGS or not isinstance(value, str):
            raise ParameterError("regime_tags", tags, f"texts for {' and '.join(TAGS)}")
    return tags


def _tagged(regime: Regime, tags: dict[str, str]) -> Regime:
    """Return the regime with the labels that were given, and say that they were."""
    return replace(
        regime,
        trend=tags.get("trend", regime.trend),
        volatility=tags.get("volatility", regime.volatility),
        source=f"regime_tags, numbers: {regime.source}",
    )
