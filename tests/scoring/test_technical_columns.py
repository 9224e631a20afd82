"""What holds for the Technical Rating's columns, whatever the votes: company, time, names."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from reference.bars import packed, random_bars
from support.packed_panel import every_row, packed_panel
from technic.errors import ParameterError
from technic.language import Vocabulary
from technic.language.evaluation import program
from technic.panel import FIELDS
from technic.scoring import _technical_rules
from technic.scoring.technical_rating import (
    TECHNICAL_COLUMNS,
    VOTES,
    technical_columns,
    technical_rating,
)

DOCS = Path(__file__).resolve().parents[2] / "docs" / "technical-rating.md"


def test_one_day_reads_what_every_day_reads():
    """A scan of one day and a replay of all give the same bits, also where columns ended early."""
    panel = packed_panel(packed(random_bars(330, 9, seed=4), {4: 40, 6: 200}))
    replay = technical_columns(panel, every_row(panel), list(TECHNICAL_COLUMNS))
    for row in (0, 9, 33, 51, 60, 77, 150, 201, 329):
        rows = panel.rows_at(panel.sessions[row])
        day = technical_columns(panel, rows, list(TECHNICAL_COLUMNS))
        for name, values in day.items():
            wanted = replay[name][rows, np.arange(panel.n_symbols)]
            np.testing.assert_array_equal(values, wanted, err_msg=name)


@pytest.mark.parametrize("width", [1, 2, 7, 256])
def test_neighbours_change_nothing(width: int):
    """A block of any width, in any order, has the bits of the market."""
    panel = packed_panel(random_bars(300, 259, seed=6))
    rows = panel.rows_at(panel.sessions[-1])
    whole = technical_columns(panel, rows, list(TECHNICAL_COLUMNS))
    starts = range(0, 259, width) if width > 2 else (0, 1, 4, 130, 259 - width)
    for start in starts:
        picked = np.arange(start, min(start + width, 259))[::-1]
        block = technical_columns(panel.take(picked), rows[picked], list(TECHNICAL_COLUMNS))
        for name, values in block.items():
            np.testing.assert_array_equal(values, whole[name][picked], err_msg=name)


def test_rows_of_another_shape_are_refused():
    """A sentence names the shapes that fit."""
    panel = packed_panel(random_bars(20, 3, seed=1))
    with pytest.raises(ParameterError, match=r"rows.*\(3,\) or \(k, 3\)"):
        technical_columns(panel, np.array([19]), ["tv_rsi"])


def test_later_bars_change_nothing():
    """A day inside a longer panel reads as it did when it was the last."""
    bars = random_bars(300, 7, seed=7)
    panel = packed_panel(bars)
    for day in (0, 30, 76, 140, 250):
        then = packed_panel({name: array[: day + 1] for name, array in bars.items()})
        rows = panel.rows_at(panel.sessions[day])
        now = technical_columns(panel, rows, list(TECHNICAL_COLUMNS))
        known = technical_columns(then, rows, list(TECHNICAL_COLUMNS))
        for name, values in now.items():
            np.testing.assert_array_equal(values, known[name], err_msg=name)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """The functions computed so far: name, and each argument, arrays as their bytes."""
    seen: list[tuple[object, ...]] = []

    def noted(name, kernel, *arguments):
        given = (x.tobytes() if isinstance(x, np.ndarray) else x for x in arguments)
        seen.append((name, *given))
        return kernel(*arguments)

    def recording(functions):
        return {
            name: replace(function, kernel=partial(noted, name, function.kernel))
            for name, function in functions.items()
        }

    words = _technical_rules.VOCABULARY
    vocabulary = Vocabulary(words.names, recording(words.functions))
    monkeypatch.setattr(_technical_rules, "VOCABULARY", vocabulary)
    monkeypatch.setattr(program, "PARTS", recording(program.PARTS))
    return seen


def test_only_what_is_asked_for_is_computed(log):
    """One vote computes its own average, the names of unsettled votes nothing at all."""
    panel = packed_panel(random_bars(60, 3, seed=1))
    rows = panel.length - 1
    technical_columns(panel, rows, ["tv_not_settled"])
    assert log == []
    technical_columns(panel.take(slice(2, 3)), rows[2:], ["tv_sma_10"])
    assert [entry[0] for entry in log] == ["sma", "tv_slack", "tv_against"]
    assert log[0][2] == 10


def test_what_votes_share_is_computed_once(log):
    """Six averages, EMA 13, RSI, direction and MACD: ten recursions; nothing twice."""
    panel = packed_panel({name: bars[:, 2:] for name, bars in random_bars(300, 5, seed=1).items()})
    technical_rating(panel, panel.length - 1)
    periods = sorted(entry[2] for entry in log if entry[0] == "_ema")
    assert periods == [10, 13, 20, 30, 50, 100, 200]
    others = [
        entry[0] for entry in log if entry[0] in ("_gain_and_loss", "tv_macd", "tv_directional")
    ]
    assert sorted(others) == ["_gain_and_loss", "tv_directional", "tv_macd"]
    assert len(log) == len(set(log))


def test_a_scan_without_votes_does_not_wait_for_the_language():
    """The table of the votes and the names of those that have not settled need none of it."""
    code = (
        "import sys, numpy as np, technic.scoring.technical_rating as t; t.unsettled_votes("
        "np.array([3])); print(*(m for m in sys.modules if m.startswith('technic.language')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_columns_are_the_parts_of_the_rating():
    """Asked for one by one or together, under the names that the table shows."""
    panel = packed_panel(packed(random_bars(300, 6, seed=5), {3: 50, 4: 281}))
    rows = panel.length - 1
    whole = technical_rating(panel, rows)
    parts = {
        "tv_rating": whole.rating,
        "tv_status": whole.status,
        "tv_ma": whole.moving_averages,
        "tv_oscillators": whole.oscillators,
        "tv_not_settled": whole.not_settled,
        **dict(zip(VOTES, whole.votes, strict=True)),
    }
    together = technical_columns(panel, rows, list(parts))
    assert list(together) == list(parts)
    for name, values in parts.items():
        np.testing.assert_array_equal(together[name], values, err_msg=name)
        alone = technical_columns(panel, rows, [name])[name]
        np.testing.assert_array_equal(alone, values, err_msg=name)


def test_an_unknown_column_is_named_with_its_neighbours():
    """A slip of the pen is a ParameterError that helps."""
    panel = packed_panel(random_bars(20, 2, seed=1))
    with pytest.raises(ParameterError, match=r"tv_ratings.*tv_rating"):
        technical_columns(panel, panel.length - 1, ["tv_ratings"])
    with pytest.raises(ParameterError, match="docs/technical-rating.md"):
        technical_columns(panel, panel.length - 1, ["xyz"])


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (5, 0), (1, 2)], ids=str)
def test_a_panel_without_bars_or_symbols_is_unrated(shape):
    """No symbols, no bars, or one bar: the shapes of the rows, and no votes."""
    panel = packed_panel({name: np.full(shape, 5.0) for name in FIELDS})
    for rows in (panel.length - 1, np.tile(panel.length - 1, (2, 1))):
        found = technical_rating(panel, rows)
        assert found.votes.shape == (26, *rows.shape)
        assert np.isnan(found.rating).all()
        assert (found.status == "unrated").all()
        for name, values in technical_columns(panel, rows, list(TECHNICAL_COLUMNS)).items():
            assert values.shape == rows.shape, name


def test_counts_add_up_to_the_votes_that_are_there():
    """Buy, neutral and sell votes of a young listing and of an old one."""
    panel = packed_panel(packed(random_bars(300, 6, seed=5), {3: 45}))
    rows = panel.length - 1
    counts = technical_columns(
        panel, rows, ["tv_votes_buy", "tv_votes_neutral", "tv_votes_sell", "tv_ma"]
    )
    votes = technical_rating(panel, rows).votes
    for name, value in (("buy", 1.0), ("neutral", 0.0), ("sell", -1.0)):
        assert counts[f"tv_votes_{name}"].tolist() == [list(v).count(value) for v in votes.T]
    assert sum(counts[f"tv_votes_{name}"][5] for name in ("buy", "neutral", "sell")) == 26
    assert sum(counts[f"tv_votes_{name}"][3] for name in ("buy", "neutral", "sell")) < 26


def test_every_vote_and_column_is_documented():
    """The tables of the page are the tables of the code."""
    text = DOCS.read_text(encoding="utf-8")
    for name, vote in VOTES.items():
        row = (
            f"| `{name}` | {vote.label} | {vote.up} | {vote.down} | {vote.lookback} "
            f"| {vote.stable_after:,} |"
        )
        assert row in text
    for name, column in TECHNICAL_COLUMNS.items():
        if name not in VOTES:
            assert f"| `{name}` | {column.unit} | {column.description} |" in text
