"""Compiled loops have numpy's bits, are kept on the disk, and begin only where that pays."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import numpy as np
import pytest

from reference.bars import cut, random_bars
from reference.calls import CALLS, IDS, outputs
from support.compiled_loops import switched_loops
from technic.columns import evaluate
from technic.indicators import directional, ema, momentum, recursions, rsi, tiles, trange
from technic.indicators.streams import LastRows, whole
from technic.panel import compiled, window_loops, windows
from technic.panel.compiled import COMPILER, Compiler, assembled
from technic.scoring import _technical_kernels as rating
from technic.testing import make_panel

every_call = pytest.mark.parametrize("call", CALLS, ids=IDS)
RULES = {
    "exponential": recursions.exponential(7),
    "wilder": recursions.wilder(7),
    "decaying_sum": recursions.decaying_sum(7),
    "running_total": recursions.running_total(),
    "staying": recursions.staying(),
    "staying_mean": recursions.staying_mean(7),
}
STREAMS = {
    "direction": lambda high, low, close: directional.direction(
        trange(high, low, close), high, low, 7
    ),
    "macd": lambda _high, _low, close: momentum.macd_lines(close, 5, 12, 4),
    "the rating's direction": rating.directional,
    "the rating's macd": lambda _high, _low, close: rating.macd_lines(close),
}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
every_stream = pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)


@pytest.fixture
def numba():
    """The compiler itself."""
    return pytest.importorskip("numba", reason="the extra fast is not installed: no numba")


@pytest.fixture
def at_once(numba, monkeypatch):
    """Compile whatever is asked for, however small; a switch back to numpy."""
    return switched_loops(monkeypatch)


@pytest.fixture(scope="module")
def bars():
    """Many columns, a short one and flat stretches among them."""
    return random_bars(330, 259, seed=11)


def both(switch, work):
    """Return what numpy and what compiled loops make of the same work."""
    found = []
    with np.errstate(all="ignore"):
        for on in (False, True):
            switch(on)
            found.append(work())
    return found


def assert_same_bits(found, wanted):
    """Every bit, of NaN as well."""
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)
        assert a.tobytes() == b.tobytes()


@every_call
@pytest.mark.parametrize("width", [1, 2, 7, 256, 259])
def test_every_indicator_has_the_bits_of_numpy(call, width, bars, at_once):
    """At any width, with columns that end early."""
    some = {name: array[:, :width].copy() for name, array in bars.items()}
    assert_same_bits(*both(at_once, lambda: call(some)))


@every_call
@pytest.mark.parametrize("cells", [1, 40, 700])
def test_no_tile_changes_a_bit(call, cells, bars, at_once, monkeypatch):
    """Tiles of one row and of several, seeds that end within them."""
    few = cut(bars, slice(140), slice(6))
    monkeypatch.setattr(tiles, "TILE_CELLS", cells)
    assert_same_bits(*both(at_once, lambda: call(few)))


@every_call
@pytest.mark.parametrize("n_bars", [1, 2, 20, 27])
def test_short_histories_too(call, n_bars, bars, at_once):
    """Fewer bars than a seed or a window takes, and as many."""
    few = cut(bars, slice(n_bars), slice(5))
    assert_same_bits(*both(at_once, lambda: call(few)))


@every_call
def test_missing_and_infinite_values_too(call, bars, at_once):
    """NaN at the start, in between and at the end, an infinite bar, a row of nothing."""
    holed = {name: array[:200, :9].copy() for name, array in bars.items()}
    for array in holed.values():
        array[:3, 0] = array[50, 2] = array[60:64, 3] = array[:, 4] = array[150:, 5] = np.nan
        array[70, 6], array[80, 7], array[90] = np.inf, -np.inf, np.nan
    found, wanted = both(at_once, lambda: call(holed))
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


@every_call
def test_views_and_what_is_read_only_too(call, bars, at_once):
    """Every other column of an array that nobody may write to."""
    for array in (views := {name: array[:120, 1:40:2] for name, array in bars.items()}).values():
        array.flags.writeable = False
    assert_same_bits(*both(at_once, lambda: call(views)))


WINDOWS = ("window_sum", "window_mean", "window_weighted_sum", "window_variance")


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 14, 20, 31, 63, 64, 65, 100, 129, 199])
def test_windows_of_any_length_have_the_bits_of_numpy(name, n, bars, at_once):
    """Every length has an order of its own: that of its bits."""
    values = bars["close"][:200]
    found, wanted = both(at_once, lambda: outputs(getattr(windows, name)(values, n)))
    assert_same_bits(found, wanted)


@pytest.mark.parametrize("n", [1, 2, 5, 14, 20])
def test_window_loops_that_are_not_compiled_have_the_same_bits(n, bars, monkeypatch):
    """Python runs the very loops, on a ring that is narrower than the columns."""
    values = bars["close"][:40, :5]
    wanted = [outputs(getattr(windows, name)(values, n)) for name in WINDOWS]
    monkeypatch.setattr(window_loops, "WIDTH", 2)
    monkeypatch.setattr(COMPILER, "loop", lambda loop, _, steps, __: assembled(loop, steps))
    for name, other in zip(WINDOWS, wanted, strict=True):
        with np.errstate(all="ignore"):
            assert_same_bits(outputs(getattr(windows, name)(values, n)), other)


@every_rule
def test_a_loop_that_is_not_compiled_has_the_same_bits(rule, bars, monkeypatch):
    """Python runs the very loop: its order of operations is seen without numba as well."""
    values = bars["close"][:60, :4]
    loop = assembled(recursions._smooth, {"step": rule.step})
    made = np.full(values.shape, np.nan)
    smoother = recursions.Smoother(rule, loop)
    done = 0
    for rows in (slice(4), slice(4, 9), slice(9, 60)):
        done += smoother.take(values[rows], made[done:])
    wanted = list(recursions.recursion(rule, values, iter(np.empty((60, 4)))))
    assert done == len(wanted) == 60 - rule.ahead
    assert_same_bits([made[:done]], [np.array(wanted)])


@every_rule
def test_last_rows_have_the_bits_of_all_rows(rule, bars, at_once):
    """A scan's day goes row by row, a whole history by compiled loops."""
    values = bars["close"]
    ends = np.full(259, 329)
    stream = recursions.smoothed(rule, tiles.tiles_of(values), 0, values.shape)
    at_once(True)
    assert_same_bits(LastRows(ends).read(stream, 3), whole(stream, 330)[-3:])


