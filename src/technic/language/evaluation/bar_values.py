"""Run a program over the bars of a panel, for one bar of each column or for all bars.

1. What is needed from the first bar on, and steps with a memory, are computed for all columns at
   once; of a recursion only the rows that are needed are kept.
2. The rest is computed on the bars that are needed, for the columns that end in the same row and
   then for those that end elsewhere (``column_tails``).

An array is dropped after its last use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from technic.indicators.arithmetic import finite
from technic.indicators.streams import LastRows, Stream, whole
from technic.language.evaluation.column_tails import ColumnTails, Fields, ending_together
from technic.language.evaluation.panel_facts import PanelFacts
from technic.language.evaluation.program import Need, Program, Span, Step, needs
from technic.panel import BarPanel
from technic.panel.machine.cores import on_cores
from technic.panel.machine.freed_memory import keep_freed_memory
from technic.panel.windows import lagged
from technic.typing import FloatArray

__all__ = ["all_bars", "from_the_first_bar", "history", "newest_bars", "users_of"]

FEW_BARS = 4
"""So many bars of a window are computed one by one: a single window needs no neighbours' sums."""
MOST_STREAMED = 32
"""A stream of which more rows are needed is kept whole."""

TILE_CELLS, TILE_BARS, NARROWEST_TILE = 196_608, 192, 32
"""Where all bars are computed: cells that are worked on together, and the least of its sides."""

MANY_VALUES = 16_000_000
"""Results from which on freed memory is kept: a scan of a day has fewer, and gains nothing."""

Tails = dict[int, list[tuple[Span, FloatArray]]]
"""Step → the spans of bars that are there, newest last."""


def newest_bars(
    program: Program,
    results: Sequence[int],
    panel: BarPanel,
    rows: NDArray[np.intp],
    benchmark: FloatArray | None = None,
    series: Mapping[str, FloatArray] | None = None,
    facts: PanelFacts | None = None,
) -> list[FloatArray]:
    """Return the value of each result at each column's row, ``(n_symbols,)``; NaN at row -1.

    ``benchmark``: ``(n_sessions,)``, or ``(n_bars, n_symbols)`` like a field. ``series``: fields
    that the program has beside those of the bars, by name. ``facts``: what was known of the
    companies of the panel's columns.
    """
    out = [np.full(panel.n_symbols, np.nan) for _ in results]
    steps, needed = program.steps, needs(program.steps, results)
    fields, groups = Fields(panel, benchmark, series, facts), ending_together(rows)
    with np.errstate(all="ignore"):
        known = _read_history(steps, needed, fields, rows, groups)
        for columns, tails in zip(groups, known, strict=True):
            newest = _Newest(steps, needed, fields, columns, tails, results)
            for values, number in zip(out, results, strict=True):
                values[columns.picked] = newest.tail(number, (0, 1))[-1]
    absent = rows < 0
    for values in out if absent.any() else ():
        values[absent] = np.nan
    return out


def all_bars(
    program: Program,
    results: Sequence[int],
    panel: BarPanel,
    benchmark: FloatArray | None = None,
    first: int = 0,
    facts: PanelFacts | None = None,
    stop: int | None = None,
) -> list[FloatArray]:
    """Return results at all bars, ``(n_bars, n_symbols)`` each; NaN after a column's end.

    ``benchmark``, ``facts``: as in ``newest_bars``. ``first``: the row to begin with; those above
    are not among the results, but among what these look at. ``stop``: the row before which to end.
    Recursions run over all bars first and are held until the end, an array each. The rest is
    computed tile by tile: what a tile takes in between stays in the processor's cache. Tiles share
    the cores where there are some to spare.
    """
    if not results:
        return []
    n_symbols = panel.n_symbols
    n_bars = panel.n_bars if stop is None else stop
    if (n_bars - first) * n_symbols * len(results) >= MANY_VALUES:
        keep_freed_memory()
    # arrays of their own: what a block gives back serves the next one, page for page
    out = [np.empty((n_bars - first, n_symbols)) for _ in results]
    height, width = _tile(needs(program.steps, results), n_bars)
    with np.errstate(all="ignore"):
        whole_panel = Fields(panel, benchmark, None, facts)
        recursions = _recursions(program.steps, results, whole_panel, n_bars)

        def tiles() -> Iterator[tuple[Fields, dict[int, FloatArray], int, list[FloatArray]]]:
            for columns in _cut(n_symbols, width):
                fields = whole_panel.of(columns)
                known = {number: found[..., columns] for number, found in recursions.items()}
                for rows in _cut(n_bars - first, height):
                    parts = [values[rows, columns] for values in out]
                    yield fields, known, rows.stop + first, parts

        fill = partial(_fill, program.steps, results)
        on_cores(fill, tiles(), (n_bars - first) * n_symbols * len(results))
    return out


