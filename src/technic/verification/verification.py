"""verify: run a saved result again and say whether the table is identical, or what differs.

Identical means: config as it was saved, and table, filtered symbols, ledger and regime the same,
bit for bit. Everything else that could have changed them (code, rules, packages, data, bars,
listings) is compared too and said, whether it changed a value or not.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from technic.data_engine.interfaces.provider import Provider, require_provider
from technic.data_engine.price_cache import PriceFrames
from technic.engine.open import RunnerName
from technic.result.info import RunnerInfo
from technic.result.json_values import plain
from technic.result.rule_changes import RuleChange, changed_rules
from technic.result.saved import SavedScan, load_saved
from technic.scan.config_json import config_differences
from technic.scan.history import ScanProgress
from technic.settings import Settings, load_settings
from technic.text.short_repr import short_repr
from technic.verification.inputs import BarChanges, InputCheck, bar_changes, input_checks
from technic.verification.rerun import run_again
from technic.verification.table_differences import (
    LedgerDifference,
    TableDifferences,
    ledger_differences,
    table_differences,
)
from technic.version import __version__

__all__ = ["BarChanges", "InputCheck", "Verification", "verify"]

GIVEN = ("files", "config", "bars", "benchmark")
"""Checks of what a scan is given, which with the rules decides its answer."""
TAGGED = "regime_tags, numbers: "
"""How the source of a regime begins whose labels were given."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Verification:
    """What a re-run came to.

    ``checks``: what the result came from, then and now. ``bars``: symbols whose bars are not those
    that were scanned. ``config``: key → value the table was made with, value in scan.json.
    ``table``, ``filtered``, ``ledger``, ``regime``: every difference of the answer. ``rules``: what
    the versions since then have changed that can show in it.
    """

    saved: SavedScan
    runner: RunnerInfo
    checks: tuple[InputCheck, ...]
    bars: BarChanges
    config: Mapping[str, tuple[object, object]]
    table: TableDifferences
    filtered: TableDifferences
    ledger: tuple[LedgerDifference, ...]
    regime: Mapping[str, tuple[object, object]]
    rules: tuple[RuleChange, ...]

    @property
    def identical(self) -> bool:
        """Whether the re-run gave the identical answer."""
        return not (self.config or self.ledger or self.regime) and (
            self.table.identical and self.filtered.identical
        )

    @property
    def explained(self) -> bool:
        """Whether it differs, and of what decides the answer only the rules are others."""
        statuses = {check.name: check.status for check in self.checks}
        given = all(statuses.get(name, "same") == "same" for name in GIVEN)
        return bool(self.rules) and given and not self.identical

    def __repr__(self) -> str:
        said = (
            "identical"
            if self.identical
            else "differs, by its rules"
            if self.explained
            else "differs"
        )
        return short_repr(self, str(self.saved.folder), f"as of {self.saved.as_of}", said)

    def summary(self, limit: int | None = None) -> dict[str, object]:
        """Return the object that ``--format json`` prints; at most ``limit`` entries of a list."""
        shown = slice(limit)
        return {
            "technic": __version__,
            "folder": str(self.saved.folder),
            "identical": self.identical,
            "explained": self.explained,
            "rules": [
                {"version": rule.version, "topic": rule.topic, "sentence": rule.sentence}
                for rule in self.rules
            ],
            "as_of": self.saved.as_of,
            "data": asdict(self.saved.data),
            "runner": asdict(self.runner),
            "checks": [
                {"what": check.name, "status": check.status, "detail": check.detail}
                for check in self.checks
            ],
            "bars": {
                "compared": self.bars.compared,
                "changed": list(self.bars.changed),
                "missing": list(self.bars.missing),
                "added": list(self.bars.added),
            },
            "config": _pairs(self.config),
            "table": _table(self.table, shown),
            "filtered": _table(self.filtered, shown),
            "ledger": {
                "entries": len(self.saved.ledger),
                "differing": len(self.ledger),
                "entries_differing": [_entry(one) for one in self.ledger[shown]],
            },
            "regime": _pairs(self.regime),
        }


def verify(
    folder: str | Path,
    *,
    price_cache: PriceFrames | None = None,
    provider: Provider | None = None,
    data: str | None = None,
    runner: RunnerName | None = None,
    settings: Settings | None = None,
    now: dt.datetime | None = None,
    progress: ScanProgress | None = None,
) -> Verification:
    """Run a saved result again, as of the same day on the same data where that still is.

    ``price_cache``, ``provider``: what the scan was given then, where it was given some. ``data``:
    where the files of prices are now, if they have moved. ``runner``: where the blocks run.
    Nothing is fetched. Raises InputFileError for what is no saved result, UsageError or StoreError
    for data that is not there.
    """
    if provider is not None:
        require_provider(provider)
    saved = load_saved(folder)
    settings = settings or load_settings(os.environ, Path.cwd())
    rerun = run_again(
        saved,
        settings=settings,
        now=now or dt.datetime.now(dt.UTC),
        price_cache=price_cache,
        provider=provider,
        data=data,
        runner=runner,
        progress=progress,
    )
    result = rerun.result
    config = config_differences(saved.config_of_table or saved.config_json, saved.config_json)
    bars = bar_changes(saved, result)
    rules = changed_rules(saved)
    return Verification(
        saved=saved,
        runner=result.runner,
        checks=tuple(input_checks(saved, rerun, config, bars, rules)),
        bars=bars,
        config=config,
        table=table_differences(saved.table, result.table),
        filtered=table_differences(saved.filtered, result.filtered()),
        ledger=ledger_differences(saved.ledger, result.ledger),
        regime=dict(_regime_changes(saved.regime, asdict(result.regime))),
        rules=rules,
    )


def _regime_changes(
    saved: Mapping[str, object], now: Mapping[str, object]
) -> Iterator[tuple[str, tuple[object, object]]]:
    """Yield what differs; labels that a caller gave (run_ray_scans) are nobody's to compute."""
    source = str(saved.get("source"))
    given = ("trend", "volatility") if source.startswith(TAGGED) else ()
    for name in {**saved, **now}:
        then = source.removeprefix(TAGGED) if name == "source" else saved.get(name)
        if name not in given and then != now.get(name):
            yield name, (then, now.get(name))


def _pairs(pairs: Mapping[str, tuple[object, object]]) -> list[dict[str, object]]:
    return [
        {"key": key, "saved": plain(then), "now": plain(now)} for key, (then, now) in pairs.items()
    ]


def _table(differences: TableDifferences, shown: slice) -> dict[str, object]:
    return {
        "identical": differences.identical,
        "rows_saved": differences.rows_saved,
        "rows_now": differences.rows_now,
        "missing": list(differences.missing[shown]),
        "added": list(differences.added[shown]),
        "columns_missing": list(differences.columns_missing),
        "columns_added": list(differences.columns_added),
        "moved": [asdict(difference) for difference in differences.moved[shown]],
        "cells_differing": len(differences.cells),
        "cells": [asdict(difference) for difference in differences.cells[shown]],
    }


def _entry(difference: LedgerDifference) -> dict[str, object]:
    pairs = {"saved": difference.saved, "now": difference.now}
    return {"symbol": difference.symbol} | {
        name: None if pair is None else {"outcome": pair[0], "detail": pair[1]}
        for name, pair in pairs.items()
    }
