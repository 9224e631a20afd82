"""``technic watch``: kept, listed, run, told, paused, removed; on the small market of files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from cli.conftest import Ran
from support.receiver import receiving

SECRET = "secret-of-a-command-test"


@pytest.fixture
def market(prices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that lacks the last session, and settings that name it."""
    frame = pd.read_csv(prices)
    path = tmp_path / "prices.csv"
    frame[frame["date"] < "2024-03-08"].to_csv(path, index=False)
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TECHNIC_DATA", str(path))
    return path


def grow(prices: Path, market: Path) -> None:
    """Let the last session come."""
    market.write_bytes(prices.read_bytes())


def test_from_a_condition_to_a_message(
    technic: Callable[..., Ran], prices: Path, market: Path, monkeypatch: pytest.MonkeyPatch
):
    """Kept, judged, and when the next session has come told over the wire, once."""
    with receiving() as receiver:
        target = f"webhook+http://{SECRET}@{receiver.address}/hook"
        monkeypatch.setenv("HOOK", target)
        added = technic(
            *("watch", "add", "above", "--where", "close > sma(close, 5)", "--to", "env:HOOK"),
            *("--on", "enter,leave", "--digest", "1"),
        )
        assert (added.code, added.out) == (0, "")
        assert added.err == "technic: watching above: close > sma(close, 5)\n"
        first = technic("watch", "run")
        begun = [
            post for post in receiver.posts if b'"enter"' in post.body or b'"leave"' in post.body
        ]
        grow(prices, market)
        again = technic("watch", "run")
        third = technic("watch", "run")
    assert "judged 2024-03-06, 2024-03-07" in first.out
    assert "judged 2024-03-08" in again.out
    assert "no new session" in third.out
    frame = pd.read_csv(prices)
    told = set()
    for post in receiver.posts[len(begun) :]:
        for event in json.loads(post.body)["events"]:
            if event["session"] == "2024-03-08" and event["symbol"]:
                told.add((event["symbol"], event["kind"]))
    expected = set()
    for symbol, closes in frame.groupby("symbol")["close"]:
        above = (closes > closes.rolling(5).mean()).tolist()
        if symbol != "HOTE" and above[-1] != above[-2]:
            expected.add((symbol, "enter" if above[-1] else "leave"))
    assert expected
    assert told == expected


def test_the_list_and_the_log_are_for_people_and_programs(
    technic: Callable[..., Ran], market: Path
):
    """Both formats, without the address of a target."""
    target = f"webhook+http://{SECRET}@127.0.0.1:9/{SECRET}"
    technic("watch", "add", "one", "--where", "close > 1", "--to", target, "--quiet", "22:00-07:30")
    technic("watch", "add", "two", "--setup", "vcp", "--set", "min_rs=60", "--leave", "close < 5")
    assert "nothing" in technic("watch", "log").out or "none" in technic("watch", "log").out
    technic("watch", "run")
    shown = technic("watch", "list")
    assert "setup vcp" in shown.out
    assert "webhook+http://127.0.0.1***" in shown.out
    found = json.loads(technic("watch", "list", "--format", "json").out)["watches"]
    assert [one["name"] for one in found] == ["one", "two"]
    assert found[1]["parameters"] == [["min_rs", 60.0]]
    assert found[0]["state"]["session"] == "2024-03-07"
    log = technic("watch", "log", "--format", "json")
    assert {one["watch"] for one in json.loads(log.out)["judgings"]} == {"one", "two"}
    assert "begins" in technic("watch", "log", "one").out
    every = "".join(one.out + one.err for one in (shown, log, technic("watch", "log")))
    assert SECRET not in every


def test_a_test_message_is_sent_at_once(technic: Callable[..., Ran], market: Path):
    """It says that it is a test; a target that does not take it is exit code 1."""
    with receiving() as receiver:
        target = f"webhook+http://{SECRET}@{receiver.address}/"
        technic("watch", "add", "one", "--where", "close > 1", "--to", target)
        sent = technic("watch", "test", "one")
        receiver.answers = [500]
        refused = technic("watch", "test", "one")
    assert (sent.code, refused.code) == (0, 1)
    content = json.loads(receiver.posts[0].body)
    assert content["short"] == "Test of the watch one: messages arrive here"
    assert "the receiver answered 500" in refused.err
    assert SECRET not in sent.err + refused.err
    technic("watch", "add", "quiet", "--where", "close > 1")
    assert technic("watch", "test", "quiet").code == 2


