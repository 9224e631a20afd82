"""The page on providers says how to add one; the provider it shows is taken at its word."""

from __future__ import annotations

import asyncio
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.vendor_http import answer, mutated, only_request_errors, ranged, rows_of
from technic.data_engine.interfaces.remote_provider import RemoteProvider
from technic.data_engine.interfaces.requests import BadAnswerError
from technic.data_engine.network.fetch import Fetcher, FetchJob, FetchRules
from technic.data_engine.network.function_transport import FunctionTransport
from technic.data_engine.network.rate_limiter import Limiter
from technic.testing import FakeClock

PAGE = Path(__file__).resolve().parents[4] / "docs" / "providers.md"
EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
ROWS = [
    {"day": "2024-03-07", "open": 1.0, "high": 3.0, "low": 0.5, "close": 2.0, "volume": 10},
    {"day": "2024-03-08", "open": 2.0, "high": 4.0, "low": 1.5, "close": 3.0, "volume": 20},
]
REQUEST = ranged("BRK.B", "2024-03-07", "2024-03-08")


@pytest.fixture(scope="module")
def example() -> str:
    """The code of the example."""
    return EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))[0]


@pytest.fixture(scope="module")
def toy(example: str) -> RemoteProvider:
    """The provider of the example."""
    names: dict = {}
    exec(compile(example, str(PAGE), "exec"), names)
    return names["ToyProvider"]("SECRET-KEY")


def test_a_provider_takes_few_lines(example: str):
    """Imports and the shape of the vendor's rows included."""
    lines = [line for line in example.splitlines() if line.strip()]
    assert len(lines) <= 45


def test_it_offers_what_it_has_and_nothing_else(toy: RemoteProvider):
    """What a vendor of bars alone does not have is None."""
    day = REQUEST.first
    assert toy.splits(day, day) is toy.dividends(day, day) is toy.renames(day, day) is None
    assert toy.listings() is None
    assert not toy.simulated
    assert "SECRET" not in repr(toy) + toy.bars(REQUEST).request(None).full_url


def test_it_is_fetched_like_any_other(toy: RemoteProvider):
    """The first answer is cut off, the second is whole: asked twice, read once."""
    asked, pages = [], []

    def vendor(request):
        asked.append(request.shown)
        return answer(b"[{" if len(asked) == 1 else ROWS)

    clock = FakeClock()
    fetcher: Fetcher = Fetcher(
        transport=FunctionTransport(vendor),
        limiter=Limiter(toy.capabilities.requests_per_minute, clock),
        rules=FetchRules(),
        on_page=lambda _, page: pages.append(page),
        on_done=lambda _: None,
        on_failed=lambda _, failure: pytest.fail(str(failure)),
        clock=clock,
        rng=random.Random(1),
    )
    asyncio.run(fetcher.run([FetchJob("job", toy.bars(REQUEST))]))
    assert asked == ["GET /bars/BRK-B"] * 2
    assert rows_of(pages[0]) == [
        ("BRK.B", "2024-03-07", 1.0, 3.0, 0.5, 2.0, 10.0),
        ("BRK.B", "2024-03-08", 2.0, 4.0, 1.5, 3.0, 20.0),
    ]


def test_it_refuses_what_is_no_data(toy: RemoteProvider):
    """A day that was not asked, two bars for one day; no bars at all are an answer."""
    read = toy.bars(REQUEST).read
    for rows in ([{**ROWS[0], "day": "2024-03-06"}], [ROWS[0], {**ROWS[1], "day": "2024-03-07"}]):
        with pytest.raises(BadAnswerError):
            read(answer(rows))
    assert len(read(answer([]))[0]) == 0


@given(data=st.data())
def test_its_reader_fails_only_in_our_own_words(toy: RemoteProvider, data: st.DataObject):
    """The example can be copied without a trap."""
    only_request_errors(toy.bars(REQUEST).read, answer(data.draw(mutated(ROWS))))