def prices(bars, n_bars, width=259):
    """High, low and close, with columns and bars that do not move at all."""
    found = [bars[name][:n_bars, :width].copy() for name in ("high", "low", "close")]
    for array in found:
        array[:, 0] = 5.0
        array[100:140, 1] = found[2][100:101, 1]
    return found


@every_stream
@pytest.mark.parametrize("n_bars", [1, 12, 13, 14, 15, 27, 28, 29, 34, 35, 200])
def test_streams_of_several_lines_have_the_bits_of_numpy(stream, n_bars, bars, at_once):
    """Those of the Technical Rating too, which no function of the indicators gives."""
    few = prices(bars, n_bars, 9)
    assert_same_bits(*both(at_once, lambda: [whole(stream(*few), n_bars)]))


@every_stream
@pytest.mark.parametrize("cells", [1, 40, 700, tiles.TILE_CELLS])
def test_tiles_have_the_bits_of_rows(stream, cells, bars, monkeypatch):
    """Whole histories come in tiles, a scan's day row by row."""
    monkeypatch.setattr(tiles, "TILE_CELLS", cells)
    few = prices(bars, 160, 9)
    with np.errstate(all="ignore"):
        wanted = LastRows(np.full(9, 159)).read(stream(*few), 160)
        assert_same_bits([whole(stream(*few), 160)], [wanted])


def test_a_negative_value_leaves_the_mean_as_it_was(at_once):
    """Worked out by hand; in a loop a choice is one of numbers."""
    values = np.array([[4.0], [8.0], [-1.0], [3.0], [-1.0]])
    wanted = {"staying_mean": [6.0, 6.0, 4.5, 4.5], "staying": [4.0, 8.0, 8.0, 3.0, 3.0]}
    for rule in (recursions.staying_mean(2), recursions.staying()):
        stream = recursions.smoothed(rule, tiles.tiles_of(values), 0, values.shape)
        for found in both(at_once, lambda stream=stream: whole(stream, 5)):
            assert (
                found[rule.ahead :, 0].tolist()
                == wanted["staying_mean" if rule.ahead else "staying"]
            )


