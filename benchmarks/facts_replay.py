"""A replay of ten years, or of fewer days, with five fundamental terms and without.

    python -m benchmarks.facts_replay [--symbols 6000] [--days 2520] [--rounds 1] [--sample 2]

All look for the hits of all days of the simulated market, which is in memory, by five terms of
prices: one by them alone, one by five terms of facts as well, and one that computes these too but
lets no hit depend on them, so that it has as much to say of hits as the first. Filings are those of
`facts_scan`, and nothing of them is kept from before: the replay reads their rows. On a few of the
days the hits are those of the scan as of that day, and of a plain loop over filings.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.facts_scan import NOW, closes_on, filled_home
from benchmarks.made_filings import FACT_TERMS, PRICE_TERMS, MadeFilings, different
from benchmarks.timing import MostMemory, Spent, best_of, machine_line
from technic import ScanConfig, run_scan
from technic.data_engine.providers.demo import LAST_SESSION, SESSIONS, DemoProvider
from technic.facts.place import fact_home
from technic.sessions import build_calendar
from technic.settings import Settings
from technic.study.replay.hits import Hits
from technic.study.replay.replay import open_replay
from technic.typing import DateArray

__all__ = ["measure"]

CALENDAR = build_calendar(2026)
BOTH = f"{PRICE_TERMS} and {FACT_TERMS}"
SAME_HITS = f"{PRICE_TERMS} and ({FACT_TERMS} or close > 0)"
ASKED = (PRICE_TERMS, BOTH, SAME_HITS)


@dataclass(frozen=True, slots=True)
class Compared:
    """What the replays of ``ASKED`` took, and how many hits each has; ``rows``: in the store."""

    spent: tuple[Spent, ...]
    hits: tuple[int, ...]
    rows: int

    def ratio(self, which: int) -> float:
        """Processor time of one of them over that of the first, which has no facts."""
        return self.spent[which].processor / self.spent[0].processor


def replayed(where: str, days: DateArray, provider: DemoProvider, settings: Settings) -> list[Hits]:
    """Return the hits of all days, a block of days after the other."""
    config = ScanConfig(where=where)
    replay = open_replay(config, days=days, provider=provider, now=NOW, settings=settings)
    return list(replay.hits())


def measure(n_symbols: int, n_days: int, rounds: int, sample: int) -> Compared:
    """Run both in turns; raises SystemExit where a day's hits are not those of scan and loop."""
    provider = DemoProvider(CALENDAR, size=n_symbols)
    provider.listings()
    filings = MadeFilings.of(provider)
    days = CALENDAR.last(min(n_days, SESSIONS), LAST_SESSION)
    with tempfile.TemporaryDirectory() as folder:
        settings, rows = filled_home(Path(folder), filings)
        kept = fact_home(Path(folder), simulated=True) / "cache"
        run = partial(replayed, days=days, provider=provider, settings=settings)
        spent: dict[str, list[Spent]] = {where: [] for where in ASKED}
        found: dict[str, list[Hits]] = {}
        for _ in range(rounds):
            for where, taken in spent.items():
                shutil.rmtree(kept, ignore_errors=True)
                one, found[where] = best_of(1, partial(run, where))
                taken.append(one)
        scanned = np.unique(np.concatenate([part.session for part in found[BOTH]]))
        for at in scanned[np.linspace(0, len(scanned) - 1, sample).astype(int)].tolist():
            _check(filings, provider, settings, days, at, found[BOTH])
    counts = tuple(sum(len(part) for part in found[where]) for where in ASKED)
    if counts[0] != counts[2]:
        raise SystemExit(f"{counts[2]:,} hits where the same {counts[0]:,} are due")
    best = (
        Spent(min(one.clock for one in taken), min(one.processor for one in taken))
        for taken in spent.values()
    )
    return Compared(tuple(best), counts, rows)


def _check(
    filings: MadeFilings,
    provider: DemoProvider,
    settings: Settings,
    days: DateArray,
    at: int,
    parts: list[Hits],
) -> None:
    """Hold a day's hits against the scan of the day, and a scan by facts against the loop."""
    run = partial(run_scan, provider=provider, settings=settings, now=NOW)
    scan = run(ScanConfig(where=BOTH, as_of=str(days[at])))
    here = [part.take(part.session == at) for part in parts]
    hits = {symbol for part in here for symbol in part.symbol_names().tolist()}
    if hits != set(scan.table["symbol"]):
        raise SystemExit(f"{days[at]}: other hits than those of the scan")
    by_facts = run(ScanConfig(where=FACT_TERMS, as_of=str(days[at])))
    closes = closes_on(provider, filings.symbols, days[at])
    wrong = different(filings, days[at], closes, by_facts.ledger)
    if wrong or not len(by_facts.table):
        raise SystemExit(f"{days[at]}: {wrong} symbols have another outcome than in a loop")


def main() -> None:
    """Run both, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=6_000)
    parser.add_argument("--days", type=int, default=2_520)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--sample", type=int, default=2)
    args = parser.parse_args()
    with MostMemory() as memory:
        found = measure(args.symbols, args.days, args.rounds, args.sample)
    print(machine_line("pyarrow"))
    print(f"{args.symbols:,} symbols x {args.days:,} days, {found.rows:,} facts, peak memory "
          f"{memory.bytes / 2**30:.2f} GiB; load {os.getloadavg()[0]:.1f}")  # fmt: skip
    for what, spent, hits in zip(
        ("without facts", "with facts", "the same hits"), found.spent, found.hits, strict=True
    ):
        print(f"{what:13} {spent.clock:7.1f} s by the clock, {spent.processor:7.1f} s of the "
              f"processor, {hits:,} hits")  # fmt: skip
    print(f"with facts it takes {found.ratio(1):.2f} x the processor time, with as "
          f"many hits as without {found.ratio(2):.2f} x")  # fmt: skip


if __name__ == "__main__":
    main()
