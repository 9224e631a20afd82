"""The folders of cases that lie beside the test data: each does what its ``cmd`` expects.

One function a case, named after its folder, which gets the path of a copy of it. The folders are
found beside the folder of the real data; where they are not there, all are skipped.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from technic.cli.entry import run

RENAMED = {
    "technic.data_engine.providers.yahoo ": "technic.data_engine.providers.vendors.yahoo ",
    "from technic.data_engine.requests ": "from technic.data_engine.interfaces.requests ",
    "from technic.data_engine.transport import FunctionTransport, HttpResponse":
        "from technic.data_engine.transport import HttpResponse\n"
        "from technic.data_engine.network.function_transport import FunctionTransport",
    "from technic.data_engine.transport ": "from technic.data_engine.interfaces.transport ",
    "from technic.data_engine.stored ": "from technic.data_engine.sync.store_provider ",
    "from technic.data_engine.sync import": "from technic.data_engine.sync.syncer import",
    "cal,lambda:now)": "cal,lambda:now,open_transport=prov.open_transport)",
}  # fmt: skip
"""What scripts of cases call by the names of their day, and today's; applied in this order."""


class Scanned:
    """What one ``technic scan`` said: exit code, stderr, the document, and the ledger's file."""

    def __init__(
        self, data: str, folder: Path, capsys: pytest.CaptureFixture[str], *options: str
    ) -> None:
        ledger = folder / "ledger-of-the-test.csv"
        ledger.unlink(missing_ok=True)
        command = ["scan", "--data", str(folder / data), "--format", "json", "--limit", "0"]
        given = [str(folder / one) if one.endswith(".csv") else one for one in options]
        self.code = run([*command, "--ledger", str(ledger), *given])
        out, err = capsys.readouterr()
        self.err = " ".join(err.split())
        self.document = json.loads(out) if out else {}
        self.warnings = " | ".join(self.document.get("warnings", ()))
        self.ledger = {}
        if ledger.exists():
            with ledger.open(newline="") as file:
                self.ledger = {row["symbol"]: row for row in csv.DictReader(file)}

    @property
    def kept(self) -> int:
        """How many symbols are in the table."""
        return len(self.document["rows"])


@pytest.fixture
def case(request: pytest.FixtureRequest, real_data: Path, tmp_path: Path) -> Path:
    """A copy of the folder after which the test is named: ``test_01_…`` has ``01-…``."""
    number = re.fullmatch(r"test_(\d\d)_.*", request.function.__name__)[1]
    folder = next(real_data.parent.glob(f"cases/{number}-*"), None)
    if folder is None:
        pytest.skip(f"there is no case {number} in {real_data.parent / 'cases'}")
    return Path(shutil.copytree(folder, tmp_path / folder.name))


