"""Technic's side of qlib's workload: the fourteen factors in the scan language, at every bar.

*in memory*: from a panel that is there. *from its store*: the bars are read from Technic's store
(Parquet) first, as qlib reads its files. Technic keeps no cache of results: each round computes.
"""

from __future__ import annotations

import datetime as dt
import shutil

import numpy as np
from factors import FACTORS
from measure import FIELDS, Report, arguments, best_of, read_bars
from run_technic import panel_of

from technic.data_engine.store import BarStore
from technic.language import BASE, read
from technic.language.evaluation.evaluate import evaluate_bars
from technic.panel import BarPanel, LongBars
from technic.version import __version__


def stored(panel: BarPanel, url: str) -> BarStore:
    """Write the panel into a new store."""
    n_bars, n_symbols = panel.close.shape
    bars = LongBars(
        panel.symbols,
        np.repeat(np.arange(n_symbols, dtype=np.int32), n_bars),
        np.tile(panel.sessions, n_symbols),
        *(getattr(panel, name).ravel("F") for name in FIELDS),
    )
    store = BarStore.open(url)
    store.write_days(bars, panel.sessions, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    return store


def main() -> None:
    """Time both ways."""
    args = arguments()
    home = args.folder / "technic-store"
    shutil.rmtree(home, ignore_errors=True)
    panel = panel_of(read_bars(args.folder))
    sessions = panel.sessions
    store = stored(panel, str(home))
    nodes = {name: read(ours, BASE).node for name, (_, ours) in FACTORS.items()}

    def computed(panel: BarPanel) -> dict[str, np.ndarray]:
        found = evaluate_bars(nodes.values(), panel, BASE)
        return {name: found[node] for name, node in nodes.items()}

    def from_store() -> dict[str, np.ndarray]:
        return computed(BarPanel.from_long(store.read(None, sessions[0], sessions[-1]), sessions))

    report = Report({"technic": __version__, "numpy": np.__version__})
    report.timings["in memory"], values = best_of(args.rounds, lambda: computed(panel))
    report.timings["from its store"], again = best_of(args.rounds, from_store)
    for name in FACTORS:
        if values[name].tobytes() != again[name].tobytes():
            raise SystemExit(f"{name}: other values from the store than from memory")
    report.save(args.folder, args.label, values)


if __name__ == "__main__":
    main()
