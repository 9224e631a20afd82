"""What a saved result came from, compared with what its re-run came from: each a check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from technic.code_version import code_version, environment
from technic.data_engine.data_version import bar_provenance, hash_of
from technic.data_engine.sync.store_reader import StoreReader
from technic.errors import TechnicError
from technic.result.rule_changes import RuleChange, release
from technic.result.saved import SavedScan
from technic.result.scan_result import ScanResult
from technic.scan.context import choose_universe, load_listings
from technic.verification.rerun import Rerun
from technic.verification.table_differences import table_differences
from technic.version import __version__
from technic.wording.counts import count_of

__all__ = ["BarChanges", "InputCheck", "bar_changes", "input_checks"]

Status = Literal["same", "unknown", "changed"]
"""From good to bad."""
SHOWN = 6
"""Symbols that a sentence names."""


@dataclass(frozen=True, slots=True)
class InputCheck:
    """One thing that a result depends on; ``unknown``: it cannot be compared, and why.

    ``name``: ``files``, ``config``, ``code``, ``rules``, ``packages``, ``data``, ``bars``,
    ``universe`` or ``benchmark``; ``detail``: a sentence for people.
    """

    name: str
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


def bar_changes(saved: SavedScan, result: ScanResult) -> BarChanges:
    """Compare the hash of each symbol's bars, from the first session of the window to the day."""
    provenance = bar_provenance(result.prices.bars)
    current = dict(zip(provenance["symbol"], provenance["hash"], strict=True))
    scanned = dict(zip(saved.bars["symbol"], saved.bars["hash"], strict=True))
    both = scanned.keys() & current.keys()
    return BarChanges(
        compared=len(scanned),
        changed=tuple(s for s in scanned if s in both and current[s] != scanned[s]),
        missing=tuple(symbol for symbol in scanned if symbol not in both),
        added=tuple(str(symbol) for symbol in current if symbol not in both),
    )


def input_checks(
    saved: SavedScan,
    rerun: Rerun,
    config: Mapping[str, object],
    bars: BarChanges,
    rules: Sequence[RuleChange],
) -> Iterator[InputCheck]:
    """Yield every check, in the order in which a reader asks."""
    if saved.altered:
        yield InputCheck(
            "files", "changed", f"changed since they were saved: {_named(saved.altered)}"
        )
    else:
        yield InputCheck("files", "same", "as they were saved")
    yield _config(saved, config)
    yield _code(saved.code)
    yield _rules(saved.code.get("technic"), rules)
    yield _environment(saved.environment)
    yield _data(saved, rerun)
    yield _bars(bars)
    yield _universe(saved, rerun)
    if saved.benchmark or rerun.result.benchmark:
        yield _benchmark(saved.benchmark or {}, rerun.result)


def _config(saved: SavedScan, differences: Mapping[str, object]) -> InputCheck:
    if saved.config_of_table is None:
        return InputCheck("config", "unknown", "the table does not say any more how it was made")
    if differences:
        detail = f"scan.json is not what the table was made with: {_named(list(differences))}"
        return InputCheck("config", "changed", detail)
    return InputCheck("config", "same", "what the table was made with")


def _code(saved: Mapping[str, str]) -> InputCheck:
    current = code_version()
    names = [
        f"Technic {code.get('technic')} ({code.get('fingerprint')})" for code in (saved, current)
    ]
    if dict(saved) == current:
        return InputCheck("code", "same", names[1])
    return InputCheck("code", "changed", f"{names[0]} then, {names[1]} now")


def _rules(then: object, changes: Sequence[RuleChange]) -> InputCheck:
    """Compare versions; a newer one may have rules that nobody here knows."""
    saved, current = release(then), release(__version__)
    if saved is None or current is None:
        return InputCheck("rules", "unknown", f"{then!r:.40} is no version of Technic")
    if saved > current:
        detail = f"those of Technic {then} are not known to Technic {__version__}"
        return InputCheck("rules", "unknown", detail)
    if not changes:
        return InputCheck("rules", "same", f"those of Technic {__version__}")
    versions: dict[str, list[str]] = {}
    for change in changes:
        versions.setdefault(change.version, []).append(change.topic)
    parts = [f"{version} changed {', '.join(topics)}" for version, topics in versions.items()]
    return InputCheck("rules", "changed", "; ".join(parts))


def _environment(saved: Mapping[str, str]) -> InputCheck:
    current = environment()
    changed = [
        f"{name} {saved.get(name, 'none')} then, {current.get(name, 'none')} now"
        for name in {**saved, **current}
        if saved.get(name) != current.get(name)
    ]
    if changed:
        return InputCheck("packages", "changed", "; ".join(changed))
    return InputCheck(
        "packages", "same", ", ".join(f"{name} {value}" for name, value in current.items())
    )


