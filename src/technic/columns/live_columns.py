"""Columns kept up to date bar by bar: each step costs a bar, not the history.

1. The columns' expressions are one program of the scan language, noted down as what is done for one
   bar (``live_program``): recursions go on from their last row, blocks of windows are joined once.
2. At the start recursions run over the panel, once; then its last bars are taken like those that
   come.
3. A symbol without a bar stays as it is: its values, and all that is remembered of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from technic.columns.catalog import COLUMNS, DEFAULT_COLUMNS
from technic.columns.live_program import REFUSED, LiveProgram
from technic.columns.live_stream import BarCount, IndexArray
from technic.errors import ExpressionError, ParameterError
from technic.language import BASE, Node, read, scope_of
from technic.language.evaluation.program import program_of
from technic.language.syntax.nodes import Text, children
from technic.panel import FIELDS, PRICES, BarPanel
from technic.typing import BoolArray, FloatArray

__all__ = ["LiveColumns"]


class LiveColumns:
    """Columns of all symbols, to which one new bar after the other is applied.

    ``panel``: the bars so far; ``rows``: the row of each column to go on from, as in ``evaluate``
    (``panel.rows_at``; the last bars, unless given). ``names``: columns of the catalog, those of
    every scan unless given, and expressions of the scan language over the bars. ``volume``: False
    where the bars are prices alone, as in ``BarPanel.from_long``. Raises ParameterError for an
    expression that cannot be kept up to date from one bar to the next; it says what of it cannot.

    After each step the values are those that a scan has of the panel with the new bars below, bit
    for bit: they depend on the bars of the start and of the steps, in their order, and
    on nothing else. History begins where ``panel`` begins: the start of a window that moves on, and
    a split, which changes older prices, need a new object.

    Memory is that of the last bars, as many as the columns look back on (253 for those of every
    scan), however many steps there are; ``nbytes`` says how much.
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
        self._symbols, self._names = panel.symbols, tuple(names)
        self._session = _last_session(panel, ends)
        self._bars = BarCount(np.maximum(ends, -1) + 1.0)
        self._left_out = np.zeros(panel.n_symbols, dtype=np.int64)
        self._held = np.zeros(panel.n_symbols, dtype=np.bool_)
        self._program = _noted(self._names, self._bars)
        self._program.begin(panel, ends)
        self._values = {name: np.full(panel.n_symbols, np.nan) for name in self._names}
        self._keep(ends >= 0)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols, in the order of every array."""
        return self._symbols

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
        remembered = sum(ring.nbytes for ring in self._program.rings)
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
            self._bars.take(present)
            self._program.step(bars)
            self._keep(present)
        return self.values

    def _checked(
        self, prices: dict[str, FloatArray], volume: FloatArray | None
    ) -> dict[str, FloatArray]:
        shape = (len(self._symbols),)
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
        for ring in self._program.rings if len(stopping) else ():
            ring.hold(stopping)
        for ring in self._program.rings if len(going_on) else ():
            ring.release(going_on)
        self._held = ~present

    def _keep(self, present: BoolArray) -> None:
        """Take over the values of symbols that have a bar."""
        absent = np.flatnonzero(~present)
        newest = dict(zip(self._names, self._program.values(), strict=True))
        for name, values in newest.items():
            if len(absent):
                values[absent] = self._values[name][absent]
            values.flags.writeable = False
        self._values = newest


def _node(name: str) -> Node:
    """Return what a name of the catalog or an expression means; ParameterError for any other."""
    text = COLUMNS[name].expression if name in COLUMNS else name
    try:
        node = read(text, BASE).node
    except ExpressionError as error:
        allowed = "a column of the catalog or an expression over the bars"
        raise ParameterError("names", name, allowed, "see docs/indicators") from error
    if scope_of(node, BASE) not in ("constant", "bar"):
        raise _refused(name, node)
    return node


def _noted(names: Sequence[str], bars: BarCount) -> LiveProgram:
    """Return the program of some columns; ParameterError for one that cannot be stepped."""
    nodes = [_node(name) for name in names]
    try:
        return LiveProgram(*program_of(BASE, tuple(nodes)), bars)
    except REFUSED:
        for name, node in zip(names, nodes, strict=True):
            if not _can_be_stepped(node):
                raise _refused(name, node) from None
        raise


def _refused(name: str, node: Node) -> ParameterError:
    """Say what of an expression cannot be stepped: the smallest part of it."""
    for part in children(node):
        if not isinstance(part, Text) and not _can_be_stepped(part):
            return _refused(name, part)
    allowed = "expressions that can be kept up to date with one bar more"
    return ParameterError("names", name, allowed, f"{node} cannot: leave it to a scan")


def _can_be_stepped(node: Node) -> bool:
    if scope_of(node, BASE) not in ("constant", "bar"):
        return False
    try:
        LiveProgram(*program_of(BASE, (node,)), BarCount(np.zeros(1)))
    except REFUSED:
        return False
    return True


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
