"""A small fixed market and what a scan of it answers: the values that rules make of bars.

Bars are made by whole-number arithmetic, so they are the same on every machine. Numbers are kept to
twelve digits: the last bits of a logarithm may differ from one processor to another.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from technic import ScanConfig, ScanResult, run_scan
from technic.columns import COLUMNS
from technic.language.analysis.compile import check
from technic.language.base import BASE
from technic.language.syntax.parse import parse
from technic.panel import FIELDS, LongBars
from technic.result.rule_changes import RULE_CHANGES
from technic.sessions import build_calendar
from technic.setups import load_setups
from technic.setups.patterns import PATTERNS
from technic.setups.patterns.judge import pattern_checks
from technic.study.all_setups import all_setup_names
from technic.testing import FakeProvider
from technic.universe import universe_of
from technic.version import __version__
from technic.wording.counts import agree, count_of

RECORD = Path(__file__).parents[1] / "result" / "recorded_values.json"
SESSIONS = build_calendar(2026).last(420, np.datetime64("2024-03-08"))
NOW = dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
DRIFTS = {  # in 0.01 % a day
    "RISE": 25, "SOAR": 60, "FLAT": 0, "FALL": -25, "WILD": 5, "CALM": 8, "SPLIT": 15,
    "PRINT": 10, "STALE": 10, "CHEAP": 0, "YOUNG": 20, "THIN": 5, "HOLE": 10, "TURN": -10,
}  # fmt: skip
WIDTHS = {"WILD": 6, "CALM": 0.25}
SAYS = (
    "rank(roc(close, 63))", "percentile(volume)", "weekly(rsi(close, 9))", "close[350]",
    "sma(ema(close, 30), 9)", "tv_status",
)  # fmt: skip


def _numbers(seed: int) -> Iterator[int]:
    """Whole numbers from 0 to 32,767: the generator of the C standard."""
    state = seed
    while True:
        state = (state * 1_103_515_245 + 12_345) % 2**31
        yield state >> 16


def _rows(name: str, seed: int) -> list[tuple[int, int, int, int, int]]:
    """Open, high, low and close in cents, and volume, of each session."""
    number, close, rows = _numbers(seed), 5_000 if name != "CHEAP" else 80, []
    width = WIDTHS.get(name, 1)
    for at in range(len(SESSIONS)):
        drift = DRIFTS[name] if name != "TURN" or at < 300 else 40
        step = int((next(number) % 401 - 200) * width) + drift
        begin = close + close * (next(number) % 101 - 50) // 10_000
        close = max(40, close + close * step // 10_000)
        spread = [close * (next(number) % 120) // 10_000 for _ in range(2)]
        high, low = max(begin, close) + spread[0], max(1, min(begin, close) - spread[1])
        volume = 400_000 + next(number) * 40
        rows.append((begin, high, low, close, volume // (200 if name == "THIN" else 1)))
    return rows


def bars() -> LongBars:
    """The market: ordinary symbols, and one for each thing that the data gate looks for."""
    kept = {}
    for seed, name in enumerate(DRIFTS, start=1):
        table = np.array(_rows(name, seed), np.float64)
        table[:, :4] /= 100.0
        if name == "SPLIT":  # 2:1, not applied
            table[:-60, :4] *= 2.0
            table[:-60, 4] /= 2.0
        if name == "PRINT":
            table[-1, :4] *= 100.0
        days = np.arange(len(SESSIONS))
        leave_out = {"STALE": days == len(days) - 1, "YOUNG": days < 300, "HOLE": days % 29 == 7}
        keep = ~leave_out.get(name, np.zeros(len(days), bool))
        kept[name] = (days[keep], table[keep])
    column = np.concatenate(
        [np.full(len(d), i, np.int32) for i, (d, _) in enumerate(kept.values())]
    )
    session = SESSIONS[np.concatenate([days for days, _ in kept.values()])]
    values = np.concatenate([table for _, table in kept.values()])
    return LongBars(tuple(kept), column, session, *(values[:, i].copy() for i in range(5)))


def values() -> dict[str, Any]:
    """What a scan of the market answers, as JSON has it."""
    count = len(DRIFTS)
    metadata = {
        "type": ["Common Stock"] * count,
        "sector": (["Energy", "Technology"] * count)[:count],
        "market_cap": [1e9 * (i + 1) for i in range(count)],
    }
    provider = FakeProvider(bars(), universe=universe_of([*DRIFTS], "fixed", metadata), local=True)
    everything = ScanConfig(
        columns=(*COLUMNS, *SAYS),
        setups=load_setups(*all_setup_names(benchmark=True)),
        sort="symbol",
        benchmark="CALM",
        as_of=str(SESSIONS[-1]),
    )
    columns = run_scan(replace(everything, setups=()), provider=provider, now=NOW)
    judged = run_scan(everything, provider=provider, now=NOW)
    return {
        "table": {
            str(row["symbol"]): {str(name): _plain(value) for name, value in row.items()}
            for row in columns.table.to_dict("records")
        },
        "ledger": {
            str(symbol): str(outcome)
            for symbol, outcome in columns.ledger.frame()[["symbol", "outcome"]].to_numpy()
        },
        "regime": {
            name: _plain(value)
            for name, value in dataclasses.asdict(columns.regime).items()
            if name != "detail"
        },
        "conditions": {
            f"{one.owner}.{one.name}": dict(
                sorted(zip(judged.scored, map(_plain, one.values.tolist()), strict=True))
            )
            for one in judged.conditions
        },
        "patterns": dict(_patterns(columns)),
    }


def _patterns(result: ScanResult) -> Iterator[tuple[str, list[list[Any]]]]:
    """Yield each rule of each pattern with its number and limits, for the nearest candidate."""
    panel = result.prices.panel
    for name in ("vcp", "cup_with_handle", "flat_base", "high_tight_flag"):
        node = check(parse(f"{name}()"), BASE.extended(functions=PATTERNS), wants="condition").node
        for at, symbol in enumerate(panel.symbols):
            length = int(panel.length[at])
            own = {field: getattr(panel, field)[:length, at] for field in FIELDS}
            checks = pattern_checks(node, own)
            yield (
                f"{name} {symbol}",
                [[one.rule, *map(_plain, (one.value, one.least, one.most))] for one in checks],
            )


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT:
        return None
    if isinstance(value, float | np.floating):
        if math.isnan(value):
            return None
        return float(f"{value:.12g}") if math.isfinite(value) else str(float(value))
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return int(value) if isinstance(value, int | np.integer) else str(value)


def differences(recorded: Any, found: Any, where: str = "") -> Iterator[str]:
    """Yield where two answers differ; numbers are equal to within a part in a billion."""
    if isinstance(recorded, dict) and isinstance(found, dict):
        for name in {**recorded, **found}:
            if name not in recorded or name not in found:
                yield f"{where}.{name} is {'new' if name in found else 'gone'}"
            else:
                yield from differences(recorded[name], found[name], f"{where}.{name}")
    elif isinstance(recorded, list) and isinstance(found, list) and len(recorded) == len(found):
        for at, (one, other) in enumerate(zip(recorded, found, strict=True)):
            yield from differences(one, other, f"{where}[{at}]")
    elif isinstance(recorded, float) and isinstance(found, float):
        if not math.isclose(recorded, found, rel_tol=1e-9, abs_tol=1e-9):
            yield f"{where}: {recorded} was recorded, {found} now"
    elif recorded != found:
        yield f"{where}: {recorded!r} was recorded, {found!r} now"


def rules() -> list[str]:
    """Name every entry of the rule changes."""
    return [f"{change.version} {change.topic}: {change.sentence}" for change in RULE_CHANGES]


def _written(made: dict[str, Any]) -> str:
    """Write a record with a line for each symbol, condition and pattern, to be read in a diff."""
    groups = []
    for group, parts in made["values"].items():
        lines = [f"  {json.dumps(name)}: {json.dumps(part)}" for name, part in parts.items()]
        groups.append(f" {json.dumps(group)}: {{\n" + ",\n".join(lines) + "\n }")
    head = {name: made[name] for name in ("technic", "rules")}
    text = json.dumps(head, indent=1)[:-2]
    return f'{text},\n "values": {{\n' + ",\n".join(groups) + "\n}}\n"


def record(path: Path = RECORD) -> str:
    """Write what is answered now; refuse where values differ and no rule change says why."""
    made = {"technic": __version__, "rules": rules(), "values": values()}
    if path.exists():
        held = json.loads(path.read_text(encoding="utf-8"))
        changed = [*differences(held["values"], json.loads(json.dumps(made["values"])))]
        if changed and set(held["rules"]) == set(made["rules"]):
            shown = "\n".join(changed[:5])
            differ = f"{count_of(len(changed), 'value')} {agree(len(changed), 'differs', 'differ')}"
            raise SystemExit(
                f"{differ} and src/technic/result/rule_changes.py has no new entry that says why; "
                f"add one first\n{shown}"
            )
    path.write_text(_written(made), encoding="utf-8")
    return f"{path.name}: {len(made['values']['table'])} symbols, {len(made['rules'])} rules"
