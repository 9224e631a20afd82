"""``technic sync`` against the loopback provider: asked once, kept, accounted for."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace

import pytest

from support.heeding import heeding_python
from support.loopback import small
from support.nobody import nobody
from technic.data_engine.interfaces.transport import HttpRequest
from technic.loopback import FaultRules, Loopback, LoopbackServer
from technic.loopback.core import Answer

PATIENCE = 300


@pytest.fixture
def market(monkeypatch, tmp_path):
    """A running market of 300 symbols that the settings point to, and an empty store."""
    with LoopbackServer(small()) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        monkeypatch.setenv("TECHNIC_STORE", str(tmp_path / "store"))
        yield server


@pytest.fixture
def sync(technic):
    """Run ``technic sync --provider loopback``."""

    def call(*arguments):
        return technic("sync", "--provider", "loopback", *arguments)

    return call


def test_a_sync_asks_what_was_planned_and_the_next_one_nothing(sync, market):
    """Thirty whole-market days and a page of splits; then not one request for bars."""
    first = sync("--days", "30", "--format", "json")
    assert first.code == 0, first.err
    found = json.loads(first.out)
    assert (found["plan"]["requests"], found["plan"]["gap"]) == (30, 0)
    assert found["requests_by_kind"] == {"market_day": 30}
    assert market.stats.by_endpoint == {"tickers": 1, "grouped": 30, "splits": 1}
    assert found["requests"] == 31
    assert found["complete"] + found["failed"] == found["symbols"]
    assert found["success_pct"] > 95
    assert found["simulated"] is True
    assert found["bars"] > 5_000
    again = json.loads(sync("--days", "30", "--format", "json").out)
    assert (again["requests"], again["bars"], again["from_store"]) == (0, 0, found["symbols"])
    assert market.stats.by_endpoint["grouped"] == 30


def test_a_plan_counts_what_the_store_lacks(sync, technic, market):
    """After a sync of ten days a plan of twelve has two to ask, the pre-screen's symbols too."""
    assert sync("--days", "10").code == 0
    options = ("--provider", "loopback", "--format", "json")
    synced = json.loads(technic("plan", "--days", "10", *options).out)
    assert (synced["requests"], synced["missing_cells"]) == (0, 0)
    assert synced["prescreen"]["without"] == 0
    longer = json.loads(technic("plan", "--days", "12", *options).out)
    assert (longer["requests"], longer["prescreen"]["without"]) == (2, 2)
    assert longer["missing_cells"] == 2 * longer["symbols"]


def test_people_see_plan_and_result(sync, market):
    """First what will be asked, then what came of it; made-up data says so."""
    ran = sync("--days", "30", "--dividends")
    assert ran.code == 0, ran.err
    head, result = ran.out.split("\n\n")
    assert "SIMULATED" in head
    assert "requests     30 · market_day 30" in head
    assert "30 (proven to be the fewest)" in head
    assert "symbols (9" in result or "symbols (100" in result
    assert "0 retries" in result
    assert "dividends" in result
    assert "nothing is missing" in sync("--days", "30").out


def test_faults_are_survived_and_counted(technic, monkeypatch, tmp_path):
    """Some requests are refused, some fail; everything comes, and retries are shown."""
    rules = FaultRules(throttled=0.04, server_error=0.1, seed=5)
    monkeypatch.setenv("TECHNIC_STORE", str(tmp_path / "store"))
    with LoopbackServer(small(faults=rules)) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        ran = technic("sync", "--provider", "loopback", "--days", "30", "--format", "json")
        found = json.loads(ran.out)
        assert ran.code == 0
        assert found["retries"] == sum(found["errors"].values()) > 0
        assert set(found["errors"]) == {"throttled", "unavailable"}
        server.loopback.set_faults(FaultRules(server_error=0.1, seed=5))
        scan = technic("scan", "--provider", "loopback", "--bars", "20", "--limit", "1")
    assert " retries" in scan.out


def test_too_few_symbols_are_exit_code_1_and_named(sync, market, tmp_path):
    """Two symbols that nobody has: both are named, and stand in the file."""
    path = tmp_path / "missing.csv"
    arguments = ("--days", "20", "--symbols", "NZAT,NOSUCHA,NOSUCHB", "--failures", path)
    ran = sync(*arguments)
    assert ran.code == 1
    assert "only 1 of 3 symbols is complete (33.3 %), --min-success is 95" in ran.err
    assert "NOSUCHA · NOSUCHB" in ran.out
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["symbol"], row["reason"]) for row in rows] == [
        ("NOSUCHA", "no_data"),
        ("NOSUCHB", "no_data"),
    ]
    assert sync(*arguments, "--min-success", "30").code == 0
    ran = sync(*arguments, "--format", "json")
    assert ran.code == 1
    assert [one["symbol"] for one in json.loads(ran.out)["failures"]] == ["NOSUCHA", "NOSUCHB"]