def _tile(needed: Sequence[Need], n_bars: int) -> tuple[int, int]:
    """Choose bars and symbols of a tile.

    Windows look at the bars before a tile as well, which are computed for each tile anew: a tile is
    so high that they are a small part of its own, and as wide as the cache allows.
    """
    looked_back = max((lag + bars for need in needed for lag, bars in need.spans), default=1)
    height = max(min(n_bars, max(TILE_BARS, 4 * looked_back)), 1)
    return height, max(TILE_CELLS // height, NARROWEST_TILE)


def _recursions(
    steps: Sequence[Step], results: Sequence[int], fields: Fields, n_bars: int
) -> dict[int, FloatArray]:
    """Return the first rows of the steps with a memory that others look at."""
    needed = needs(steps, results)
    found: dict[int, FloatArray] = {}
    for number, values in history(steps, needed, fields, n_bars):
        if needed[number].spans and steps[number].kind != "field":
            found[number] = whole(values, n_bars) if isinstance(values, Stream) else values
            found[number] = finite(found[number])
    return found


def _fill(
    steps: Sequence[Step],
    results: Sequence[int],
    fields: Fields,
    known: Mapping[int, FloatArray],
    stop: int,
    out: Sequence[FloatArray],
) -> None:
    """Write the bars before row ``stop`` into ``out``, ``(bars, n_symbols)`` each."""
    bars, width = out[0].shape
    columns = ColumnTails(slice(None), np.array([stop - 1]), width)
    needed = needs(steps, results, bars)
    tails = {
        number: [(span, columns.tail(values, span)) for span in needed[number].spans]
        for number, values in known.items()
    }
    places: dict[int, list[int]] = {}
    for place, number in enumerate(results):
        places.setdefault(number, []).append(place)

    def done(newest: _Newest, number: int) -> None:
        """Write a result down while it is in the cache."""
        for place in places.get(number, ()):
            out[place][:] = newest.tail(number, (0, bars))

    _Newest(steps, needed, fields, columns, tails, done=done)
    absent = fields.panel.session[stop - bars : stop] < 0
    for values in out if absent.any() else ():
        values[absent] = np.nan


def _cut(n: int, size: int) -> Iterator[slice]:
    """Cut a range into pieces."""
    for first in range(0, n, size):
        yield slice(first, min(first + size, n))


def history(
    steps: Sequence[Step], needed: Sequence[Need], fields: Fields, height: int
) -> Iterator[tuple[int, FloatArray | Stream]]:
    """Compute what is needed from the first bar on, and what has a memory, for all columns.

    Yields each step, a stream where nobody needs all its rows; drops it after its last use.
    """
    wanted = from_the_first_bar(steps, needed)
    users = users_of(steps, wanted)
    shape = height, fields.panel.n_symbols
    values: dict[int, FloatArray] = {}
    for number, step in enumerate(steps):
        if step.kind == "constant":
            values[number] = np.broadcast_to(step.value, shape)
        if step.kind == "constant" or not wanted[number]:
            continue
        found: FloatArray | Stream
        if step.kind == "field":
            found = fields.all(step.name, height)
        elif step.kind == "fact":
            found = fields.fact(step.name, None, (0, height))
        elif step.kind == "shift":
            found = lagged(values[step.inputs[0]], step.lag)
        else:
            found = _run(
                step,
                [steps[i].value if _as_it_is(steps, step, i) else values[i] for i in step.inputs],
            )
        if needed[number].everything:
            found = finite(whole(found, height)) if isinstance(found, Stream) else found
            values[number] = found
        yield number, found
        for below in step.inputs:
            users[below] -= 1
            if not users[below]:
                values.pop(below, None)


def _read_history(
    steps: Sequence[Step],
    needed: Sequence[Need],
    fields: Fields,
    rows: NDArray[np.intp],
    groups: Sequence[ColumnTails],
) -> list[Tails]:
    """Return what later steps need of those from the first bar on, for each group of columns."""
    known: list[Tails] = [{} for _ in groups]
    height = int(rows.max(initial=-1)) + 1
    for number, found in history(steps, needed, fields, height) if groups else ():
        spans = needed[number].spans
        bars = max((lag + bars for lag, bars in spans), default=0)
        if isinstance(found, Stream) and bars <= MOST_STREAMED:
            last = finite(LastRows(rows).read(found, bars))
            for columns, tails in zip(groups, known, strict=True):
                tails[number] = [((0, bars), last[..., columns.picked])]
            continue
        if isinstance(found, Stream):
            found = finite(whole(found, height))
        for columns, tails in zip(groups, known, strict=True):
            parts = [(span, columns.tail(found, span)) for span in spans]
            kept = steps[number].kind == "field"
            tails[number] = [(span, part if kept else part.copy()) for span, part in parts]
    return known


class _Newest:
    """The newest bars of the steps, as many as are needed, of some columns.

    Kept while the steps are computed in their order: ``known`` has, for each step that is done and
    still used, an array for each of the spans that are needed of it, with just the rows of the
    span, the newest last; NaN in rows above a column's first bar. ``users`` counts who still reads
    a step; at 0 its arrays go. A result counts as read once more, so it stays. ``done`` is told
    of each step when its bars are there.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        needed: Sequence[Need],
        fields: Fields,
        columns: ColumnTails,
        known: Tails,
        results: Sequence[int] = (),
        done: Callable[[_Newest, int], None] | None = None,
    ) -> None:
        self._steps, self._fields, self._columns, self._tails = steps, fields, columns, known
        wanted = [bool(need) and number not in known for number, need in enumerate(needed)]
        users = users_of(steps, wanted)
        for number in results:
            users[number] += 1
        for number, step in enumerate(steps):
            if wanted[number] and step.kind != "constant":
                known[number] = [(span, self._span(step, span)) for span in needed[number].spans]
            if done is not None and needed[number]:
                done(self, number)
            if not wanted[number] or step.kind == "constant":
                continue
            for below in step.inputs:
                users[below] -= 1
                if not users[below]:
                    known.pop(below, None)

    def tail(self, number: int, span: Span) -> FloatArray:
        """Return some bars of a step."""
        step = self._steps[number]
        if step.kind == "constant":
            full = np.broadcast_to(step.value, (span[1], self._columns.width))
            return self._masked(full, span)
        lag, bars = span
        for (start, length), values in self._tails[number]:
            if start <= lag and lag + bars <= start + length:
                last = length - (lag - start)
                return values[last - bars : last]
        raise AssertionError(f"{span} of step {number} was not asked for")

    def _span(self, step: Step, span: Span) -> FloatArray:
        lag, bars = span
        if step.kind == "field":
            return self._fields.tail(step.name, self._columns, span)
        if step.kind == "fact":
            return self._fields.fact(step.name, self._columns, span)
        if step.kind == "shift":
            return self.tail(step.inputs[0], (lag + step.lag, bars))
        if step.kind == "window" and 1 < bars <= FEW_BARS <= step.reach:
            rows = [self._span(step, (lag + ago, 1)) for ago in range(bars - 1, -1, -1)]
            return np.concatenate(rows)
        # A window reads ``reach`` bars before its own: those rows come out as NaN or of too few
        # bars, stand first, and are cut off.
        reached = (lag, bars + step.reach)
        found = _run(step, [self._operand(step, below, reached) for below in step.inputs], bars)
        assert not isinstance(found, Stream)
        return self._masked(found, span) if step.kind == "point" else found

    def _operand(self, step: Step, number: int, span: Span) -> FloatArray | float:
        if _as_it_is(self._steps, step, number):
            return self._steps[number].value
        return self.tail(number, span)

    def _masked(self, values: FloatArray, span: Span) -> FloatArray:
        absent = self._columns.absent(span)
        if absent is None:
            return values
        return np.where(absent[:, None] if values.ndim > 2 else absent, np.nan, values)


def _run(
    step: Step, operands: Sequence[FloatArray | float], bars: int | None = None
) -> FloatArray | Stream:
    """Do the work of a step, and keep its last ``bars``; what is made infinite is missing."""
    assert step.run is not None
    found: FloatArray | Stream = step.run(*operands)
    if isinstance(found, Stream):
        return found
    if bars is not None and len(found) > bars:
        # A copy lets go of the rows before; it is not worth it where those are few.
        found = found[-bars:].copy() if len(found) >= 2 * bars else found[-bars:]
    return found if step.kind == "operator" else finite(found)


def _as_it_is(steps: Sequence[Step], step: Step, below: int) -> bool:
    """Tell whether an operand is a constant, and the step an operator, which needs no array."""
    return step.kind == "operator" and steps[below].kind == "constant"


def from_the_first_bar(steps: Sequence[Step], needed: Sequence[Need]) -> list[bool]:
    """Tell which steps are computed from the first bar on."""
    return [
        need.everything or (bool(need) and step.kind == "recursive")
        for step, need in zip(steps, needed, strict=True)
    ]


def users_of(steps: Sequence[Step], wanted: Sequence[bool]) -> list[int]:
    """Return how many of the wanted steps use each."""
    users = [0] * len(steps)
    for step, is_wanted in zip(steps, wanted, strict=True):
        for below in step.inputs if is_wanted else ():
            users[below] += 1
    return users
