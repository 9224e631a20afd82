"""`technic mcp`: a child process, asked by the protocol's own client."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import anyio
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from service.conftest import small_market
from technic.service.agents.fitting import MOST_BYTES


def test_an_agent_on_this_machine_needs_no_key(tmp_path: Path) -> None:
    """It scans what the settings say; its scans go with it, the trials of its studies stay."""
    (tmp_path / "prices.csv").write_bytes(small_market())
    (tmp_path / "tmp").mkdir()
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "technic", "mcp"],
        cwd=tmp_path,
        env={
            "PYTHONPATH": os.pathsep.join(sys.path),
            "TECHNIC_HOME": str(tmp_path / "home"),
            "TECHNIC_PROVIDER": "files",
            "TECHNIC_DATA": str(tmp_path / "prices.csv"),
            "TMPDIR": str(tmp_path / "tmp"),
        },
    )

    async def ask() -> list[Any]:
        question = {"where": "close > sma(close, 20)"}
        async with Client(stdio_client(server)) as client:
            names = {one.name for one in (await client.list_tools()).tools}
            calls = [
                ("diff", {"question": question, "change": "left"}),
                ("study", {"question": question, "first": "2024-01-02", "last": "2024-02-01"}),
                ("explain", {"symbol": "S03"}),
                ("scan", {"question": {"data": "prices.csv"}}),
            ]
            return [names, *[await client.call_tool(*call) for call in calls]]

    names, difference, worth, explained, refused = anyio.run(ask)
    assert len(names) == 9
    for one in (difference, worth, explained):
        assert not one.is_error, one.content
        assert len(one.content[0].text.encode()) <= MOST_BYTES
    assert difference.structured_content["about"]["as_of"] == "2024-03-08"
    assert difference.structured_content["counts"]["left"] == 2
    assert worth.structured_content["job"]["state"] == "done"
    assert "was uploaded" in refused.content[0].text
    assert not list((tmp_path / "tmp").iterdir())
    assert not (tmp_path / "home" / "service").exists()
    assert list((tmp_path / "home").rglob("*.jsonl"))
