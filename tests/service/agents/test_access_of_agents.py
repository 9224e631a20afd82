"""Who is let in under /mcp: keys and scopes of the service, its hosts, its rules on other sites."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from service.agents.conftest import Agents
from support.serving import serving
from technic.service.agents import mount
from technic.service.requests.caller import COOKIE
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


def asked(url: str, **headers: str) -> httpx2.Response:
    """Ask for the list of tools as any client would."""
    return httpx2.post(f"{url}/mcp", json=LIST, headers={**ACCEPT, **headers}, timeout=300)


def test_a_key_is_needed(agents: Agents) -> None:
    """One that the service knows, in the header."""
    assert asked(agents.url).status_code == 401
    assert asked(agents.url).headers["www-authenticate"] == "Bearer"
    assert asked(agents.url, Authorization="Bearer technic_aaaaaaaa_x").status_code == 401
    answer = asked(agents.url, Authorization=f"Bearer {agents.keys['read']}")
    assert answer.status_code == 200
    assert len(answer.json()["result"]["tools"]) == 9


def test_a_session_of_a_browser_is_no_key(agents: Agents) -> None:
    """What a page may do another site could have a browser do."""
    key = agents.service.keys.find(agents.keys["admin"])
    cookie, _ = agents.service.sessions.begin(key)
    assert asked(agents.url, Cookie=f"{COOKIE}={cookie}").status_code == 401


def test_a_key_that_reads_starts_nothing(agents: Agents) -> None:
    """It looks at what others made."""
    question: dict[str, Any] = {"data": "small.csv"}
    for tool in ("scan", "diff", "study"):
        assert "run is needed" in agents.refusal(tool, scope="read", question=question)
    assert agents.answer("data_status", scope="read")["provider"] == "demo"


def test_foreign_hosts_and_sites_are_refused(agents: Agents) -> None:
    """With a good key, too."""
    key = f"Bearer {agents.keys['admin']}"
    assert asked(agents.url, Authorization=key, Host="evil.example").status_code == 400
    assert asked(agents.url, Authorization=key, Origin="https://evil.example").status_code == 403
    other = {"Sec-Fetch-Site": "cross-site"}
    assert asked(agents.url, Authorization=key, **other).status_code == 403
    assert asked(agents.url, Authorization=key, Origin=agents.url).status_code == 200


def test_a_large_body_and_other_methods_are_refused(agents: Agents) -> None:
    """As everywhere in the service."""
    headers = {**ACCEPT, "Authorization": f"Bearer {agents.keys['admin']}"}
    large = httpx2.post(f"{agents.url}/mcp", content=b" " * 300_000, headers=headers)
    assert large.status_code == 413
    assert httpx2.delete(f"{agents.url}/mcp", headers=headers).status_code == 405


def test_an_open_service_asks_for_no_key_and_counts_requests(tmp_path: Path) -> None:
    """Of this machine's callers together."""
    settings = ServiceSettings(settings=Settings(home=tmp_path), open=True, requests_per_minute=2)
    with serving(settings) as (url, _):
        found = [asked(url) for _ in range(3)]
    assert [one.status_code for one in found] == [200, 200, 429]
    assert int(found[2].headers["retry-after"]) > 0


def test_without_the_extra_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the service works."""
    monkeypatch.setattr(mount, "find_spec", lambda _: None)
    with serving(ServiceSettings(settings=Settings(home=tmp_path), open=True)) as (url, _):
        answer = asked(url)
        assert httpx2.get(f"{url}/health").status_code == 200
    assert answer.status_code == 501
    assert "install mcp" in json.loads(answer.text)["detail"]
