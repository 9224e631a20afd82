"""Examples of answers in the description of the routes are what the routes answer."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

ELSEWHERE = {("/v1/data/plan", "get"), ("/openapi.json", "get")}
"""A plan needs a vendor; the description is its own example."""
STUDIES = "/v1/studies/{identity}"
"""What these answer is compared where a study is at hand: tests/service/studies."""
POSTED = {"/v1/symbols/{symbol}/history/replay"}
"""It answers as the history, which has one."""
SAME = {
    "/v1/scans/{identity}/rows": "columns=symbol,close",
    "/v1/scans/{identity}/ledger": "outcome=filter",
    "/v1/scans/{identity}/result": "limit=1",
    "/v1/diff": "before=latest&after=latest",
}
"""What the examples ask, too."""


def answers(client: TestClient) -> dict[tuple[str, str], dict[str, Any]]:
    """The good answer of each route as JSON, by path and method."""
    found = {}
    for path, methods in client.app.openapi()["paths"].items():
        for method, route in methods.items():
            good = next(one for code, one in route["responses"].items() if code.startswith("2"))
            if "application/json" in good.get("content", {}):
                found[path, method] = good["content"]["application/json"]
    return found


def test_every_answer_of_free_form_has_an_example(client: TestClient) -> None:
    """Where no schema says what is in it."""
    found = answers(client)
    bare = {
        (path, method)
        for (path, method), one in found.items()
        if "example" not in one and "$ref" not in str(one) and path not in POSTED
    }
    assert bare == ELSEWHERE
    assert sum("example" in one for one in found.values()) > 25


def outline(value: Any) -> Any:
    """The keys of an object, and of what lists begin with."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return outline(value[0])
    return sorted(value) if isinstance(value, dict) else type(value)


def test_routes_answer_as_their_examples_say(client: TestClient, scan: dict[str, Any]) -> None:
    """The same keys, whatever the market."""
    asked = 0
    rows = client.get("/v1/scans/latest/rows?columns=symbol").json()["values"][0]
    for (path, method), one in answers(client).items():
        if method != "get" or "example" not in one or path.startswith(STUDIES):
            continue
        names = {"identity": scan["id"], "symbol": rows[0], "name": "trend_template"}
        answer = client.get(f"{path.format(**names)}?{SAME.get(path, '')}")
        assert answer.status_code == 200, (path, answer.text)
        assert outline(answer.json()) == outline(one["example"]), path
        asked += 1
    assert asked > 18


@pytest.mark.usefixtures("scan")
def test_an_upload_is_described_as_a_file(client: TestClient) -> None:
    """Its body is read by no schema, so that is said by hand."""
    route = client.app.openapi()["paths"]["/v1/uploads/{name}"]["put"]
    assert list(route["requestBody"]["content"]) == ["application/octet-stream"]
