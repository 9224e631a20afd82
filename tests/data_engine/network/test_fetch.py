"""Fetching: every job ends done or failed with its reason, whatever the server does."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.data_engine.interfaces.remote_provider import Endpoint
from technic.data_engine.interfaces.requests import (
    BadAnswerError,
    BadBarsError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnknownSymbolError,
)
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse
from technic.data_engine.network.fetch import Fetcher, FetchJob, FetchRules, FetchStats
from technic.data_engine.network.function_transport import FunctionTransport
from technic.data_engine.network.rate_limiter import Limiter
from technic.testing import FakeClock


def read(response: HttpResponse) -> tuple[str, str | None]:
    """What the tests' server means: the status says what goes wrong, the body has the page."""
    if response.status == 429:
        after = response.headers.get("retry-after")
        raise ThrottledError("slow down", float(after) if after else None)
    if response.status == 500:
        raise UnavailableError("server error")
    if response.status == 403:
        raise RefusedError("not in your plan")
    if response.status == 206:
        raise BadAnswerError("cut off")
    if response.status == 400:
        raise UnknownSymbolError(response.body.decode())
    page, _, cursor = response.body.decode().partition("|")
    return page, cursor or None


def job(key: str) -> FetchJob[str, str]:
    """A job whose pages are asked as /key?cursor."""
    return FetchJob(
        key,
        Endpoint(key, lambda cursor: HttpRequest(f"http://x/{key}", {"c": cursor or ""}), read),
    )


class Outcome:
    """Runs jobs against a function and keeps everything that was handed on."""

    def __init__(self, answer, rules: FetchRules | None = None, per_minute: float | None = None):
        self.pages: dict[str, list[str]] = {}
        self.done: list[str] = []
        self.failed: dict[str, str] = {}
        self.unknown: list[tuple[str, str]] = []
        self.clock = FakeClock()
        self.answer, self.rules, self.per_minute = answer, rules or FetchRules(), per_minute

    def run(self, jobs: list[FetchJob[str, str]]) -> FetchStats:
        """Fetch everything on a fake clock."""

        async def main() -> FetchStats:
            fetcher: Fetcher[str, str] = Fetcher(
                FunctionTransport(self.answer),
                Limiter(self.per_minute, self.clock),
                self.rules,
                on_page=lambda key, page: self.pages.setdefault(key, []).append(page),
                on_done=self.done.append,
                on_failed=lambda key, failure: self.failed.update({key: failure.reason}),
                on_unknown=lambda key, symbol, _: self.unknown.append((key, symbol)),
                clock=self.clock,
                rng=random.Random(1),
            )
            return await fetcher.run(jobs)

        return asyncio.run(main())


faults = st.lists(st.sampled_from([429, 500, 206]), max_size=3)


@given(plan=st.dictionaries(st.sampled_from([f"k{i}" for i in range(12)]), faults))
def test_what_can_be_had_is_had_and_pages_come_in_order(plan: dict[str, list[int]]):
    """Up to three passing faults for each page delay a job and change nothing else."""
    asked: Counter[str] = Counter()

    def answer(request: HttpRequest) -> HttpResponse:
        key, page = request.url.rsplit("/", 1)[1], request.params["c"] or "1"
        asked[key + page] += 1
        if asked[key + page] <= len(plan[key]):
            return HttpResponse(plan[key][asked[key + page] - 1], {}, b"")
        after = {"1": "|2", "2": "|3", "3": ""}[page]
        return HttpResponse(200, {}, f"{key}-{page}{after}".encode())

    outcome = Outcome(answer, FetchRules(retry_floor=200))
    stats = outcome.run([job(key) for key in plan])
    assert sorted(outcome.done) == sorted(plan)
    assert outcome.failed == {}
    assert outcome.pages == {key: [f"{key}-1", f"{key}-2", f"{key}-3"] for key in plan}
    assert stats.retries == 3 * sum(len(codes) for codes in plan.values())
    assert stats.requests == 3 * len(plan) + stats.retries


def test_a_fault_that_stays_is_a_failure_with_its_reason_and_nobody_else_suffers():
    """Refused is not asked again; unavailable is, a fixed number of times."""
    asked: Counter[str] = Counter()

    def answer(request: HttpRequest) -> HttpResponse:
        key = request.url.rsplit("/", 1)[1]
        asked[key] += 1
        return HttpResponse({"down": 500, "closed": 403}.get(key, 200), {}, b"page")

    outcome = Outcome(answer, FetchRules(attempts=4))
    stats = outcome.run([job(key) for key in ("a", "down", "b", "closed", "c")])
    assert outcome.failed == {"down": "unavailable", "closed": "refused"}
    assert sorted(outcome.done) == ["a", "b", "c"]
    assert (asked["down"], asked["closed"]) == (4, 1)
    assert (stats.done, stats.failed, stats.errors["unavailable"]) == (3, 2, 4)


def test_retries_end_when_the_budget_is_spent():
    """A server that always fails is not asked attempts × jobs times."""
    outcome = Outcome(
        lambda _: HttpResponse(500, {}, b""), FetchRules(retry_floor=5, retry_fraction=0.0)
    )
    stats = outcome.run([job(f"k{i}") for i in range(20)])
    assert len(outcome.failed) == 20
    assert stats.retries == 5