@pytest.fixture
def scan(case: Path, capsys: pytest.CaptureFixture[str], monkeypatch, tmp_path: Path):
    """Scan a file or folder of the case with a home of its own."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "300")
    return lambda data, *options: Scanned(data, case, capsys, *options)


def script(case: Path, name: str, *arguments: str) -> list[str]:
    """Run a script of the case in a process of its own; return the lines it prints."""
    text = (case / name).read_text()
    for old, new in RENAMED.items():
        text = text.replace(old, new)
    (case / name).write_text(text)
    command = [sys.executable, name, *arguments]
    environment = {**os.environ, "TECHNIC_HOME": str(case / "home")}
    done = subprocess.run(
        command, cwd=case, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("name", "day"), [("saturday", "2024-03-08"), ("thanksgiving", "2023-11-22")]
)
def test_01_last_day_no_session(scan, name: str, day: str):
    """The last session is taken, the rows after it are left out and counted."""
    done = scan(f"{name}.csv")
    assert (done.code, done.kept, done.document["as_of"]) == (0, 3, day)
    assert done.document["stats"]["batch"]["bars_left_out"] == 3
    assert "left out 3 rows: 3 on no session" in done.warnings


def test_01_last_day_no_session_of_evenings_in_utc(scan):
    """What part of the rows lies on no session, and that a time zone is suspected."""
    done = scan("after_hours_utc.csv")
    assert done.code == 2
    assert "195 of 900 rows (21.7 %) lie on no session" in done.err
    assert "time zone" in done.err
    assert done.err.count("after_hours_utc.csv") == 1


@pytest.mark.parametrize(("name", "day"), [("1989", "1989-12-29"), ("1975", "1975-03-07")])
def test_02_before_1990(scan, name: str, day: str):
    """A scan as of the last day."""
    done = scan(f"to_{name}.csv")
    assert (done.code, done.kept, done.document["as_of"]) == (0, 3, day)


@pytest.mark.parametrize("name", ["plain", "stooq"])
def test_03_one_empty_file_refuses_folder(scan, name: str):
    """The empty file is its symbol's entry; all others are scanned."""
    done = scan(name)
    assert done.code == 0
    assert done.ledger.pop("DDD")["outcome"] == "fetch.unreadable_file"
    assert {row["outcome"] for row in done.ledger.values()} == {"kept"}
    assert done.kept == len(done.ledger) >= 2


def test_03_one_empty_file_refuses_folder_of_days(scan):
    """The day has no rows: the scan goes on and says so."""
    done = scan("days")
    assert (done.code, done.kept) == (0, 3)
    assert "2024-01-01.csv: has a header but no rows" in done.warnings


def test_08_price_cache_one_bad_symbol(case: Path):
    """The others are scanned, whatever is wrong with one frame."""
    lines = dict(line.split(" {", 1) for line in script(case, "frames.py"))
    assert len(lines) == 6
    for name, counts in lines.items():
        kept = int(re.search(r"'kept': (\d+)", counts)[1])
        assert kept == 101 or (kept == 100 and "'fetch." in counts), name
    assert "'fetch.duplicate_rows': 1" in lines["row twice, another price"]
    assert "'fetch.unreadable_frame': 1" in lines["None"]


def test_09_yahoo_live_row(case: Path):
    """The live quote is left out, and costs no request."""
    assert script(case, "read.py") == ["['2024-03-07' '2024-03-08']"]
    plain, live = (script(case, "sync.py", *arguments) for arguments in ((), ("live",)))
    assert plain == live == ["requests 3 bars 60 {}"]


def test_15_dates_shifted(scan):
    """Said before the gate takes all."""
    done = scan("utc_midnight_as_new_york.csv")
    assert done.code == 2
    assert re.search(r"192 of 900 rows .* lie on no session, .* Sundays: .* shifted", done.err)


def test_17_weekly_bars(scan):
    """Named as what they are."""
    done = scan("weekly.csv")
    assert done.code == 2
    assert "one bar a week: these are weekly bars, daily ones are needed" in done.err


def test_23_rows_left_out_unsaid(scan):
    """One line on the terminal, and the cause in the ledger's detail."""
    holidays = scan("holiday_rows.csv")
    assert "left out 5 rows: 5 on no session" in holidays.warnings
    assert "5 of 305 rows on no session" in holidays.ledger["AAA"]["detail"]
    volume = scan("no_volume.csv")
    assert "left out 300 rows: 300 without volume" in volume.warnings
    assert volume.ledger["AAA"]["outcome"] == "gate.few_bars"
    assert "300 of 300 rows without volume" in volume.ledger["AAA"]["detail"]


@pytest.mark.parametrize(
    ("name", "rows"),
    [("london_midnight_utc_text", 96), ("new_york_midnight_fixed_offset_text", 105)],
)
def test_24_half_year_shift(scan, name: str, rows: int):
    """Each bar of the summer lies a day early."""
    done = scan(f"{name}.csv")
    assert done.code == 2
    assert f"{rows} of 900 rows" in done.err
    assert "Sundays of summer time" in done.err
    assert "time zone" in done.err


