"""Columns kept up to date bar by bar: each step costs a bar, not the history.

1. At the start, and for symbols with few bars, columns are computed as the scan does
   (``RecordingWorkspace``), which leaves behind what each stream goes on from.
2. A step writes the bar below the last ones, moves each stream by one row, and does for the bar
   what the kernels of windows do (``LiveWindows``), which were noted down at the start.
3. A symbol without a bar stays as it is: its values, and all that is remembered of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from technic.columns.catalog import COLUMNS, DEFAULT_COLUMNS
from technic.columns.compile import compiled
from technic.columns.live_windows import LiveWindows, StreamWindows
from technic.columns.live_workspace import LiveWorkspace, RecordingWorkspace
from technic.columns.rules import Compute
from technic.errors import ParameterError
from technic.indicators.workspace import Workspace
from technic.panel import FIELDS, PRICES, BarPanel
from technic.panel.ragged import last_bars
from technic.panel.ring import Ring
from technic.typing import BoolArray, FloatArray

__all__ = ["LiveColumns"]

IndexArray = NDArray[np.intp]


class LiveColumns:
    """Columns of all symbols, to which one new bar after the other is applied.

    ``panel``: the bars so far; ``rows``: the row of each column to go on from, as in ``evaluate``
    (``panel.rows_at``; the last bars, unless given). ``names``: columns of the catalog, those of
    every scan unless given. ``volume``: False where the bars are prices alone, as in
    ``BarPanel.from_long``.

    After each step the values are those that ``evaluate`` gives for the panel with the new bars
    below, bit for bit: they depend on the bars of the start and of the steps, in their order, and
    on nothing else. History begins where ``panel`` begins: the start of a window that moves on, and
    a split, which changes older prices, need a new object.

    Memory is that of the last bars, as many as the columns look back on (253 for those of every
    scan), twice, however many steps there are; ``nbytes`` says how much.
    """

    def __init__(
        self,
        panel: BarPanel,
        rows: IndexArray | None = None,
        names: Sequence[str] = DEFAULT_COLUMNS,
        *,
        volume: bool = True,
    ) -> None:
        ends = panel.length.astype(np.intp) - 1 if rows is None else rows
        if ends.shape != (panel.n_symbols,):
            raise ParameterError("rows", ends.shape, f"({panel.n_symbols},)", "see panel.rows_at")
        self._needed = FIELDS if volume else PRICES
        self._computes = _computes(names)
        self._nothing = _without_bars(panel)
        self._session = _last_session(panel, ends)
        self._count = np.maximum(ends, -1) + 1.0
        self._left_out = np.zeros(panel.n_symbols, dtype=np.int64)
        self._held = np.zeros(panel.n_symbols, dtype=np.bool_)
        start = RecordingWorkspace(panel, ends)
        self._values = _computed(self._computes, start)
        self._settled, depth = start.settled, max(start.depth, start.settled)
        self._windows = LiveWindows(FIELDS, start.calls, panel.n_symbols)
        self._streams = [StreamWindows(rows, function) for rows, function in start.windows]
        kept = depth + self._windows.field_lag
        self._fields = {name: Ring(kept, (panel.n_symbols,)) for name in FIELDS}
        self._memory = [Ring(len(rows), rows.shape[1:]) for rows in start.memory]
        everyone = np.arange(panel.n_symbols)
        for name, ring in self._fields.items():
            ring.set(everyone, last_bars(getattr(panel, name), ends, kept))
        for ring, newest in zip(self._memory, start.memory, strict=True):
            ring.set(everyone, newest)
        with np.errstate(all="ignore"):
            for ago in range(depth - 1, -1, -1):
                self._windows.step(self._fields, ago)
        self._rings = [*self._fields.values(), *self._memory, *self._windows.rings]
        for windows in self._streams:
            self._rings += windows.rings

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols, in the order of every array."""
        return self._nothing.symbols

    @property
    def session(self) -> np.datetime64:
        """The session of the last bar, NaT before the first."""
        return self._session

    @property
    def values(self) -> dict[str, FloatArray]:
        """Each column as of ``session``, ``(n_symbols,)``, read-only; NaN for want of history."""
        return dict(self._values)

    @property
    def left_out(self) -> NDArray[np.int64]:
        """Bars of each symbol that came incomplete, ``(n_symbols,)``: they are no bars."""
        return self._left_out.copy()

    @property
    def nbytes(self) -> int:
        """Bytes of all that is remembered."""
        remembered = sum(ring.nbytes for ring in self._rings)
        return remembered + sum(values.nbytes for values in self._values.values())

    def step(
        self,
        session: np.datetime64,
        open: FloatArray,
        high: FloatArray,
        low: FloatArray,
        close: FloatArray,
        volume: FloatArray | None = None,
    ) -> dict[str, FloatArray]:
        """Apply one bar of each symbol and return ``values``.

        ``session``: later than that of the bar before. Prices and volume: ``(n_symbols,)`` float64,
        NaN where a symbol has no bar: it keeps the values of its last one. A bar with some value
        missing or infinite is no bar, as in a panel, and counts in ``left_out``. Nothing later
        than ``session`` is known to a step. Raises ParameterError, and changes nothing, for a
        session that is not later and for arrays of another shape or type.
        """
        after = _later(session, self._session)
        bars = self._checked({"open": open, "high": high, "low": low, "close": close}, volume)
        present, some = _complete(bars, self._needed)
        self._session = after
        self._left_out += some & ~present
        if present.any():
            self._hold_and_release(present)
            for name, ring in self._fields.items():
                ring.push(bars[name])
            self._count += present
            with np.errstate(all="ignore"):
                self._windows.step(self._fields)
                newest = _computed(
                    self._computes,
                    LiveWorkspace(
                        self._nothing,
                        self._fields,
                        self._memory,
                        self._windows,
                        self._streams,
                        self._count,
                    ),
                )
            self._keep(newest, present)
            self._begin(np.flatnonzero(present & (self._count <= self._settled)))
        return self.values

    def _checked(
        self, prices: dict[str, FloatArray], volume: FloatArray | None
    ) -> dict[str, FloatArray]:
        shape = (self._nothing.n_symbols,)
        if volume is None and "volume" in self._needed:
            raise ParameterError("volume", volume, f"float64 {shape}", "volume=False is without")
        if volume is None or "volume" not in self._needed:
            volume = np.full(shape, np.nan)
        bars = prices | {"volume": volume}
        for name, array in bars.items():
            given: object = array  # whatever a caller without types gives
            if not isinstance(given, np.ndarray):
                got: object = type(given).__name__
            elif given.shape != shape or given.dtype != np.float64:
                got = given.shape, str(given.dtype)
            else:
                continue
            raise ParameterError(name, got, f"a float64 array {shape}", "one value a symbol")
        return bars

    def _hold_and_release(self, present: BoolArray) -> None:
        """Set aside what is remembered of symbols that stop, put it back for those that go on."""
        stopping = np.flatnonzero(~present & ~self._held)
        going_on = np.flatnonzero(present & self._held)
        for ring in self._rings if len(stopping) else ():
            ring.hold(stopping)
        for ring in self._rings if len(going_on) else ():
            ring.release(going_on)
        self._held = ~present

    def _keep(self, newest: dict[str, FloatArray], present: BoolArray) -> None:
        """Take over the values of symbols that have a bar."""
        absent = np.flatnonzero(~present)
        for name, values in newest.items():
            if len(absent):
                values[absent] = self._values[name][absent]
            values.flags.writeable = False
        self._values = newest

    def _begin(self, columns: IndexArray) -> None:
        """Compute symbols that are at their first bars from all they have, as the scan does."""
        if not len(columns):
            return
        ends = self._count[columns].astype(np.intp) - 1
        bars = {name: _packed(ring, columns, ends) for name, ring in self._fields.items()}
        start = RecordingWorkspace(_panel(self.symbols, columns, bars), ends)
        for name, values in _computed(self._computes, start).items():
            whole = self._values[name].copy()
            whole[columns] = values
            whole.flags.writeable = False
            self._values[name] = whole
        for ring, newest in zip(self._memory, start.memory, strict=True):
            ring.set(columns, newest)


