"""docs/syncing.md names every key that plan, sync and data print, and no other."""

from __future__ import annotations

import json
import re
from pathlib import Path

from support.loopback import small
from technic.loopback import LoopbackServer

PAGE = Path(__file__).resolve().parents[2] / "docs" / "syncing.md"


def keys_of(command: str) -> set[str]:
    """Keys in the first column of a command's table."""
    text = PAGE.read_text(encoding="utf-8")
    table = text.split(f"| key of `{command}` |", 1)[1].split("\n\n", 1)[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}


def test_every_key_is_documented(technic, monkeypatch, tmp_path):
    """Each command's object against the page."""
    monkeypatch.setenv("TECHNIC_STORE", str(tmp_path / "store"))
    options = ("--provider", "loopback", "--format", "json")
    with LoopbackServer(small()) as server:
        monkeypatch.setenv("TECHNIC_LOOPBACK_URL", server.url)
        plan = json.loads(technic("plan", "--days", "3", *options).out)
        sync = json.loads(technic("sync", "--days", "3", *options).out)
    assert set(plan) == keys_of("plan")
    assert set(sync) == keys_of("sync")
    assert set(sync["plan"]) <= set(plan)
    info = json.loads(technic("data", "info", *options).out)
    sentence = PAGE.read_text(encoding="utf-8").split("`data info` prints", 1)[1]
    assert set(info) == set(re.findall(r"`(\w+)`", sentence.split(";", 1)[0]))