def test_24_half_year_shift_right_and_tokyo(scan):
    """Right dates are scanned without a word; those of Tokyo lie a day late all year."""
    right = scan("right.csv")
    assert (right.code, right.kept) == (0, 3)
    assert "no session" not in right.warnings
    tokyo = scan("close_in_tokyo_time.csv")
    assert tokyo.code == 2
    assert "Saturdays" in tokyo.err
    assert "day late" in tokyo.err


CLOSES = {"AAA": 36.582, "BBB": 45.661, "CCC": 72.6015}
"""Most folders hold these three, and their last closes."""


def closes(done: Scanned) -> dict[str, float]:
    """Symbols and closes of a scan that worked."""
    assert done.code == 0, done.err
    return {row["symbol"]: row["close"] for row in done.document["rows"]}


@pytest.mark.parametrize(("name", "options"), [("stooq", ("--universe", "listings.csv")),
                                               ("AAA.us.txt", ())])  # fmt: skip
def test_04_us_suffix_inside(scan, name: str, options: tuple[str, ...]):
    """One rule for the suffix, wherever the symbol is written."""
    found = closes(scan(name, *options))
    assert found == (CLOSES if options else {"AAA": CLOSES["AAA"]})


@pytest.mark.parametrize("options", [(), ("--universe", "listings.csv")], ids=["alone", "universe"])
@pytest.mark.parametrize("name", ["tradingview", "alphavantage"])
def test_05_file_name_taken_for_symbol(scan, name: str, options: tuple[str, ...]):
    """The well-known names are understood."""
    assert closes(scan(name, *options)) == CLOSES


def test_05_file_name_taken_for_symbol_in_doubt(scan):
    """A name that is no symbol is doubted, and an option says how the symbol stands in it."""
    done = scan("nasdaq")
    assert done.code == 2
    assert "no symbol in the names of its files, such as 'HistoricalData_1709900000000'" in done.err
    assert '--symbol-from "REGEX"' in done.err
    found = closes(scan("nasdaq", "--symbol-from", r"_\d+(\d)"))
    assert sorted(found.values()) == sorted(round(close, 2) for close in CLOSES.values())


def test_06_mt5_tick_volume(scan):
    """Read where the volume is zero on every row, and said."""
    done = scan("mt5")
    assert closes(done) == CLOSES
    assert "column '<VOL>' is zero on every row; '<TICKVOL>' is taken for it" in done.warnings


@pytest.mark.parametrize("name", ["AAA", "download_many", "group_by_ticker"])
def test_07_yfinance_two_level_columns(scan, name: str):
    """What to_csv writes of yf.download's frames."""
    wanted = {"AAA": CLOSES["AAA"]} if name == "AAA" else CLOSES
    assert closes(scan(f"{name}.csv")) == wanted


def test_07_yfinance_two_level_columns_of_one_ticker(case: Path):
    """The frame itself, as yf.download returns it."""
    read = 'w = pd.read_csv("download_many.csv", header=[0, 1], index_col=0, parse_dates=True)\n'
    lines = (case / "frames.py").read_text().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("w")]
    (case / "frames.py").write_text("".join([*kept[:2], read, *kept[2:]]))
    assert "'kept': 1" in script(case, "frames.py")[-1]


def test_10_adjusted_close_not_used(scan):
    """An option applies the file's own factor; the warning that names the column offers it."""
    raw = scan("raw_with_adjusted_close.csv")
    assert "--adjust-by adjusted_close" in raw.warnings
    right = scan("same_adjusted.csv")
    adjusted = scan("raw_with_adjusted_close.csv", "--adjust-by", "adjusted_close")
    assert closes(adjusted) == closes(right)
    ratings = [
        {row["symbol"]: row["tech_rating"] for row in done.document["rows"]}
        for done in (adjusted, right)
    ]
    assert ratings[0] == pytest.approx(ratings[1], abs=0.2)


