"""Whether a provider gives what a scan needs."""

from __future__ import annotations

from collections.abc import Iterator

from technic.data_engine.open_provider import REMOTE, open_provider
from technic.errors import TechnicError
from technic.health.check import Check
from technic.health.vendor import vendor_checks
from technic.scan.config import ScanConfig
from technic.scanner_core import run_scan
from technic.sessions import SessionCalendar
from technic.settings import DataSource, Settings
from technic.wording.counts import count_of

__all__ = ["provider_checks"]

SYMBOLS_TRIED = 40


def provider_checks(
    source: DataSource, settings: Settings, calendar: SessionCalendar
) -> Iterator[Check]:
    """Yield what a vendor's key may do; of all others, whether a few of their symbols scan."""
    if source.provider in REMOTE:
        yield from vendor_checks(source.provider, settings, calendar)
    else:
        yield _scan_check(source, settings, calendar)


def _scan_check(source: DataSource, settings: Settings, calendar: SessionCalendar) -> Check:
    """Scan a few symbols: what works here works for the whole market."""
    label = f"provider {source.provider}"
    try:
        provider = open_provider(source.provider, calendar, settings=settings, data=source.data)
        symbols = provider.listings().symbols[:SYMBOLS_TRIED]
        config = ScanConfig(provider=source.provider, data=source.data, symbols=symbols)
        result = run_scan(config, provider=provider, settings=settings)
    except (TechnicError, OSError) as error:
        return Check(label, "fail", str(error))
    scored = len(result.scored)
    kind = "SIMULATED, " if result.data.simulated else ""
    tried = count_of(len(symbols), "symbol")
    detail = f"{kind}data to {result.data.last_session}, scored {scored} of {tried}"
    return Check(label, "ok" if scored else "warn", detail)