def test_nothing_is_contracted(numba, bars, at_once, monkeypatch, tmp_path):
    """No multiplication and addition in one rounding, in no loop."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))  # what is read has no text
    made = at_once(True)
    for call in CALLS:
        with np.errstate(all="ignore"):
            call(cut(bars, slice(60), slice(3)))
    loops = dict.fromkeys(made)
    assert len(loops) >= len(RULES)
    for loop in loops:
        for text in loop.inspect_asm().values():
            assert "mul" in text or "add" in text or "max" in text or "cmp" in text
            assert not re.search(r"\bv?fn?m(add|sub|la|ls)", text)


def test_little_work_is_left_to_numpy(numba):
    """Until what would have been saved is as much as numba costs."""
    steps = {"step": recursions.exponential(3).step}
    few = Compiler(loading=100, compiling=0)
    assert few.loop(recursions._smooth, "rvwff", steps, 99) is None
    assert few.loop(recursions._smooth, "rvwff", steps, 1) is not None
    assert few.loop(recursions._smooth, "rvwff", steps, 1) is not None


def test_a_loop_is_compiled_once_on_a_machine(numba, tmp_path, monkeypatch):
    """The first process of enough work compiles and keeps it, the next one loads it."""
    code = (
        "import sys; from technic.panel.compiled import Compiler;"
        "from technic.indicators import recursions;"
        "one = Compiler(loading=0, compiling=int(sys.argv[1]));"
        "made = one.loop(recursions._smooth, 'rvwff', {'step': recursions.wilder(3).step}, 5);"
        "print(made is not None and sum(made.stats.cache_hits.values()))"
    )

    def run(compiling: int) -> str:
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
        environment["PYTHONPATH"] = os.pathsep.join(sys.path)
        command = [sys.executable, "-c", code, str(compiling)]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    assert run(10**9) == "False"
    assert run(0) == "0"
    assert run(10**9) == "1"


@pytest.fixture
def loop_kept_in(numba, monkeypatch):
    """Make a loop that is kept in a folder; return it and how often it was loaded from there."""

    def made_in(folder):
        monkeypatch.setattr(numba.config, "CACHE_DIR", str(folder))
        steps = {"step": recursions.wilder(3).step}
        loop = Compiler(loading=0, compiling=0).loop(recursions._smooth, "rvwff", steps, 1)
        return loop, loop is not None and sum(loop.stats.cache_hits.values())

    return made_in


DAMAGE = {
    "one bit": lambda content: content[:900] + bytes([content[900] ^ 1]) + content[901:],
    "half": lambda content: content[: len(content) // 2],
    "nothing": lambda _: b"",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("kind", ["*.nbi", "*.nbc"])
def test_a_damaged_file_is_compiled_anew(kind, damage, loop_kept_in, tmp_path):
    """No damaged code is run, no damaged file raises, and both are written over."""
    assert loop_kept_in(tmp_path)[1] == 0
    (path,) = tmp_path.rglob(kind)
    path.write_bytes(damage(path.read_bytes()))
    loop, loaded = loop_kept_in(tmp_path)
    assert loaded == 0
    last, out = np.array([3.0]), np.empty((1, 1))
    loop(np.array([[6.0]]), last, out, 1 / 3, 2.0)
    assert out[0, 0] == last[0] == 4.0
    assert loop_kept_in(tmp_path)[1] == 1


def test_a_loop_that_cannot_be_kept_is_used_all_the_same(loop_kept_in, tmp_path):
    """A full disk, or here a folder in the place of the file."""
    loop_kept_in(tmp_path)
    (index,) = tmp_path.rglob("*.nbi")
    index.unlink()
    (index / "in the way").mkdir(parents=True)
    loop, loaded = loop_kept_in(tmp_path)
    assert loop is not None
    assert loaded == 0


def test_without_a_folder_to_keep_it_in_numpy_goes_on(loop_kept_in, tmp_path, monkeypatch):
    """Neither the folder that was named nor the user's can be made."""
    (tmp_path / "file").touch()
    for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "file" / "below"))
    assert loop_kept_in(tmp_path / "file" / "below")[0] is None


def test_importing_and_small_work_leave_numba_alone():
    """A process that computes little never imports it."""
    code = (
        "import sys, numpy as np; from technic.indicators import ema, rsi;"
        "ema(np.ones((50, 3)), 5); rsi(np.ones((50, 3)), 5); print('numba' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_scan_of_a_day_is_too_little_to_compile_for(monkeypatch):
    """All columns of the last day, of ten times as many symbols as a large market has."""
    missed = []
    monkeypatch.setattr(COMPILER, "loop", lambda *work: missed.append(work[-1]))
    panel = make_panel(20, 300)
    evaluate(panel, panel.length.astype(np.intp) - 1)
    assert 0 < sum(missed) * 60_000 / 20 < compiled.WORTH_LOADING


def test_without_numba_the_values_are_the_same(bars, monkeypatch):
    """Nothing is missed where it is not installed, however much is asked for."""
    wanted = ema(bars["close"], 9), rsi(bars["close"], 9)
    monkeypatch.setattr(compiled, "_installed", lambda: False)
    monkeypatch.setattr(COMPILER, "_made", {})
    monkeypatch.setattr(COMPILER, "loading", 0)
    monkeypatch.setattr(COMPILER, "compiling", 0)
    assert_same_bits((ema(bars["close"], 9), rsi(bars["close"], 9)), wanted)
    assert COMPILER._made == {}