@pytest.mark.parametrize(
    ("name", "spelling"),
    [("dd-mm-yyyy_slash", "%d/%m/%Y"), ("dd.mm.yyyy", "%d.%m.%Y"), ("m-d-yy", "%m/%d/%y"),
     ("mm-dd-yyyy", "%m-%d-%Y")],
)  # fmt: skip
def test_12_date_spellings(scan, name: str, spelling: str):
    """Refused with the option that reads them, which reads them."""
    refused = scan(f"{name}.csv")
    assert refused.code == 2
    assert f'--date-format "{spelling}"' in refused.err
    read = scan(f"{name}.csv", "--date-format", spelling)
    assert closes(read) == CLOSES
    assert read.document["as_of"] == "2024-03-08"


def test_12_date_spellings_of_month_names(scan):
    """No second reading is possible."""
    assert closes(scan("mon_d_yyyy.csv")) == CLOSES


@pytest.mark.parametrize("name", ["investing", "alpha_vantage_py", "mt4_no_header", "sep_line.csv",
                                  "preamble.csv", "yahoo_dividend_row"])  # fmt: skip
def test_13_layouts_refused(scan, name: str):
    """Each is read; the volumes and prices of one come rounded to cents."""
    wanted = CLOSES if name.endswith(".csv") else {"AAA": CLOSES["AAA"]}
    assert closes(scan(name)) == pytest.approx(wanted, abs=0.005)


@pytest.mark.parametrize("name", ["prices.xlsx", "nested", "symdirs", "csvdir"])
def test_14_folders_and_packed(scan, name: str):
    """Sub-folders and Excel are read."""
    wanted = {"AAA": CLOSES["AAA"]} if name == "csvdir" else CLOSES
    assert closes(scan(name)) == wanted


def test_16_mixed_last_days(scan):
    """The symbol that ends five sessions early is not ranked as of the last day, and said to be."""
    done = scan("prices.csv")
    assert closes(done) == {name: CLOSES[name] for name in ("BBB", "CCC")}
    assert done.ledger["AAA"]["outcome"] == "gate.stale"
    assert "last bar 2024-03-01, 5 sessions before" in done.ledger["AAA"]["detail"]
    assert {row["last_bar"] for row in done.document["rows"]} == {"2024-03-08"}


def test_21_plan_below_a_tick(scan):
    """No stop above the price: no plan, and why."""
    floors = ("--price-floor", "0", "--dollar-volume-floor", "0")
    (row,) = scan("prices.csv", *floors, "--symbols", "SUBP").document["rows"]
    assert row["plan_note"] == "the price is below ten ticks"
    assert [row[name] for name in ("entry", "stop", "target")] == [None] * 3


def test_22_csv_formulas(case: Path, capsys: pytest.CaptureFixture[str]):
    """Cells that begin a formula are guarded."""
    given = ["--data", case / "prices.csv", "--universe", case / "listings.csv"]
    assert run(["scan", *map(str, given), "--format", "csv", "--limit", "0", "--quiet"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    names = [row[name] for row in rows for name in ("company", "sector")]
    assert {'\'=HYPERLINK("http://x","y")', "'=1+1", "'+cmd", "'-x"} <= set(names)
    assert not [name for name in names if name[:1] in "=+-@"]


def test_every_case_has_a_test(real_data: Path):
    """Here, or among those of universes, watchlists and benchmarks."""
    folders = {path.name for path in real_data.parent.glob("cases/[0-9][0-9]-*")}
    here = Path(__file__)
    tested = set(re.findall(r"^def test_(\d\d)_", here.read_text("utf-8"), re.MULTILINE))
    others = here.with_name("test_universe_cases.py").read_text("utf-8")
    assert {
        name for name in folders if name[:2] not in tested and f'"{name}"' not in others
    } == set()
