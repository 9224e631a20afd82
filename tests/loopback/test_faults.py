"""Faults on demand: as often as asked, at most so many a request, each what it is said to be."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.loopback import ALPACA_KEYS, GROUPED, POLYGON_KEY, old_companies, small
from technic.data_engine.interfaces.requests import UnavailableError
from technic.data_engine.interfaces.transport import HttpRequest
from technic.errors import ParameterError
from technic.loopback import FaultRules
from technic.loopback.faults import Faults
from technic.loopback.wire import Call

DAY = f"{GROUPED}/2026-06-30"


def call(path: str, **query: str) -> Call:
    """A request taken apart."""
    return Call.of(HttpRequest(f"http://host/{path}", query))


def only(kind: str, **settings) -> FaultRules:
    """One kind of fault, at every request."""
    return FaultRules(**{kind: 1.0}, **{"most_per_request": 1, **settings})


def test_each_fault_has_its_share():
    """Of 20,000 different requests, within four standard deviations."""
    rules = FaultRules(throttled=0.05, server_error=0.02, reset=0.01, truncated=0.01, hang=0.005)
    faults = Faults(rules)
    drawn = Counter(faults.draw(call(f"a/{i}"), "range")[0] for i in range(20_000))
    for kind, share in rules.rates.items():
        deviation = (20_000 * share * (1 - share)) ** 0.5
        assert abs(drawn[kind] - 20_000 * share) <= 4 * deviation


@given(st.permutations(range(12)), st.integers(0, 3))
def test_fates_do_not_depend_on_the_order_of_requests(order, seed):
    """Requests that run side by side meet the same faults in every run."""
    rules = FaultRules(throttled=0.3, server_error=0.3, seed=seed)
    faults, again = Faults(rules), Faults(rules)
    fates = {i: [faults.draw(call(f"a/{i}"), "range")[0] for _ in range(3)] for i in range(12)}
    turns = [again.draw(call(f"a/{i}"), "range")[0] for i in order]
    assert turns == [fates[i][0] for i in order]


@pytest.mark.parametrize("most", [0, 1, 2, 5])
def test_no_request_meets_more_faults_than_allowed(most):
    """Then it is answered well for ever; pages of one request count together."""
    faults = Faults(FaultRules(server_error=1.0, most_per_request=most))
    kinds = [faults.draw(call("bars", page_token=str(i)), "bars")[0] for i in range(9)]
    assert kinds == ["server_error"] * most + [None] * (9 - most)


def test_another_seed_hits_others():
    """The seed decides, nothing else."""
    hit = []
    for seed in (1, 1, 2):
        faults = Faults(FaultRules(reset=0.2, seed=seed))
        hit.append({i for i in range(300) if faults.draw(call(f"a/{i}"), "x")[0]})
    assert hit[0] == hit[1] != hit[2]


@pytest.mark.parametrize(
    ("kind", "status", "content_type", "words"),
    [
        ("throttled", 429, "application/json", "exceeded the maximum"),
        ("throttled_wait", 429, "application/json", "exceeded the maximum"),
        ("throttled_text", 200, "application/json", "exceeded the maximum"),
        ("server_error", 500, "application/json", "internal error"),
        ("bad_gateway", 502, "text/html", "<html>"),
        ("html", 200, "text/html", "<html>"),
    ],
)
def test_answers_in_place_of_the_right_one(kind, status, content_type, words):
    """Then the right one, at the second try."""
    loopback = small(faults=only(kind, retry_after_s=7))
    request = HttpRequest(f"http://host{DAY}", {"adjusted": "false"}, POLYGON_KEY)
    response = loopback.handle(request)
    assert (response.status, response.headers["content-type"]) == (status, content_type)
    assert words.encode() in response.body
    assert response.headers.get("retry-after") == ("7" if kind == "throttled_wait" else None)
    assert json.loads(loopback.handle(request).body)["resultsCount"] > 100
    assert loopback.stats.faults == {kind: 1}


@pytest.mark.parametrize("kind", ["reset", "hang"])
def test_without_a_socket_a_broken_connection_is_an_error(kind):
    """The same one that a transport raises."""
    loopback = small(10, faults=only(kind))
    with pytest.raises(UnavailableError):
        loopback.handle(HttpRequest(f"http://host{DAY}", {}, POLYGON_KEY))


@pytest.mark.parametrize("kind", ["null_price", "duplicate_row", "missing_session", "truncated"])
@pytest.mark.parametrize("vendor", ["polygon", "alpaca"])
def test_good_answers_with_something_wrong_in_them(kind, vendor):
    """One price gone, one row twice, one session fewer, half of the text."""
    loopback = small()
    name = old_companies(loopback.world, 1)[0]
    first, last = "2026-06-01", "2026-06-30"
    request = HttpRequest(
        f"http://host/v2/aggs/ticker/{name}/range/1/day/{first}/{last}", {}, POLYGON_KEY
    )
    if vendor == "alpaca":
        query = {"symbols": name, "timeframe": "1Day", "start": first, "end": last}
        request = HttpRequest("http://host/v2/stocks/bars", query, ALPACA_KEYS)
    whole = loopback.handle(request)
    loopback.set_faults(only(kind))
    broken = loopback.handle(request)
    assert broken.status == 200
    if kind == "truncated":
        assert broken.body == whole.body[: len(whole.body) // 2]
        return
    was, is_ = rows_of(whole.body), rows_of(broken.body)
    if kind == "null_price":
        changed = [(a, b) for a, b in zip(was, is_, strict=True) if a != b]
        assert len(changed) == 1
        assert sum(changed[0][1][key] is None for key in "ohlc") == 1
    elif kind == "duplicate_row":
        assert len(is_) == len(was) + 1
        assert [row for at, row in enumerate(is_) if row not in is_[:at]] == was
    else:
        assert len(is_) == len(was) - 1
        assert (is_[0], is_[-1]) == (was[0], was[-1])
    assert loopback.handle(request).body == whole.body


def rows_of(body: bytes) -> list[dict[str, object]]:
    """Bars of an answer with one symbol."""
    answer = json.loads(body)
    return answer["results"] if "results" in answer else next(iter(answer["bars"].values()))


def test_an_empty_day_looks_like_a_holiday():
    """Status 200 and no rows though it is a session; ranges never meet this fault."""
    loopback = small(faults=only("empty_day"))
    request = HttpRequest(f"http://host{DAY}", {"adjusted": "false"}, POLYGON_KEY)
    answer = json.loads(loopback.handle(request).body)
    assert answer["resultsCount"] == 0
    assert "results" not in answer
    assert json.loads(loopback.handle(request).body)["resultsCount"] > 100
    name = old_companies(loopback.world, 1)[0]
    path = f"/v2/aggs/ticker/{name}/range/1/day/2026-06-01/2026-06-30"
    assert rows_of(loopback.handle(HttpRequest(f"http://host{path}", {}, POLYGON_KEY)).body)
    assert loopback.stats.faults == {"empty_day": 1}


def test_shares_can_be_written_as_text():
    """As on the command line."""
    rules = FaultRules.parse(["throttled=0.05", "hang=0.005"], seed=7, most_per_request=3)
    assert rules == FaultRules(throttled=0.05, hang=0.005, seed=7, most_per_request=3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: FaultRules(throttled=1.1),
        lambda: FaultRules(throttled=-0.1),
        lambda: FaultRules(throttled=0.6, reset=0.6),
        lambda: FaultRules(throttled=float("nan")),
        lambda: FaultRules(most_per_request=-1),
        lambda: FaultRules.parse(["earthquake=0.1"]),
        lambda: FaultRules.parse(["seed=1"]),
        lambda: FaultRules.parse(["reset=often"]),
    ],
)
def test_shares_that_make_no_sense_are_refused(make):
    """With the parameter named."""
    with pytest.raises(ParameterError):
        make()
