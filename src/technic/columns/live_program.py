"""A program of the scan language noted down, to be done for one bar after the other.

Steps are called once with series in the place of arrays (``panel/series.py``): that leaves what
they do to the newest bar. A recursion becomes a step with a memory. Nothing is said a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from technic.columns.live_stream import BarCount, IndexArray, LiveStream
from technic.errors import ParameterError
from technic.language.evaluation.bar_values import history
from technic.language.evaluation.column_tails import Fields
from technic.language.evaluation.program import Need, Program, Step, needs
from technic.panel import FIELDS, BarPanel
from technic.panel.bar_by_bar import BarByBar
from technic.panel.ragged import last_bars
from technic.panel.series import Lines, Recipe, Series
from technic.typing import FloatArray

__all__ = ["LiveProgram"]

REFUSED = (TypeError, AttributeError, ParameterError, ValueError)
"""What a kernel ends in that does more to a series than can be noted down."""


class LiveProgram:
    """The newest values of some results of a program; ``bars``: of each symbol.

    Raises TypeError for a step that cannot be done bar by bar.
    """

    def __init__(self, program: Program, results: Sequence[int], bars: BarCount) -> None:
        self._program, self._results = program, results
        recorder = _Recorder(program, results, bars)
        self._nodes, self._streams = recorder.nodes, recorder.streams
        self._steps = BarByBar(recorder.recipe, self._nodes, len(bars.count))
        self.rings = list(self._steps.rings)
        for stream in self._streams.values():
            self.rings += stream.rings

    def begin(self, panel: BarPanel, ends: IndexArray) -> None:
        """Take over the bars of a panel up to a row of each column: streams first, then windows."""
        bars = self._steps.bars
        if ends.max(initial=-1) >= 0:
            self._begin_streams(panel, ends)
        tails = {name: last_bars(getattr(panel, name), ends, bars) for name in FIELDS}
        for row in range(bars):
            self.step({name: tail[row] for name, tail in tails.items()}, bars - 1 - row)

    def step(self, bar: dict[str, FloatArray], ahead: int = 0) -> None:
        """Take the bar that comes; ``ahead``: bars that come before anybody asks for values."""
        with np.errstate(all="ignore"):
            self._steps.step(bar, ahead)

    def values(self) -> list[FloatArray]:
        """Return each result at the newest bar, ``(n_symbols,)``, the caller's own."""
        found: dict[int, FloatArray] = {}
        values = []
        for node in self._nodes:
            if node in found:  # of another name
                values.append(found[node].copy())
            else:
                values.append(found.setdefault(node, self._steps.value(node)))
        return values

    def _begin_streams(self, panel: BarPanel, ends: IndexArray) -> None:
        """Run each stream over all bars, once."""
        steps = self._program.steps
        needed, asked = needs(steps, self._results), dict(self._steps.memories)
        arrays: dict[int, FloatArray] = {}
        height = int(ends.max()) + 1
        with np.errstate(all="ignore"):
            for number, found in history(steps, needed, Fields(panel, None), height):
                stream = self._streams.get(number)
                if stream in asked:
                    inputs = [
                        np.broadcast_to(steps[below].value, panel.close[:height].shape)
                        if steps[below].kind == "constant"
                        else arrays[below]
                        for below in steps[number].inputs
                    ]
                    stream.begin(inputs, ends, asked[stream])
                if needed[number].everything:
                    arrays[number] = cast("FloatArray", found)


class _Recorder:
    """Steps of a program as those of a recipe; ``nodes``: of the results."""

    def __init__(self, program: Program, results: Sequence[int], bars: BarCount) -> None:
        self.recipe, self.streams = Recipe(), dict[int, LiveStream]()
        self._steps, self._bars = program.steps, bars
        self._before_first = np.isnan(self.recipe.field("close"))
        self._made: list[Series | Lines | None] = []
        for number, need in enumerate(needs(program.steps, results)):
            self._made.append(self._series(number, need) if need else None)
        self.nodes = [self._of(number).node for number in results]

    def _series(self, number: int, need: Need) -> Series | Lines:
        step = self._steps[number]
        if step.kind == "constant":
            return self._masked(self._constant(step.value))
        if step.kind in ("field", "fact"):
            if step.name not in FIELDS:
                raise TypeError(f"{step.name} is no field of a bar")
            return self.recipe.field(step.name)
        if step.kind == "shift":
            return self._of(step.inputs[0]).lagged(step.lag)
        if step.kind == "recursive":
            return self._stream(number, step)
        assert step.run is not None
        made = step.run(*(self._operand(step, below) for below in step.inputs))
        if step.kind == "operator":
            return _checked(made)
        if isinstance(made, Lines):
            return Lines([line.finite() for line in made.lines])
        made = _checked(made).finite()
        looked_back = need.everything or need.spans != [(0, 1)]
        return self._masked(made) if step.kind == "point" and looked_back else made

    def _stream(self, number: int, step: Step) -> Series | Lines:
        assert step.run is not None
        inputs = [self._of(below) for below in step.inputs]
        packed = all(self._steps[below].kind == "field" for below in step.inputs)
        stream = self.streams[number] = LiveStream(step.run, len(inputs), packed, self._bars)
        lines = [line.finite() for line in self.recipe.remembered(stream, inputs)]
        return lines[0] if stream.is_one_line else Lines(lines)

    def _operand(self, step: Step, below: int) -> Series | Lines | float:
        """Return a step as another looks at it; what writes to it has its own."""
        made = self._made[below]
        if self._steps[below].kind == "constant" and step.kind != "window":
            value = self._steps[below].value
            return value if step.kind == "operator" else self._constant(value)
        assert made is not None
        return made if isinstance(made, Lines) else made.copy()

    def _of(self, number: int) -> Series:
        return _checked(self._made[number])

    def _constant(self, value: float) -> Series:
        return Series(self.recipe, self.recipe.constant(value))

    def _masked(self, made: Series) -> Series:
        """Return a series without values above a symbol's first bar, where others look at them."""
        masked: Any = np.where(self._before_first, np.nan, made)
        return _checked(masked)


def _checked(made: Any) -> Series:
    """Return what a step has become; TypeError unless it is a series."""
    if not isinstance(made, Series):
        raise TypeError(f"{type(made).__name__} is no series")
    return made