def _data(saved: SavedScan, rerun: Rerun) -> InputCheck:
    if rerun.note:
        return InputCheck("data", "changed", rerun.note)
    return _data_check(saved.data_version, rerun.result.data_version.provenance(), rerun)


def _data_check(saved: Mapping[str, Any], current: Mapping[str, Any], rerun: Rerun) -> InputCheck:
    kind = str(saved.get("kind"))
    if kind == "price_cache":
        check = _named_data(saved, current, "the price frames")
        if "rest" not in saved:
            return check
        rest = _data_check(saved["rest"], current.get("rest") or {}, rerun)
        worst = max(check, rest, key=lambda part: get_args(Status).index(part.status))
        return InputCheck("data", worst.status, f"{check.detail}; all others: {rest.detail}")
    if kind == "store":
        return _store(rerun)
    if kind == "files" and saved.get("hash") is None:
        return InputCheck("data", "unknown", "the files had changed before the result was saved")
    if kind in ("files", "simulation"):
        subject = "the files of prices" if kind == "files" else "the simulated market"
        return _named_data(saved, current, subject)
    return InputCheck("data", "unknown", f"{saved.get('provider')} names no data version")


def _named_data(saved: Mapping[str, Any], current: Mapping[str, Any], subject: str) -> InputCheck:
    """Compare hashes and seeds; the same content in another place is the same."""
    names = [name for name in saved if name not in ("kind", "path", "rest")]
    changed = [name for name in names if saved[name] != current.get(name)]
    if not changed:
        values = ", ".join(f"{name} {saved[name]}" for name in names)
        return InputCheck("data", "same", f"{subject}, {values}")
    pairs = [f"{name} {saved[name]} then, {current.get(name)} now" for name in changed]
    return InputCheck("data", "changed", f"{subject}: {'; '.join(pairs)}")


def _store(rerun: Rerun) -> InputCheck:
    """The version that was scanned was read; say how far the store has moved on."""
    if not isinstance(rerun.source, StoreReader):
        return InputCheck("data", "unknown", "the provider that was given is not the store of then")
    versions, newest = rerun.source.versions, rerun.source.newest
    detail = f"the store's version of then (bars {versions.get('bars')}"
    if newest != versions:
        detail += f", by now {newest.get('bars')}"
    return InputCheck("data", "same", f"{detail})")


def _bars(bars: BarChanges) -> InputCheck:
    if not bars.any:
        return InputCheck(
            "bars", "same", f"of all {count_of(bars.compared, 'symbol')} that had some"
        )
    parts = [
        f"{len(symbols):,} {kind} ({_named(symbols)})"
        for kind, symbols in (
            ("changed", bars.changed),
            ("gone", bars.missing),
            ("new", bars.added),
        )
        if symbols
    ]
    return InputCheck(
        "bars", "changed", f"of {count_of(bars.compared, 'symbol')}: {', '.join(parts)}"
    )


def _universe(saved: SavedScan, rerun: Rerun) -> InputCheck:
    """Compare the saved listings, which the re-run used, with what the config names today."""
    if isinstance(rerun.source, StoreReader) and saved.config.universe is None:
        return InputCheck(
            "universe", "same", "the listings that were saved; the vendor was not asked"
        )
    try:
        day = np.datetime64(saved.as_of, "D")
        today = choose_universe(saved.config, load_listings(saved.config, rerun.source, day))
    except (TechnicError, OSError) as error:
        return InputCheck("universe", "unknown", f"the saved listings were used: {error}")
    differences = table_differences(saved.universe.frame, today.frame)
    if differences.identical:
        return InputCheck("universe", "same", f"{count_of(len(today), 'symbol')}, {today.source}")
    parts = [
        f"{len(symbols):,} {kind} ({_named(symbols)})"
        for kind, symbols in (("new", differences.added), ("gone", differences.missing))
        if symbols
    ]
    others = sorted({cell.symbol for cell in differences.cells})
    if others:
        parts.append(f"{len(others):,} listed otherwise ({_named(others)})")
    if not parts:
        parts.append("other columns or another order")
    detail = f"the saved listings were used; today's differ: {', '.join(parts)}"
    return InputCheck("universe", "changed", detail)


def _benchmark(saved: Mapping[str, str], result: ScanResult) -> InputCheck:
    closes = "" if result.benchmark is None else hash_of(result.benchmark.closes)
    same = saved.get("hash") == closes
    name = saved.get("name", "none")
    detail = f"closes of {name}" if same else f"the closes of {name} are others now"
    return InputCheck("benchmark", "same" if same else "changed", detail)


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
