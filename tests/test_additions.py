"""An addition touches the files that docs/architecture.md names for it, and no other.

Each test copies the package, adds a toy there as the page says, and uses it in a fresh process.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.additions import Checkout

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| an? ([a-z ]+) \| (\d+) \| (.*) \|$", re.MULTILINE)
PROMISED = {
    what: (int(files), re.findall(r"`([^`]+)`", where))
    for what, files, where in ROW.findall(
        (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    )
}
"""What is added → how many files it touches, and those files or the folders they are in."""
BARS = """
import datetime as dt
import numpy as np
from technic import ScanConfig, run_scan
from technic.sessions import build_calendar
from technic.testing import FakeProvider, make_bars

sessions = build_calendar(2024).last(320, np.datetime64("2024-03-08"))
bars = make_bars(["AA", "BB", "CC"], sessions)
provider, now = FakeProvider(bars), dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)


def scan(**what):
    return run_scan(ScanConfig(**what), provider=provider, now=now)


def last(field, symbol, n=1):
    values = getattr(bars, field)[bars.column == bars.symbols.index(symbol)]
    return values[-n:].tolist()
"""
"""What begins most programs: a made-up market, a scan of it, and its last bars."""


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A copy of the package's sources."""
    return Checkout.of(ROOT / "src" / "technic", tmp_path)


def assert_touched(checkout: Checkout, what: str) -> None:
    """The files that differ from the repository's are as many as promised, and where promised."""
    count, places = PROMISED[what]
    touched = checkout.touched()
    assert len(touched) == count == len(places)
    for place in sorted(places, key=lambda place: place.endswith("/")):
        (file,) = [one for one in touched if one == place or f"{Path(one).parent}/" == place]
        touched.remove(file)


def test_every_addition_of_the_page_has_a_test_here():
    """And each promise names as many places as files."""
    assert set(PROMISED) == {
        "column",
        "language function",
        "indicator",
        "setup",
        "provider",
        "runner",
        "export format",
    }


def test_a_column_is_one_entry(checkout: Checkout):
    """It is in the table, may be filtered by and says what it needs."""
    entry = 'Column("toy_gap", "%", "percent_from(open, close[2])", "A toy."),'
    checkout.insert("columns/declarations.py", "_MOMENTUM = (\n", f"    {entry}\n")
    assert_touched(checkout, "column")
    checkout.run(f"""{BARS}
from technic.columns import COLUMNS
table = scan(columns=("toy_gap",), where="toy_gap > -1000").table.set_index("symbol")
for symbol in bars.symbols:
    before, *_ = last("close", symbol, 3)
    (open_,) = last("open", symbol)
    assert abs(table.toy_gap[symbol] - (open_ / before - 1) * 100) < 1e-9
assert COLUMNS["toy_gap"].lookback == 3
""")


def test_a_language_function_is_one_entry(checkout: Checkout):
    """Scans can say it, and its arguments are checked like all others."""
    checkout.insert(
        "language/functions/volatility.py",
        "VOLATILITY = (\n",
        """    point(
        "toy_span",
        (number("times", 1),),
        lambda high, low, times: (high - low) * times,
        "A toy.",
        fields=("high", "low"),
    ),
""",
    )
    assert_touched(checkout, "language function")
    checkout.run(f"""{BARS}
from technic.errors import ExpressionError
table = scan(columns=("span = toy_span(2)",)).table.set_index("symbol")
for symbol in bars.symbols:
    (high,), (low,) = last("high", symbol), last("low", symbol)
    assert abs(table.span[symbol] - 2 * (high - low)) < 1e-9
try:
    scan(where="toy_span(close) > 1")
except ExpressionError as error:
    assert "times" in str(error)
else:
    raise AssertionError
""")


def test_an_indicator_is_kernel_function_and_column(checkout: Checkout):
    """The column is the kernel's last row."""
    checkout.append(
        "indicators/trend.py",
        '''

def toy_mean(high: FloatArray, low: FloatArray, timeperiod: int = 3) -> FloatArray:
    """Mean of the bars' middles."""
    return sma((high + low) / 2.0, timeperiod)
''',
    )
    checkout.insert(
        "language/functions/averages.py",
        "AVERAGES = (\n",
        """    window(
        "toy_mean",
        (bars("timeperiod", 3),),
        trend.toy_mean,
        "A toy.",
        "a toy",
        fields=("high", "low"),
    ),
""",
    )
    entry = 'Column("toy_mean_4", "price", "toy_mean(4)", "A toy."),'
    checkout.insert("columns/declarations.py", "_TREND = (\n", f"    {entry}\n")
    assert_touched(checkout, "indicator")
    checkout.run(f"""{BARS}
table = scan(columns=("toy_mean_4",)).table.set_index("symbol")
for symbol in bars.symbols:
    pairs = zip(last("high", symbol, 4), last("low", symbol, 4), strict=True)
    middles = [(high + low) / 2 for high, low in pairs]
    assert abs(table.toy_mean_4[symbol] - sum(middles) / 4) < 1e-9
""")


