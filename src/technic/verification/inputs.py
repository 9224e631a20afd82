"""What a saved result came from, compared with what its re-run came from: each a check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from technic.code_version import code_version, environment
from technic.data_engine.data_version import bar_provenance, hash_of
from technic.data_engine.sync.store_reader import StoreReader
from technic.errors import TechnicError
from technic.result.saved import SavedScan
from technic.result.scan_result import ScanResult
from technic.scan.context import choose_universe
from technic.verification.rerun import Rerun
from technic.verification.table_differences import table_differences

__all__ = ["BarChanges", "Check", "bar_changes", "input_checks"]

Status = Literal["same", "changed", "unknown"]
SHOWN = 6
"""Symbols that a sentence names."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a result depends on; ``unknown``: it cannot be compared, and why."""

    what: str
    status: Status
    detail: str


@dataclass(frozen=True, slots=True)
class BarChanges:
    """Symbols whose scanned bars are others now; ``missing``: none now, ``added``: none then."""

    compared: int
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether a single bar that was read is not the one of then."""
        return bool(self.changed or self.missing or self.added)


def bar_changes(saved: SavedScan, now: ScanResult) -> BarChanges:
    """Compare the hash of each symbol's bars, from the first session of the window to the day."""
    provenance = bar_provenance(now.prices.bars)
    here = dict(zip(provenance["symbol"], provenance["hash"], strict=True))
    then = dict(zip(saved.bars["symbol"], saved.bars["hash"], strict=True))
    return BarChanges(
        compared=len(then),
        changed=tuple(symbol for symbol in then if symbol in here and here[symbol] != then[symbol]),
        missing=tuple(symbol for symbol in then if symbol not in here),
        added=tuple(str(symbol) for symbol in here if symbol not in then),
    )


def input_checks(
    saved: SavedScan, again: Rerun, config: Mapping[str, object], bars: BarChanges
) -> Iterator[Check]:
    """Yield every check, in the order in which a reader asks."""
    if saved.altered:
        yield Check("files", "changed", f"changed since they were saved: {_named(saved.altered)}")
    else:
        yield Check("files", "same", "as they were saved")
    yield _config(saved, config)
    yield _code(saved.code)
    yield _environment(saved.environment)
    yield _data(saved, again)
    yield _bars(bars)
    yield _universe(saved, again)
    if saved.benchmark or again.result.benchmark:
        yield _benchmark(saved.benchmark or {}, again.result)


def _config(saved: SavedScan, differences: Mapping[str, object]) -> Check:
    if saved.config_of_table is None:
        return Check("config", "unknown", "the table does not say any more how it was made")
    if differences:
        detail = f"scan.json is not what the table was made with: {_named(list(differences))}"
        return Check("config", "changed", detail)
    return Check("config", "same", "what the table was made with")


def _code(then: Mapping[str, str]) -> Check:
    now = code_version()
    names = [f"Technic {one.get('technic')} ({one.get('fingerprint')})" for one in (then, now)]
    if dict(then) == now:
        return Check("code", "same", names[1])
    return Check("code", "changed", f"{names[0]} then, {names[1]} now")


def _environment(then: Mapping[str, str]) -> Check:
    now = environment()
    changed = [
        f"{name} {then.get(name, 'none')} then, {now.get(name, 'none')} now"
        for name in {**then, **now}
        if then.get(name) != now.get(name)
    ]
    if changed:
        return Check("packages", "changed", "; ".join(changed))
    return Check("packages", "same", ", ".join(f"{name} {value}" for name, value in now.items()))


def _data(saved: SavedScan, again: Rerun) -> Check:
    if again.note:
        return Check("data", "changed", again.note)
    return _data_check(saved.data_version, again.result.data_version.provenance(), again)


def _data_check(then: Mapping[str, Any], now: Mapping[str, Any], again: Rerun) -> Check:
    kind = str(then.get("kind"))
    if kind == "price_cache":
        check = _named_data(then, now, "the price frames")
        if "rest" not in then:
            return check
        rest = _data_check(then["rest"], now.get("rest") or {}, again)
        worst = max(check, rest, key=lambda one: ("same", "unknown", "changed").index(one.status))
        return Check("data", worst.status, f"{check.detail}; all others: {rest.detail}")
    if kind == "store":
        return _store(again)
    if kind == "files" and then.get("hash") is None:
        return Check("data", "unknown", "the files had changed before the result was saved")
    if kind in ("files", "simulation"):
        what = "the files of prices" if kind == "files" else "the simulated market"
        return _named_data(then, now, what)
    return Check("data", "unknown", f"{then.get('provider')} names no data version")


def _named_data(then: Mapping[str, Any], now: Mapping[str, Any], what: str) -> Check:
    """Compare hashes and seeds; the same content in another place is the same."""
    names = [name for name in then if name not in ("kind", "path", "rest")]
    changed = [name for name in names if then[name] != now.get(name)]
    if not changed:
        return Check("data", "same", f"{what}, {', '.join(f'{n} {then[n]}' for n in names)}")
    pairs = [f"{name} {then[name]} then, {now.get(name)} now" for name in changed]
    return Check("data", "changed", f"{what}: {'; '.join(pairs)}")


def _store(again: Rerun) -> Check:
    """The version that was scanned was read; say how far the store has moved on."""
    if not isinstance(again.source, StoreReader):
        return Check("data", "unknown", "the provider that was given is not the store of then")
    versions, newest = again.source.versions, again.source.newest
    detail = f"the store's version of then (bars {versions.get('bars')}"
    if newest != versions:
        detail += f", by now {newest.get('bars')}"
    return Check("data", "same", f"{detail})")


def _bars(bars: BarChanges) -> Check:
    if not bars.any:
        return Check("bars", "same", f"of all {bars.compared:,} symbols that had some")
    parts = [
        f"{len(symbols):,} {what} ({_named(symbols)})"
        for what, symbols in (
            ("changed", bars.changed),
            ("gone", bars.missing),
            ("new", bars.added),
        )
        if symbols
    ]
    return Check("bars", "changed", f"of {bars.compared:,} symbols: {', '.join(parts)}")


def _universe(saved: SavedScan, again: Rerun) -> Check:
    """Compare the saved listings, which the re-run used, with what the config names today."""
    if isinstance(again.source, StoreReader) and saved.config.universe is None:
        return Check("universe", "same", "the listings that were saved; the vendor was not asked")
    try:
        today = choose_universe(saved.config, again.source)
    except (TechnicError, OSError) as error:
        return Check("universe", "unknown", f"the saved listings were used: {error}")
    found = table_differences(saved.universe.frame, today.frame)
    if found.identical:
        return Check("universe", "same", f"{len(today):,} symbols, {today.source}")
    parts = [
        f"{len(symbols):,} {what} ({_named(symbols)})"
        for what, symbols in (("new", found.added), ("gone", found.missing))
        if symbols
    ]
    others = sorted({cell.symbol for cell in found.cells})
    if others:
        parts.append(f"{len(others):,} listed otherwise ({_named(others)})")
    if not parts:
        parts.append("other columns or another order")
    detail = f"the saved listings were used; today's differ: {', '.join(parts)}"
    return Check("universe", "changed", detail)


def _benchmark(then: Mapping[str, str], now: ScanResult) -> Check:
    closes = "" if now.benchmark is None else hash_of(now.benchmark.closes)
    same = then.get("hash") == closes
    name = then.get("name", "none")
    detail = f"closes of {name}" if same else f"the closes of {name} are others now"
    return Check("benchmark", "same" if same else "changed", detail)


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