def _computes(names: Sequence[str]) -> dict[str, Compute]:
    """Return what computes each column; ParameterError for one that cannot be stepped."""
    computes: dict[str, Compute] = {}
    for name in names:
        compute = compiled(COLUMNS[name].expression) if name in COLUMNS else None
        if compute is None:
            raise ParameterError("names", name, "a column of the catalog", "see docs/indicators")
        computes[name] = compute
    return computes


def _computed(computes: dict[str, Compute], work: Workspace) -> dict[str, FloatArray]:
    """Return the columns at the row of the workspace, each an array of its own."""
    if not work.panel.n_symbols:
        return {name: np.empty(0) for name in computes}
    return {name: np.array(work.read(compute(work))) for name, compute in computes.items()}


def _last_session(panel: BarPanel, ends: IndexArray) -> np.datetime64:
    """Return the session of the last bar of all."""
    there = np.flatnonzero(ends >= 0)
    if not len(there):
        return np.datetime64("NaT", "D")
    latest: np.datetime64 = panel.sessions[panel.session[ends[there], there].max()]
    return latest


def _later(session: np.datetime64, last: np.datetime64) -> np.datetime64:
    """Return the session; ParameterError unless it is later than the last."""
    if not isinstance(session, np.datetime64) or np.isnat(session) or session <= last:
        since = "a numpy.datetime64" + ("" if np.isnat(last) else f" later than {last}")
        raise ParameterError("session", session, since, "bars are applied in their order")
    return session


def _complete(bars: dict[str, FloatArray], needed: Sequence[str]) -> tuple[BoolArray, BoolArray]:
    """Tell which symbols have a bar, and which have at least a part of one."""
    present, nothing = np.isfinite(bars[needed[0]]), np.isnan(bars[needed[0]])
    for name in needed[1:]:
        present &= np.isfinite(bars[name])
        nothing &= np.isnan(bars[name])
    return present, ~nothing


def _packed(ring: Ring, columns: IndexArray, ends: IndexArray) -> FloatArray:
    """Return all bars of columns that have no more than the ring, packed from the top."""
    held = ring.last(ring.depth)[:, columns]
    row = np.arange(int(ends.max()) + 1)[:, None]
    source = np.minimum(row + (ring.depth - 1 - ends), ring.depth - 1)
    return np.where(row <= ends, np.take_along_axis(held, source, axis=0), np.nan)


def _panel(symbols: Sequence[str], columns: IndexArray, bars: dict[str, FloatArray]) -> BarPanel:
    """Return a panel of some symbols; which day a bar is of no column asks."""
    n_bars = len(bars["close"])
    there = ~np.isnan(bars["close"])
    return BarPanel(
        symbols=tuple(symbols[i] for i in columns),
        sessions=np.arange(n_bars).astype("datetime64[D]"),
        session=np.where(there, np.arange(n_bars, dtype=np.int32)[:, None], np.int32(-1)),
        length=there.sum(axis=0),
        left_out=np.zeros(len(columns), dtype=np.int64),
        **bars,
    )


def _without_bars(panel: BarPanel) -> BarPanel:
    """Return the symbols of a panel, without a bar."""
    nothing = {name: np.empty((0, panel.n_symbols)) for name in FIELDS}
    return _panel(panel.symbols, np.arange(panel.n_symbols), nothing)