def test_a_setup_is_one_file(checkout: Checkout):
    """It is listed with the others and scanned by its name."""
    checkout.create(
        "setups/scans/toy.toml",
        """title = "Toy"
meaning = "The last close is that of AA."
source = "a toy"
rank_by = "close:desc"

[conditions]
just_so = "close == 1"
""",
    )
    assert_touched(checkout, "setup")
    said = checkout.run(f"""{BARS}
from technic.setups import load_setups
assert not len(scan(setups=load_setups("toy")).table)
bars.close[bars.column == 0] = bars.open[bars.column == 0] = 1.0
bars.low[bars.column == 0], bars.high[bars.column == 0] = 0.9, 1.1
assert scan(setups=load_setups("toy")).table.symbol.tolist() == ["AA"]
assert cli("setups") == 0
""")
    assert "toy" in said.stdout


def test_a_provider_is_a_module_an_entry_and_a_key(checkout: Checkout):
    """The one of docs/providers.md: asked over HTTP by its name, its key from the environment."""
    page = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
    example = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)[0]
    checkout.create("data_engine/providers/vendors/toy.py", example)
    checkout.insert(
        "data_engine/open_vendor.py",
        "VENDORS: Mapping[str, Vendor] = MappingProxyType(\n    {\n",
        '        "toy": Vendor(_toy),\n',
    )
    checkout.insert_before(
        "data_engine/open_vendor.py",
        "def _key(",
        """def _toy(settings: Settings) -> RemoteProvider:
    from technic.data_engine.providers.vendors.toy import ToyProvider

    return ToyProvider(_key("toy_key", settings.toy_key))


""",
    )
    field = '    toy_key: str | None = _key("Your key at Toy.", secret=True)\n'
    checkout.insert_before("settings/settings.py", "    loopback_url: str", field)
    assert_touched(checkout, "provider")
    said = checkout.run("""
import datetime as dt, json, os
from pathlib import Path
from technic.data_engine.interfaces.transport import HttpResponse
from technic.data_engine.network import aiohttp_transport
from technic.data_engine.network.function_transport import FunctionTransport


def vendor(request):
    assert request.headers["Authorization"] == "Bearer secret"
    bar = {"open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0, "volume": 5000}
    body = json.dumps([{"day": "2024-03-08", **bar}])
    return HttpResponse(200, {"content-type": "application/json"}, body.encode())


aiohttp_transport.AiohttpTransport = lambda _: FunctionTransport(vendor)
from technic import get_price_history
from technic.data_engine.open_provider import open_provider
from technic.sessions import build_calendar
from technic.settings import load_settings
settings, now = load_settings(os.environ, Path.cwd()), dt.datetime(2024, 3, 9, 12, tzinfo=dt.UTC)
provider = open_provider("toy", build_calendar(2024), settings=settings, now=lambda: now)
frame = get_price_history("BRK.B", 1, provider=provider, settings=settings, now=now)
assert frame.Close.tolist() == [11.0] and frame.index[0] == dt.datetime(2024, 3, 8)
cli("scan", "--help")
del os.environ["TECHNIC_TOY_KEY"]
assert cli("scan", "--provider", "toy") == 2
""")
    assert "toy" in said.stdout
    assert "TECHNIC_TOY_KEY" in said.stderr


def test_a_runner_is_a_module_and_an_entry(checkout: Checkout):
    """Config, command line and result know its name."""
    checkout.create(
        "engine/toy.py",
        '''"""A toy."""

from technic.engine.local import LocalRunner


class ToyRunner(LocalRunner):
    """Runs as the local one."""

    name = "toy"
''',
    )
    checkout.insert("engine/open.py", 'Literal["auto", "local"', ', "toy"')
    checkout.insert_before(
        "engine/open.py",
        "_RUNNERS: Mapping",
        """def _toy(_: str | None) -> AbstractContextManager[Runner]:
    from technic.engine.toy import ToyRunner

    return nullcontext(ToyRunner())


""",
    )
    checkout.insert(
        "engine/open.py", '    "local": _Entry(_local),\n', '    "toy": _Entry(_toy),\n'
    )
    assert_touched(checkout, "runner")
    said = checkout.run(f"""{BARS}
result = scan(runner="toy")
assert result.runner.ran == "toy"
assert result.table.equals(scan().table)
cli("scan", "--help")
""")
    assert "toy" in said.stdout


def test_an_export_format_is_a_module_and_an_entry(checkout: Checkout):
    """The ending of a file means it, the command line offers it."""
    checkout.create(
        "export/toy.py",
        '''"""A toy: the symbols, one a line."""

from technic.export.rendered import Rendered


def render(result, limit=None):
    """Return the symbols."""
    return Rendered.of_text("\\n".join(result.rows(limit)["symbol"]))
''',
    )
    checkout.insert("export/formats.py", 'FormatName = Literal["csv"', ', "toy"')
    entry = '        "toy": Format("technic.export.toy", ".toy"),\n'
    checkout.insert_before("export/formats.py", '        "tradingview": Format(', entry)
    assert_touched(checkout, "export format")
    said = checkout.run(f"""{BARS}
from pathlib import Path
from technic.export import format_of, write
out = Path("scan.toy")
assert format_of(out) == "toy"
write(scan(sort="symbol"), "toy", None, out)
assert out.read_text() == "AA\\nBB\\nCC"
cli("scan", "--help")
assert cli("scan", "--out", "scan.nope") == 2
""")
    assert "toy" in said.stdout
    assert ".toy" in said.stderr
