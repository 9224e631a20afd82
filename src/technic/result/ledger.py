"""The ledger: what became of every symbol of the universe.

Each symbol ends in exactly one outcome, the first that applies, and the counts add up to the
size of the universe. Outcomes: ``kept``, ``prescreen.<rule>``, ``fetch.<reason>``,
``gate.<code>``, ``filter.<rule>``, ``error.<class>``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from technic.data_engine.interfaces.records import Failure
from technic.engine.blocks import PoisonedSymbol
from technic.errors import NothingToScanError
from technic.scan.block_rows import GatedSymbol, TrimmedHistory
from technic.text.short_repr import short_repr
from technic.wording.counts import count_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KEPT", "STAGES", "Ledger", "LedgerBook", "require_a_scan"]

KEPT = "kept"
STAGES = ("prescreen", "fetch", "error", "gate", "filter")
"""The stages in which a symbol can leave, in the order of the pipeline."""


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """One outcome and one detail for each symbol, in the order of the universe."""

    symbols: tuple[str, ...]
    outcome: NDArray[np.object_]
    detail: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.symbols)

    def __repr__(self) -> str:
        counts = (f"{name} {count:,}" for name, count in self.counts.items())
        return short_repr(self, count_of(len(self), "symbol"), *counts)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many symbols ended in each outcome: ``kept`` first, then in pipeline order."""
        counted = Counter(self.outcome.tolist())
        return {name: counted[name] for name in sorted(counted, key=_pipeline_order)}

    def frame(self) -> pd.DataFrame:
        """Return the columns symbol, outcome, detail; one row for each symbol."""
        import pandas as pd

        return pd.DataFrame(
            {"symbol": list(self.symbols), "outcome": self.outcome, "detail": self.detail}
        )

    def of(self, symbol: str) -> tuple[str, str]:
        """Outcome and detail of one symbol; KeyError when it is not in the universe."""
        try:
            at = self.symbols.index(symbol)
        except ValueError:
            raise KeyError(symbol) from None
        return str(self.outcome[at]), str(self.detail[at])


class LedgerBook:
    """A ledger while it is written: the first outcome of a symbol stands, later ones are ignored.

    Written by one scan from one thread; ``close`` hands out the finished ledger.
    """

    def __init__(self, symbols: Sequence[str]) -> None:
        self._symbols = tuple(symbols)
        self._at = {symbol: i for i, symbol in enumerate(self._symbols)}
        if len(self._at) != len(self._symbols):
            raise ValueError("the universe names a symbol twice")
        self._outcome: NDArray[np.object_] = np.full(len(self._symbols), None, dtype=object)
        self._detail: NDArray[np.object_] = np.full(len(self._symbols), "", dtype=object)

    def record(self, symbol: str, outcome: str, detail: str = "") -> None:
        """Give ``symbol`` its outcome unless it has one; what was noted of it stays, at the end."""
        at = self._at[symbol]
        if self._outcome[at] is None:
            self._outcome[at] = outcome
            noted = self._detail[at]
            self._detail[at] = f"{detail}; {noted}" if detail and noted else detail or noted

    def record_coded(
        self,
        stage: str,
        symbols: Sequence[str],
        codes: Iterable[str | None],
        details: Iterable[str],
    ) -> None:
        """Record ``<stage>.<code>`` for each symbol that has a code; None passes."""
        for symbol, code, detail in zip(symbols, codes, details, strict=True):
            if code is not None:
                self.record(symbol, f"{stage}.{code}", detail)

    def record_failures(self, failures: Mapping[str, Failure]) -> None:
        """Enter the symbols that have no bars."""
        for symbol, failure in failures.items():
            self.record(symbol, f"fetch.{failure.reason}", failure.detail)

    def note(self, remarks: Mapping[str, object]) -> None:
        """Add a remark to the details of open symbols, which stays whatever comes of them."""
        for symbol, remark in remarks.items():
            at = self._at.get(symbol)
            if at is not None and self._outcome[at] is None:
                detail = self._detail[at]
                self._detail[at] = f"{detail}; {remark}" if detail else str(remark)

    def record_scans(
        self,
        poisoned: Iterable[PoisonedSymbol],
        gated: Iterable[GatedSymbol],
        trimmed: Iterable[TrimmedHistory],
    ) -> None:
        """Enter the symbols whose scan raised, and those that the data gate stopped.

        Those whose bars it trimmed stay open; the reason stands in their detail whatever comes.
        Symbols that are only compared with have no entry.
        """
        entries = [(error.symbol, f"error.{error.error}", error.detail) for error in poisoned]
        entries += [(stop.symbol, f"gate.{stop.code}", stop.detail) for stop in gated]
        for symbol, outcome, detail in entries:
            if symbol in self._at:
                self.record(symbol, outcome, detail)
        self.note({history.symbol: history.detail for history in trimmed})

    def open_symbols(self) -> list[str]:
        """Symbols that have no outcome yet, in the order of the universe."""
        return [s for s, o in zip(self._symbols, self._outcome, strict=True) if o is None]

    def close(self) -> Ledger:
        """Hand out the ledger; every symbol that is still open is kept."""
        outcome = self._outcome.copy()
        outcome[[one is None for one in outcome]] = KEPT
        return Ledger(self._symbols, outcome, self._detail.copy())


def require_a_scan(ledger: Ledger, as_of: str) -> Ledger:
    """Return the ledger, unless every symbol that the pre-screen had left failed: then raise.

    Also where all that the gate let through raised. An empty table would look as if nothing had
    qualified. The error carries what became of each symbol.
    """
    left = {name: n for name, n in ledger.counts.items() if not name.startswith("prescreen.")}
    failed = {name: n for name, n in left.items() if name.startswith(("fetch.", "error."))}
    scored = any(name.startswith(("kept", "filter.")) for name in left)
    raised = any(name.startswith("error.") for name in failed)
    if (failed and len(failed) == len(left)) or (raised and not scored):
        counts = ", ".join(f"{name} {n:,}" for name, n in failed.items())
        worst = max(failed, key=lambda name: failed[name])
        example = str(ledger.detail[list(ledger.outcome).index(worst)])
        entries = tuple(
            (symbol, str(outcome), str(detail))
            for symbol, outcome, detail in zip(
                ledger.symbols, ledger.outcome, ledger.detail, strict=True
            )
        )
        raise NothingToScanError(f"no symbol could be scanned ({counts})", example, entries, as_of)
    return ledger


def _pipeline_order(outcome: str) -> tuple[int, str]:
    stage = outcome.partition(".")[0]
    return (STAGES.index(stage) + 1 if stage in STAGES else 0, outcome)