def test_pause_resume_remove(technic: Callable[..., Ran], market: Path):
    """A paused watch is not judged; a removed one is gone, its log is not."""
    technic("watch", "add", "one", "--where", "close > 1")
    technic("watch", "run")
    assert technic("watch", "pause", "one").err == "technic: paused one\n"
    assert "paused" in technic("watch", "list").out
    again = technic("watch", "add", "one", "--where", "close > 2", "--replace")
    assert "it is paused, technic watch resume one has it judged" in again.err
    assert technic("watch", "run").out.startswith("0 watches")
    assert technic("watch", "resume", "one").err == "technic: resumed one\n"
    assert technic("watch", "remove", "one").err == "technic: removed one\n"
    assert "no watches yet" in technic("watch", "list").out
    assert "begins" in technic("watch", "log").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "one"], "where is None"),
        (["add", "one", "--where", "close >"], "column"),
        (["add", "one", "--where", "smaa(close, 5) > 1"], "did you mean sma?"),
        (["add", "one", "--where", "close > 1", "--setup", "vcp"], "instead of it a setup"),
        (["add", "one", "--where", "close > 1", "--leave", "clsoe < 1"], "did you mean close?"),
        (["add", "one", "--setup", "vpc"], "the nearest: vcp"),
        (["add", "one", "--setup", "vcp", "--set", "nosuch=3"], "nosuch"),
        (["add", "one", "--where", "close > 1", "--set", "a=3"], "nothing without --setup"),
        (["add", "one/two", "--where", "close > 1"], "name is 'one/two'"),
        (["add", "one", "--where", "close > 1", "--quiet", "night"], "HH:MM-HH:MM"),
        (["add", "one", "--where", "close > 1", "--on", "never"], "enter, leave or both"),
        (["add", "one", "--where", "close > 1", "--minimum", "0"], "a whole number from 1"),
        (["add", "one", "--where", "close > 1", "--to", "nvda"], "an address such as"),
        (["pause", "nosuch"], "the name of a watch"),
        (["test", "nosuch"], "the name of a watch"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(
    technic: Callable[..., Ran], market: Path, arguments: list[str], said: str
):
    """Exit code 2, the parameter and what is allowed; nothing is kept."""
    ran = technic("watch", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert json.loads(technic("watch", "list", "--format", "json").out)["watches"] == []


def test_a_name_is_taken_once(technic: Callable[..., Ran], market: Path):
    """--replace puts another in its place; near names are suggested."""
    technic("watch", "add", "breakouts", "--where", "close > 1")
    twice = technic("watch", "add", "breakouts", "--where", "close > 2")
    assert twice.code == 2
    assert "--replace" in twice.err
    assert technic("watch", "add", "breakouts", "--where", "close > 2", "--replace").code == 0
    assert "close > 2" in technic("watch", "list").out
    assert "breakouts" in technic("watch", "pause", "breakout").err


def test_a_watch_that_cannot_run_is_exit_code_1(
    technic: Callable[..., Ran], market: Path, monkeypatch: pytest.MonkeyPatch
):
    """The file is gone: every watch says so, in the log too; where it lay is not told on."""
    technic("watch", "add", "one", "--where", "close > 1")
    market.unlink()
    ran = technic("watch", "run")
    assert ran.code == 1
    assert "watch one could not run: prices.csv: there is no such file" in ran.err
    assert "cannot run" in technic("watch", "list").out
    log = technic("watch", "log")
    assert " one: could not run (" in log.out
    unknown = technic("watch", "log", "oen")
    assert (unknown.code, "did you mean 'one'" in unknown.err) == (2, True)


def test_a_file_of_a_newer_version_is_refused(technic: Callable[..., Ran], tmp_path: Path):
    """In one sentence, with what to do."""
    import os
    import sqlite3

    home = Path(os.environ["TECHNIC_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    path = home / "watches.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("pragma user_version = 99")
    connection.close()
    ran = technic("watch", "list")
    path.unlink()
    assert ran.code == 1
    assert "a newer version of Technic wrote them" in ran.err