def test_what_needs_no_sync_is_said_in_a_sentence(technic):
    """The demo market and files are there already; exit code 2."""
    for name, text in (("demo", "the demo provider makes its bars"), ("files", "where they are")):
        ran = technic("sync", "--provider", name)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.count("\n") == 1
        assert text in ran.err


def test_a_universe_of_which_nothing_is_left_is_not_synced(sync, market, tmp_path):
    """Not one request, and a sentence instead of a success of nothing."""
    path = tmp_path / "listings.csv"
    path.write_text("symbol,company\nAAAW,Aaa Warrant\n", encoding="utf-8")
    ran = sync("--universe", path)
    assert (ran.code, ran.out) == (1, "")
    assert "the pre-screen leaves none of 1 symbol" in ran.err
    assert market.stats.requests == 0


def test_without_a_market_one_sentence_says_what_starts_it(sync, monkeypatch):
    """Nothing listens on the port that the settings name."""
    with nobody() as address:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", f"http://{address}")
        ran = sync("--days", "5")
    assert (ran.code, ran.out) == (1, "")
    assert "technic marketsim starts the market" in ran.err


def test_wrong_usage_is_found_before_anything_is_asked(sync, market):
    """A failures file of another kind, a share beyond 100."""
    for arguments in (("--failures", "list.txt"), ("--min-success", "101"), ("--days", "0")):
        assert sync(*arguments).code == 2
    assert market.stats.requests == 0


class Stalling(Loopback):
    """A market that answers 80 whole days and then nobody any more; ``stalls`` is set by then."""

    stalls: threading.Event

    def answer(self, request: HttpRequest) -> Answer:
        """Answer as ever, or never."""
        answer = super().answer(request)
        if self.stats.by_endpoint["grouped"] <= 80:
            return answer
        self.stalls.set()
        return replace(answer, travel="never")


IGNORED_CTRL_C = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable]
"""How a shell starts what runs in the background."""
NOHUP = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", sys.executable]


@pytest.mark.parametrize(
    ("number", "python"),
    [
        (signal.SIGINT, heeding_python()),
        (signal.SIGTERM, heeding_python()),
        (signal.SIGHUP, heeding_python()),
        (signal.SIGTERM, IGNORED_CTRL_C),
    ],
    ids=["SIGINT", "SIGTERM", "SIGHUP", "SIGTERM in the background"],
)
def test_an_interrupted_sync_keeps_what_has_arrived(number, python, technic, monkeypatch, tmp_path):
    """Ctrl-C in the middle: exit code 130, one sentence; the next sync asks only for the rest."""
    monkeypatch.setenv("TECHNIC_STORE", str(tmp_path / "store"))
    days = 100
    market = Stalling(small().world)
    market.stalls = threading.Event()
    with LoopbackServer(market) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        command = [*python, "-c", "from technic.cli import main; main()", "sync"]
        command += ["--provider", "loopback", "--days", str(days), "--quiet"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
        ) as process:
            assert market.stalls.wait(PATIENCE)
            process.send_signal(number)
            _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130, errors.decode()
        assert errors.decode().count("\n") == 1
        assert "interrupted; what arrived is kept in" in errors.decode()
    with LoopbackServer(small()) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        ran = technic("sync", "--provider", "loopback", "--days", days, "--format", "json")
        assert ran.code == 0
        assert 0 < server.stats.by_endpoint["grouped"] < days
        assert json.loads(ran.out)["plan"]["requests"] == server.stats.by_endpoint["grouped"]


class Telling(Loopback):
    """A market that calls ``then`` once, when ten whole days have been asked."""

    then = None

    def answer(self, request: HttpRequest) -> Answer:
        """Answer as ever."""
        if self.then is not None and self.stats.by_endpoint["grouped"] >= 10:
            then, self.then = self.then, None
            then()
        return super().answer(request)


def test_a_sync_under_nohup_goes_on_without_its_terminal(monkeypatch, tmp_path):
    """SIGHUP stays ignored where it was: the sync comes to its end."""
    monkeypatch.setenv("TECHNIC_STORE", str(tmp_path / "store"))
    market = Telling(small().world)
    with LoopbackServer(market) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        command = [*NOHUP, "-c", "from technic.cli import main; main()", "sync"]
        command += ["--provider", "loopback", "--days", "20", "--quiet"]
        started = threading.Event()
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
        ) as process:
            market.then = lambda: (process.send_signal(signal.SIGHUP), started.set())
            _, errors = process.communicate(timeout=PATIENCE)
        assert started.is_set()
        assert process.returncode == 0, errors.decode()
        assert server.stats.by_endpoint["grouped"] == 20