def test_the_deadline_fails_what_is_left_by_name():
    """At one request a minute and a deadline of 150 s, three are asked and the rest is named."""
    rules = FetchRules(deadline_s=150.0, max_concurrent=2)
    outcome = Outcome(lambda _: HttpResponse(200, {}, b"page"), rules, per_minute=1)
    outcome.run([job(f"k{i}") for i in range(6)])
    assert len(outcome.done) == 3
    assert set(outcome.failed.values()) == {"deadline"}
    assert len(outcome.failed) == 3


def test_a_hang_ends_by_the_timeout_and_is_tried_again():
    """An answer that never comes costs its timeout, not the run."""
    asked: Counter[str] = Counter()

    async def answer(request: HttpRequest) -> HttpResponse:
        key = request.url.rsplit("/", 1)[1]
        asked[key] += 1
        if key == "slow" and asked[key] == 1:
            await asyncio.Event().wait()
        return HttpResponse(200, {}, b"page")

    outcome = Outcome(answer, FetchRules(request_timeout_s=0.02))
    stats = outcome.run([job("slow"), job("quick")])
    assert sorted(outcome.done) == ["quick", "slow"]
    assert stats.errors == {"unavailable": 1}


def test_a_symbol_whose_bars_stay_wrong_is_taken_out_after_the_last_attempt():
    """The others of its batch come; asked alone it is a failure like any other."""

    def batch(symbols: tuple[str, ...]) -> FetchJob[str, str]:
        def without(symbol: str) -> FetchJob[str, str] | None:
            left = tuple(s for s in symbols if s != symbol)
            return batch(left) if left else None

        def checked(response: HttpResponse) -> tuple[str, None]:
            if b"BAD" in response.body:
                raise BadBarsError("BAD", "two different bars of BAD")
            return response.body.decode(), None

        request = HttpRequest("http://x/batch", {"symbols": ",".join(symbols), "c": ""})
        return FetchJob("batch", Endpoint("batch", lambda _: request, checked), without)

    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(200, {}, request.params["symbols"].encode())

    outcome = Outcome(answer)
    stats = outcome.run([batch(("A", "BAD", "B"))])
    assert outcome.unknown == [("batch", "BAD")]
    assert outcome.pages == {"batch": ["A,B"]}
    assert stats.errors["bad_answer"] == FetchRules().attempts
    outcome = Outcome(answer)
    outcome.run([batch(("BAD",))])
    assert outcome.unknown == []
    assert outcome.failed == {"batch": "bad_answer"}


def test_an_unknown_symbol_is_taken_out_and_the_rest_asked_again():
    """The vendor refuses the whole batch for one bad symbol; only that one is lost."""

    def batch(symbols: tuple[str, ...]) -> FetchJob[str, str]:
        def without(symbol: str) -> FetchJob[str, str] | None:
            left = tuple(s for s in symbols if s != symbol)
            return batch(left) if left else None

        request = HttpRequest("http://x/batch", {"symbols": ",".join(symbols), "c": ""})
        return FetchJob("batch", Endpoint("batch", lambda _: request, read), without)

    def answer(request: HttpRequest) -> HttpResponse:
        for symbol in request.params["symbols"].split(","):
            if symbol.startswith("BAD"):
                return HttpResponse(400, {}, symbol.encode())
        return HttpResponse(200, {}, request.params["symbols"].encode())

    outcome = Outcome(answer)
    outcome.run([batch(("A", "BAD1", "B", "BAD2"))])
    assert outcome.unknown == [("batch", "BAD1"), ("batch", "BAD2")]
    assert outcome.pages == {"batch": ["A,B"]}
    outcome = Outcome(answer)
    outcome.run([batch(("BAD1",))])
    assert (outcome.pages, outcome.done) == ({}, ["batch"])


def test_no_more_requests_are_in_flight_than_allowed():
    """Bounded concurrency, and the bound is used."""
    flying = most = 0

    async def answer(_: HttpRequest) -> HttpResponse:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0)
        flying -= 1
        return HttpResponse(200, {}, b"page")

    Outcome(answer, FetchRules(max_concurrent=7)).run([job(f"k{i}") for i in range(50)])
    assert most == 7


def test_cancelling_keeps_what_has_arrived():
    """Pages are handed on as they come, so an interrupted run loses only what was under way."""
    pages: list[str] = []

    async def main() -> None:
        async def answer(request: HttpRequest) -> HttpResponse:
            if request.url.endswith("never"):
                await asyncio.Event().wait()
            return HttpResponse(200, {}, request.url.encode())

        fetcher: Fetcher[str, str] = Fetcher(
            FunctionTransport(answer),
            Limiter(None, FakeClock()),
            FetchRules(),
            on_page=lambda key, _: pages.append(key),
            on_done=lambda _: None,
            on_failed=lambda *_: None,
        )
        task = asyncio.create_task(fetcher.run([job("a"), job("never"), job("b")]))
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())
    assert sorted(pages) == ["a", "b"]


def test_an_error_in_the_receiver_is_raised_as_itself():
    """A store that cannot be written is not hidden in a group of exceptions."""

    def full(*_: object) -> None:
        raise OSError("disk full")

    outcome = Outcome(lambda _: HttpResponse(200, {}, b"page"))
    outcome.done = type("Sink", (list,), {"append": full})()
    with pytest.raises(OSError, match="disk full"):
        outcome.run([job("a"), job("b")])
