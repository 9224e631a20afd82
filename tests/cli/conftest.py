"""A small market in files, and a way to run command lines on it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from technic.cli.entry import run
from technic.sessions import build_calendar
from technic.testing import make_bars

SYMBOLS = ("ALFA", "BRAV", "CHAR", "DELT", "ECHO", "FOXT", "GOLF", "HOTE")
LAST = "2024-03-08"


@dataclass(frozen=True)
class Ran:
    """What a command line did."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def prices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bars of eight made-up symbols in one CSV; HOTE ends 20 sessions early."""
    sessions = build_calendar(2024).last(320, np.datetime64(LAST))
    bars = make_bars(SYMBOLS, sessions, seed=3)
    frame = pd.DataFrame(
        {
            "symbol": np.array(bars.symbols)[bars.column],
            "date": bars.session.astype(str),
            **{name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")},
        }
    )
    late = (frame["symbol"] == "HOTE") & (frame["date"] > str(sessions[-21]))
    path = tmp_path_factory.mktemp("market") / "prices.csv"
    frame[~late].to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def listings(prices: Path) -> Path:
    """Listings of the eight symbols, a warrant, and a company without bars."""
    rows = [
        (symbol, f"{symbol.title()} Industries Inc.", "Energy" if i % 2 else "Technology", i * 1e9)
        for i, symbol in enumerate(SYMBOLS, 1)
    ]
    rows += [("ALFAW", "Alfa Industries Inc. Warrant", "Energy", 1e6)]
    rows += [("NONE", "Nonesuch Corp. Common Stock", "Energy", 1e9)]
    path = prices.with_name("listings.csv")
    columns = ["symbol", "company", "sector", "market_cap"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    written = np.datetime64(LAST, "s").astype(int)
    os.utime(path, (written, written))  # else its market caps would be of today
    return path


@pytest.fixture
def technic(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run one command line in this process."""

    def call(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run([str(one) for one in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return call


@pytest.fixture
def scan(technic: Callable[..., Ran], prices: Path, listings: Path) -> Callable[..., Ran]:
    """Run ``technic scan`` on the small market."""

    def call(*arguments: object) -> Ran:
        return technic("scan", "--data", prices, "--universe", listings, *arguments)

    return call
