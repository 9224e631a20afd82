"""The simulated market's short interest: not before it is published, page by page."""

from __future__ import annotations

import json

from support.loopback import day, small
from technic.data_engine.interfaces.transport import HttpRequest

NAME = "group/otcMarket/name/consolidatedShortInterest"


def ask(loopback, **body: object):
    """The answer to a question about rows."""
    return loopback.handle(
        HttpRequest(f"http://host/data/{NAME}", method="POST", body=json.dumps(body).encode())
    )


def of(settlement: str) -> list[dict[str, str]]:
    """The filter of a settlement day."""
    return [{"fieldName": "settlementDate", "fieldValue": settlement, "compareType": "equal"}]


def days(loopback) -> list[str]:
    """Settlement days there are."""
    response = loopback.handle(HttpRequest(f"http://host/partitions/{NAME}"))
    return [one["partitions"][0] for one in json.loads(response.body)["availablePartitions"]]


def test_a_settlement_day_is_there_after_the_close_of_the_eighth_session():
    """15 May 2026: 18 to 22 May, (25 is a holiday) 26, 27 and 28 May."""
    loopback = small(60, 100)
    world = loopback.world
    world.today, world.phase = day("2026-05-28"), "open"
    assert days(loopback)[0] == "2026-04-30"
    assert ask(loopback, compareFilters=of("2026-05-15")).status == 204
    world.phase = "closed"
    assert days(loopback)[0] == "2026-05-15"
    assert ask(loopback, compareFilters=of("2026-05-15")).status == 200


def test_pages_and_fields_are_those_asked_for():
    """All rows in pages of ten; class shares without a dot; after the last page 204."""
    loopback = small(100, 100)
    settlement = days(loopback)[0]
    found, offset = [], 0
    while True:
        answer = ask(loopback, compareFilters=of(settlement), offset=offset, limit=10,
                     fields=["symbolCode", "settlementDate"])  # fmt: skip
        if answer.status == 204:
            break
        page = json.loads(answer.body)
        assert {tuple(row) for row in page} == {("symbolCode", "settlementDate")}
        found += [row["symbolCode"] for row in page]
        offset += 10
    assert len(found) == len(set(found)) == int(answer.headers["record-total"]) > 50
    assert not any("." in symbol for symbol in found)


def test_what_cannot_be_asked_is_refused():
    """Another method, too many rows, no JSON, no such day."""
    loopback = small(30, 100)
    assert loopback.handle(HttpRequest(f"http://host/data/{NAME}")).status == 405
    assert ask(loopback, limit=5_001).status == 400
    assert ask(loopback, compareFilters=of("2026-05-16")).status == 204
    request = HttpRequest(f"http://host/data/{NAME}", method="POST", body=b"{")
    assert loopback.handle(request).status == 400
