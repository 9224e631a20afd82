"""A scan in which nothing could be scanned still writes the ledger that was asked for."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from technic import ScanConfig, run_scan
from technic.cli.entry import run
from technic.errors import NothingToScanError
from technic.panel import FIELDS
from technic.sessions import build_calendar
from technic.testing import make_bars

SESSIONS = build_calendar(2024).last(60, np.datetime64("2024-03-08"))


@pytest.fixture
def clashing(tmp_path: Path) -> Path:
    """A file in which each of two symbols has two different rows for a day."""
    bars = make_bars(["AAA", "BBB"], SESSIONS)
    frame = pd.DataFrame({"symbol": np.array(["AAA", "BBB"])[bars.column], "date": bars.session})
    frame = frame.assign(**{name: getattr(bars, name) for name in FIELDS})
    frame = pd.concat([frame, frame.groupby("symbol").tail(1).assign(volume=1.0)])
    frame.to_csv(tmp_path / "x.csv", index=False)
    return tmp_path / "x.csv"


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_ledger_is_written_with_each_reason(clashing: Path, ending: str, capsys):
    """Exit code 1, one sentence, and the file."""
    ledger = clashing.with_name(f"l.{ending}")
    assert run(["scan", "--data", str(clashing), "--ledger", str(ledger)]) == 1
    assert "no symbol could be scanned (fetch.duplicate_rows 2)" in capsys.readouterr().err
    frame = pd.read_csv(ledger) if ending == "csv" else pd.read_parquet(ledger)
    assert frame.columns.tolist() == ["symbol", "outcome", "detail", "as_of"]
    assert frame["symbol"].tolist() == ["AAA", "BBB"]
    assert frame["outcome"].tolist() == ["fetch.duplicate_rows"] * 2
    assert frame["detail"].tolist() == ["two different rows for 2024-03-08"] * 2
    assert frame["as_of"].tolist() == ["2024-03-08"] * 2


def test_symbols_that_nobody_has_are_in_it(clashing: Path, capsys):
    """Beside those that the file fails."""
    ledger = clashing.with_name("l.csv")
    arguments = ["scan", "--data", str(clashing), "--symbols", "ZZZ,AAA", "--ledger", str(ledger)]
    assert run(arguments) == 1
    outcomes = pd.read_csv(ledger).set_index("symbol")["outcome"].to_dict()
    assert outcomes == {"ZZZ": "fetch.no_data", "AAA": "fetch.duplicate_rows"}


def test_the_error_crosses_processes_with_its_entries(clashing: Path):
    """As every error does."""
    with pytest.raises(NothingToScanError) as caught:
        run_scan(ScanConfig(provider="files", data=str(clashing)))
    error = pickle.loads(pickle.dumps(caught.value))
    assert error.entries[0][:2] == ("AAA", "fetch.duplicate_rows")
    assert (error.as_of, str(error)) == ("2024-03-08", str(caught.value))
